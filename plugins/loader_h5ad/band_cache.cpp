// SPDX-License-Identifier: Apache-2.0
#include "band_cache.hpp"

#include <algorithm>

namespace scprior::h5ad {

namespace {

constexpr size_t most_bands = 16, most_bytes = size_t{64} << 20;

}  // namespace

BandCache::BandCache(int64_t bytes_of_band, int64_t chunks_of_band)
    : bytes_of_band_(bytes_of_band),
      chunks_of_band_(chunks_of_band),
      most_(std::clamp<size_t>(most_bytes / static_cast<size_t>(std::max<int64_t>(bytes_of_band, 1)), 1, most_bands)) {}

std::shared_ptr<Band> BandCache::find(int64_t band) {
  const std::lock_guard lock(mutex_);
  const auto place = std::find_if(bands_.begin(), bands_.end(), [&](const auto& kept) { return kept.first == band; });
  if (place == bands_.end()) {
    bands_.emplace_front(band, std::make_shared<Band>(bytes_of_band_, chunks_of_band_));
    if (bands_.size() > most_) bands_.pop_back();
  } else {
    std::rotate(bands_.begin(), place, place + 1);
  }
  return bands_.front().second;
}

}  // namespace scprior::h5ad
