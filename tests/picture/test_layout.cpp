// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "report/layout.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior::core;
using Catch::Matchers::WithinRel;
using scprior::testing::with_threads;

namespace {

constexpr float no_pushes = 1e-9f;

/// Groups of `size` cells; each cell pulls at all others of its group, once in so many epochs as intervals say in turn.
LayoutGraph groups(int64_t n_groups, int64_t size, std::vector<float> intervals) {
  LayoutGraph graph{{0}, {}, {}};
  for (int64_t cell = 0; cell < n_groups * size; ++cell) {
    for (int64_t other = cell / size * size; other < (cell / size + 1) * size; ++other) {
      if (other == cell) continue;
      graph.targets.push_back(static_cast<int32_t>(other));
      graph.intervals.push_back(intervals[(cell + other) % static_cast<int64_t>(intervals.size())]);
    }
    graph.starts.push_back(static_cast<int64_t>(graph.targets.size()));
  }
  return graph;
}

at::Tensor random_picture(int64_t n) {
  return at::randn({n, 2}, at::detail::createCPUGenerator(4), at::TensorOptions(at::kFloat));
}

at::Tensor layout(const LayoutGraph& graph, const LayoutOptions& options, const at::Tensor& start) {
  at::Tensor picture = start.clone();
  optimise_layout(graph, options, picture.mutable_data_ptr<float>());
  return picture;
}

/// The pulls alone, written down plainly in float64: the gradient of log(1 / (1 + a d^2b)) with respect to the cell,
/// twice, and a step of Adam.
at::Tensor by_definition(const LayoutGraph& graph, const LayoutOptions& options, const at::Tensor& start) {
  at::Tensor picture = start.to(at::kDouble);
  at::Tensor first = at::zeros_like(picture), second = at::zeros_like(picture);
  std::vector<double> due(graph.intervals.begin(), graph.intervals.end());
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    const at::Tensor force = at::zeros_like(picture);
    for (int64_t cell = 0; cell < picture.size(0); ++cell)
      for (int64_t edge = graph.starts[cell]; edge < graph.starts[cell + 1]; ++edge) {
        if (due[edge] > epoch) continue;
        due[edge] += graph.intervals[edge];
        const at::Tensor difference = picture[cell] - picture[graph.targets[edge]];
        const double d = difference.norm().item<double>(), power = std::pow(d, 2.0 * options.b);
        const double factor = -2 * options.a * options.b * power / (d * d * (1 + options.a * power));
        force[cell] += 2 * (factor * difference).clamp(-4, 4);
      }
    first = 0.5 * first + 0.5 * force;
    second = 0.9 * second + 0.1 * force * force;
    const double step = 1 - static_cast<double>(epoch) / options.epochs;
    picture = picture + step * (first / (1 - std::pow(0.5, epoch + 1))) /
                            ((second / (1 - std::pow(0.9, epoch + 1))).sqrt() + 1e-7);
  }
  return picture;
}

}  // namespace

TEST_CASE("pulls move cells as their definition says", "[picture]") {
  const LayoutGraph graph = groups(2, 21, {1.0f, 2.5f, 7.0f});  // more edges of a cell than are computed together
  for (const int epochs : {2, 6, 12}) {
    const LayoutOptions options{.a = 0.9f, .b = 1.1f, .epochs = epochs, .negatives = no_pushes, .seed = 0};
    const at::Tensor start = random_picture(42);
    const at::Tensor found = layout(graph, options, start);
    REQUIRE(at::allclose(found.to(at::kDouble), by_definition(graph, options, start), 1e-3, 1e-3));
    REQUIRE_FALSE(at::equal(found, start));
  }
}

TEST_CASE("pulls draw a group together, pushes part the groups", "[picture]") {
  const LayoutGraph graph = groups(6, 20, {1.0f, 3.0f});
  const at::Tensor start = random_picture(120), group = at::arange(120).floor_divide(20);
  const auto result = [&](float negatives) {
    return layout(graph, {.a = 1, .b = 1, .epochs = 200, .negatives = negatives, .seed = 3}, start);
  };
  const at::Tensor same = group.unsqueeze(0) == group.unsqueeze(1);
  const at::Tensor pulled = at::cdist(result(no_pushes), result(no_pushes));
  REQUIRE(pulled.masked_select(same).mean().item<double>() < 0.3);

  const at::Tensor picture = result(5), distances = at::cdist(picture, picture);
  REQUIRE(at::isfinite(picture).all().item<bool>());
  REQUIRE(distances.masked_select(same.logical_not()).min().item<double>() >
          distances.masked_select(same).max().item<double>());
}

TEST_CASE("two neighbours settle where pulls and pushes balance", "[picture]") {
  // Each of 5 pushes an epoch comes from the other cell or, without effect, from the cell itself: 2 · 2 a b s^(b - 1) =
  // 5/2 · 2b / s for a = b = 1, hence s = d² = 5/4.
  double sum = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const at::Tensor start = at::tensor({0.0f, 0.0f, 3.0f, 4.0f}).view({2, 2});
    const at::Tensor picture =
        layout(groups(1, 2, {1.0f}), {.a = 1, .b = 1, .epochs = 500, .negatives = 5, .seed = seed}, start);
    sum += (picture[0] - picture[1]).square().sum().item<double>();
  }
  REQUIRE_THAT(sum / 50, WithinRel(1.25, 0.1));
}

TEST_CASE("a cell without edges stays where it is", "[picture]") {
  LayoutGraph graph = groups(1, 5, {1.0f});
  graph.starts.push_back(graph.starts.back());
  const at::Tensor start = random_picture(6);
  const at::Tensor picture = layout(graph, {.a = 1, .b = 1, .epochs = 50, .negatives = 5, .seed = 0}, start);
  REQUIRE(at::equal(picture[5], start[5]));
  REQUIRE_FALSE(at::equal(picture[4], start[4]));
}

TEST_CASE("cells at the same place keep finite places", "[picture]") {
  const at::Tensor picture =
      layout(groups(2, 9, {1.0f}), {.a = 1, .b = 0.9f, .epochs = 100, .negatives = 5, .seed = 0}, at::zeros({18, 2}));
  REQUIRE(at::isfinite(picture).all().item<bool>());
}

TEST_CASE("a layout depends on the seed but not on the number of threads", "[picture]") {
  const LayoutGraph graph = groups(100, 16, {1.0f, 2.0f});
  const at::Tensor start = random_picture(1600);
  const auto with_seed = [&](uint64_t seed) {
    return layout(graph, {.a = 1, .b = 1, .epochs = 20, .negatives = 5, .seed = seed}, start);
  };
  const at::Tensor one = with_threads(1, [&] { return with_seed(7); });
  REQUIRE(at::equal(one, with_threads(3, [&] { return with_seed(7); })));
  REQUIRE_FALSE(at::equal(one, with_seed(8)));
}
