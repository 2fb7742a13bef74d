// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/umap.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <umappp/umappp.hpp>

#include "report/layout.hpp"
#include "report/nearest_cells.hpp"
#include "scprior/cell_statistics.hpp"
#include "scprior/error.hpp"
#include "scprior/fixed_order.hpp"
#include "scprior/shapes.hpp"

namespace scprior::core {
namespace {

constexpr int64_t n_neighbours = 15;
constexpr int64_t most_exact_cells = 100000;  // as the silhouette; beyond, comparing all pairs takes minutes
constexpr double spread = 1, least_distance = 0.3;
constexpr double extent = 10;  // largest absolute coordinate of the start

/// As many as umap-learn 0.5: where there are more cells, each epoch says more.
int epochs_for(int64_t n) { return n <= 10000 ? 500 : 200; }

Neighbours neighbours_of(const at::Tensor& latent) {
  const int64_t k = std::min(n_neighbours, latent.size(0) - 1);
  return latent.size(0) <= most_exact_cells ? nearest_cells(latent, k) : nearly_nearest_cells(latent, k);
}

/// First two principal components, scaled to the extent, with a little noise that parts identical cells: [N, 2] float.
at::Tensor principal_start(const at::Tensor& latent, int64_t seed) {
  const int64_t n = latent.size(0), n_components = std::min<int64_t>(2, latent.size(1));
  const SequentialBlas sequential;
  const at::Tensor axes = std::get<1>(at::linalg_eigh(covariance(latent))).flip({1}).narrow(1, 0, n_components);
  const at::Tensor start = at::zeros({n, 2}, at::kDouble);
  start.narrow(1, 0, n_components).copy_(at::mm(latent.to(at::kDouble) - latent.mean(0, false, at::kDouble), axes));
  const double largest = start.abs().max().item<double>();
  if (largest > 0) start.mul_(extent / largest);
  start.add_(at::randn({n, 2}, at::detail::createCPUGenerator(static_cast<uint64_t>(seed)), at::kDouble),
             1e-4 * extent);
  return start.to(at::kFloat).contiguous();
}

/// The neighbours of both sides, with edges that pull the more often the surer they are.
LayoutGraph graph_of(Neighbours neighbours, int epochs) {
  umappp::Options options;
  options.initialize_method = umappp::NONE;
  options.num_epochs = epochs;
  options.num_threads = at::get_num_threads();
  auto status = umappp::initialize(std::move(neighbours), 2, static_cast<float*>(nullptr), options);
  const auto& edges = status.get_epoch_data();
  return {{edges.cumulative_num_edges.begin(), edges.cumulative_num_edges.end()},
          edges.edge_targets,
          edges.epochs_per_sample};
}

}  // namespace

at::Tensor umap(const at::Tensor& latent, int64_t seed) {
  check_shape("the latent space", latent, {any_length, any_length});
  check_finite_cells("the latent mean", latent);
  const int64_t n = latent.size(0);
  if (latent.size(1) == 0) fail(Status::argument, "the latent space has no units, wanted at least 1");
  if (n < 2) return at::zeros({n, 2});
  const at::Tensor cells = latent.detach().to(at::kFloat).contiguous();

  const at::Tensor picture = principal_start(cells, seed);
  const auto [a, b] = umappp::find_ab(spread, least_distance);
  const int epochs = epochs_for(n);
  optimise_layout(graph_of(neighbours_of(cells), epochs),
                  {.a = static_cast<float>(a),
                   .b = static_cast<float>(b),
                   .epochs = epochs,
                   .negatives = 5,
                   .seed = static_cast<uint64_t>(seed)},
                  picture.mutable_data_ptr<float>());
  return picture;
}

}  // namespace scprior::core
