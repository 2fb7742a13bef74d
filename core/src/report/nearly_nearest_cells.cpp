// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

// hnswlib's hand-written vector code reads one element beyond its arrays to prefetch it.
#define NO_MANUAL_VECTORIZATION

#include <knncolle/knncolle.hpp>
#include <knncolle_hnsw/knncolle_hnsw.hpp>

#include "report/nearest_cells.hpp"
#include "report/nearest_lists.hpp"

namespace scprior::core {
namespace {

/// Cells of `units` units under our vectorised distance.
class LatentSpace : public hnswlib::SpaceInterface<float> {
 public:
  explicit LatentSpace(size_t units) : units_(units) {}
  size_t get_data_size() override { return units_ * sizeof(float); }
  void* get_dist_func_param() override { return &units_; }
  hnswlib::DISTFUNC<float> get_dist_func() override {
    return [](const void* x, const void* y, const void* units) {
      return squared_distance(static_cast<const float*>(x), static_cast<const float*>(y),
                              static_cast<int64_t>(*static_cast<const size_t*>(units)));
    };
  }

 private:
  size_t units_;
};

}  // namespace

Neighbours nearly_nearest_cells(const at::Tensor& latent, int64_t k) {
  knncolle_hnsw::DistanceConfig<float> distance;
  distance.create = [](size_t units) { return new LatentSpace(units); };
  distance.normalize = [](float square) { return std::sqrt(square); };
  knncolle_hnsw::HnswOptions options;
  options.ef_construction = 100;
  options.ef_search = 50;
  const knncolle::SimpleMatrix<int, float> cells(latent.size(1), static_cast<int>(latent.size(0)),
                                                 latent.const_data_ptr<float>());
  const auto graph = knncolle_hnsw::HnswBuilder<int, float, float>(distance, options).build_unique(cells);
  return knncolle::find_nearest_neighbors(*graph, static_cast<int>(k), at::get_num_threads());
}

}  // namespace scprior::core
