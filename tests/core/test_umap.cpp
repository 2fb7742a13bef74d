// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "scprior/core/umap.hpp"
#include "scprior/error.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;
using core::umap;

namespace {

/// n cells in 20 units, around one of `clusters` centres that are far apart; the cluster of cell i is i % clusters.
at::Tensor clustered_cells(int64_t n, int64_t clusters, double distance) {
  at::Generator generator = at::detail::createCPUGenerator(5);
  const at::Tensor centres = at::randn({clusters, 20}, generator) * distance;
  return centres.index_select(0, at::arange(n).remainder(clusters)) + at::randn({n, 20}, generator);
}

/// Share of cells whose nearest other cell in the picture is of their own cluster.
double neighbour_accuracy(const at::Tensor& picture, int64_t clusters) {
  const at::Tensor distances = at::cdist(picture, picture).fill_diagonal_(std::numeric_limits<double>::infinity());
  const at::Tensor cluster = at::arange(picture.size(0)).remainder(clusters);
  return (cluster.index_select(0, distances.argmin(1)) == cluster).to(at::kDouble).mean().item<double>();
}

}  // namespace

TEST_CASE("clusters that are apart in the latent space are apart in the picture", "[umap]") {
  // 1.5: clusters that hang together through a few cells; 30: a neighbour graph in pieces
  for (const double distance : {1.5, 30.0}) {
    const at::Tensor picture = umap(clustered_cells(400, 4, distance), 0);
    REQUIRE(picture.sizes() == at::IntArrayRef({400, 2}));
    REQUIRE(picture.scalar_type() == at::kFloat);
    REQUIRE(at::isfinite(picture).all().item<bool>());
    REQUIRE(neighbour_accuracy(picture, 4) > 0.98);
  }
}

TEST_CASE("cells at the same place in the latent space do not collapse the picture", "[umap]") {
  const at::Tensor picture = umap(at::full({60, 8}, 0.1), 0);
  REQUIRE(at::isfinite(picture).all().item<bool>());
  REQUIRE(at::cdist(picture, picture).max().item<double>() > 0);
}

TEST_CASE("the picture depends on the seed but not on the number of threads", "[umap]") {
  const at::Tensor cells = clustered_cells(1300, 3, 1.5);
  const auto of_seed_7 = [&] { return umap(cells, 7); };
  const at::Tensor picture = testing::with_threads(1, of_seed_7);
  REQUIRE(at::equal(picture, testing::with_threads(3, of_seed_7)));
  REQUIRE(at::equal(picture, umap(cells.to(at::kDouble), 7)));
  REQUIRE_FALSE(at::equal(picture, umap(cells, 8)));
}

TEST_CASE("any number of cells and units has a picture", "[umap]") {
  at::Generator generator = at::detail::createCPUGenerator(3);
  for (const int64_t units : {1, 2, 128}) {
    for (const int64_t n : {0, 1, 2, 3, 4, 5, 14, 15, 16, 17, 40}) {
      const at::Tensor picture = umap(at::randn({n, units}, generator), 0);
      CAPTURE(n, units);
      REQUIRE(picture.sizes() == at::IntArrayRef({n, 2}));
      REQUIRE(at::isfinite(picture).all().item<bool>());
    }
  }
}

TEST_CASE("a latent space that is not finite has no picture", "[umap]") {
  const at::Tensor cells = clustered_cells(20, 2, 1);
  cells[4][2] = std::numeric_limits<float>::quiet_NaN();
  REQUIRE_THROWS_AS(umap(cells, 0), Error);
  REQUIRE_THROWS_AS(umap(at::zeros({20}), 0), Error);
  REQUIRE_THROWS_AS(umap(at::zeros({20, 0}), 0), Error);
}
