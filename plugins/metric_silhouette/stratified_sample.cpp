// SPDX-License-Identifier: Apache-2.0
#include "stratified_sample.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>

namespace scprior {
namespace {

constexpr uint64_t seed = 0x5ca1ab1e;

/// A bijection of 64 bits whose every output bit depends on every input bit (the finaliser of SplitMix64).
uint64_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

std::vector<int64_t> sample_cells(const at::Tensor& latent, const std::vector<int64_t>& cells, int64_t wanted,
                                  int64_t labelled) {
  const auto available = static_cast<int64_t>(cells.size());
  const auto share = static_cast<int64_t>(static_cast<double>(available) * static_cast<double>(wanted) /
                                          static_cast<double>(labelled));
  const int64_t taken = std::min(available, std::max<int64_t>(2, share));

  const at::Tensor values = latent.detach().index_select(0, at::tensor(cells)).to(at::kDouble).contiguous();
  const int64_t dims = values.size(1);
  std::vector<std::pair<uint64_t, int64_t>> places;
  for (int64_t i = 0; i < available; ++i) {
    uint64_t hash = seed;
    const double* row = values.const_data_ptr<double>() + i * dims;
    for (int64_t d = 0; d < dims; ++d) hash = mixed(hash + 0x9e3779b97f4a7c15u + std::bit_cast<uint64_t>(row[d]));
    places.emplace_back(hash, cells[i]);
  }
  std::nth_element(places.begin(), places.begin() + (taken - 1), places.end());
  std::vector<int64_t> sample;
  for (int64_t i = 0; i < taken; ++i) sample.push_back(places[i].second);
  return sample;
}

}  // namespace scprior
