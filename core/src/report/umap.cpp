// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/umap.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <memory>

// hnswlib's hand-written vector code reads one element beyond its arrays to prefetch it.
#define NO_MANUAL_VECTORIZATION

#include <knncolle/knncolle.hpp>
#include <knncolle_hnsw/knncolle_hnsw.hpp>
#include <umappp/umappp.hpp>

#include "scprior/cell_statistics.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior::core {
namespace {

constexpr int n_neighbours = 15;
constexpr int64_t most_exact_cells = 5000;    // beyond, an exact search may take longer than the layout itself
constexpr int64_t fewest_spectral_cells = 16;  // below, the eigenvectors asked for may not exist
constexpr double extent = 10;                  // largest absolute coordinate of the start

using Neighbours = umappp::NeighborList<int, float>;

Neighbours neighbours_of(const at::Tensor& latent, int threads) {
  const auto n = static_cast<int>(latent.size(0));
  const knncolle::SimpleMatrix<int, float> cells(latent.size(1), n, latent.const_data_ptr<float>());
  std::unique_ptr<knncolle::Prebuilt<int, float, float>> index;
  if (n <= most_exact_cells) {
    const auto distance = std::make_shared<knncolle::EuclideanDistance<float, float>>();
    index = knncolle::VptreeBuilder<int, float, float>(distance).build_unique(cells);
  } else {
    knncolle_hnsw::HnswOptions options;
    options.ef_construction = 100;
    options.ef_search = 50;
    index = knncolle_hnsw::HnswBuilder<int, float, float>(knncolle_hnsw::makeEuclideanDistanceConfig<float>(), options)
                .build_unique(cells);
  }
  return knncolle::find_nearest_neighbors(*index, std::min(n_neighbours, n - 1), threads);
}

/// First two principal components, scaled to the extent, with a little noise that parts identical cells: [N, 2] float.
at::Tensor principal_start(const at::Tensor& latent, int64_t seed) {
  const int64_t n = latent.size(0), n_components = std::min<int64_t>(2, latent.size(1));
  const at::Tensor axes = std::get<1>(at::linalg_eigh(covariance(latent))).flip({1}).narrow(1, 0, n_components);
  const at::Tensor start = at::zeros({n, 2}, at::kDouble);
  start.narrow(1, 0, n_components).copy_(at::mm(latent.to(at::kDouble) - latent.mean(0, false, at::kDouble), axes));
  const double largest = start.abs().max().item<double>();
  if (largest > 0) start.mul_(extent / largest);
  start.add_(at::randn({n, 2}, at::detail::createCPUGenerator(static_cast<uint64_t>(seed)), at::kDouble),
             1e-4 * extent);
  return start.to(at::kFloat).contiguous();
}

}  // namespace

at::Tensor umap(const at::Tensor& latent, int64_t seed, int threads) {
  check_shape("the latent space", latent, {any_length, any_length});
  check_finite_cells("the latent mean", latent);
  const int64_t n = latent.size(0);
  if (latent.size(1) == 0) fail(Status::argument, "the latent space has no units, wanted at least 1");
  if (n < 2) return at::zeros({n, 2});
  const at::Tensor cells = latent.detach().to(at::kFloat).contiguous();

  umappp::Options options;
  options.min_dist = 0.3;
  options.initialize_method = n < fewest_spectral_cells ? umappp::NONE : umappp::SPECTRAL;
  options.initialize_random_on_spectral_fail = false;  // keeps the principal components
  options.initialize_spectral_scale = extent;
  options.initialize_spectral_jitter = true;
  options.initialize_spectral_jitter_sd = 1e-4 * extent;
  options.initialize_seed = static_cast<uint64_t>(seed);
  options.optimize_seed = static_cast<uint64_t>(seed) + 1;
  options.num_threads = 1;  // the sums of the spectral start would depend on the number of threads
  const at::Tensor layout = principal_start(cells, seed);
  float* coordinates = layout.mutable_data_ptr<float>();
  umappp::initialize(neighbours_of(cells, std::max(1, threads)), 2, coordinates, options).run(coordinates);
  return layout;
}

}  // namespace scprior::core
