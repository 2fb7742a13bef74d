// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace scprior::h5ad {

/// Unpacked bytes of a band, once there are any. Whoever locks the mutex and finds none puts them there; others wait.
struct Band {
  std::mutex mutex;
  std::vector<uint8_t> bytes;
};

/// The bands of a dataset that were unpacked last: blocks of rows begin and end within bands. For any number of
/// threads.
class BandCache {
 public:
  /// Keeps as many bands as take little memory, at least one.
  explicit BandCache(int64_t bytes_of_band);

  /// The band, without bytes if it is not there; it then takes the place of the one that was asked for longest ago.
  std::shared_ptr<Band> find(int64_t band);

 private:
  size_t most_;
  std::mutex mutex_;
  std::deque<std::pair<int64_t, std::shared_ptr<Band>>> bands_;  ///< the newest first
};

}  // namespace scprior::h5ad
