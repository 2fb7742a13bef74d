// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "scprior/error.hpp"
#include "sylvester.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Given = std::map<std::string, OptionValue>;

namespace {

constexpr int64_t width = 3;  // of the context
const std::vector<std::string> kinds = {"householder", "permutation"};

std::unique_ptr<SylvesterFlow> make(const std::string& kind, int64_t rank, int64_t dims, uint64_t seed = 1,
                                    at::ScalarType type = at::kDouble, int64_t steps = 3) {
  const Given given = {{"steps", steps},
                       {"rank", rank},
                       {"orthogonalisation", kind},
                       {"reflections", int64_t{3}},
                       {"context", width}};
  auto flow = std::make_unique<SylvesterFlow>(Options::resolve(SylvesterFlow::options(), given));
  flow->build({.latent = dims, .context = flow->context_width()}, at::detail::createCPUGenerator(seed));
  flow->to(type);
  return flow;
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::empty(shape, type).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

/// Parameters as far from their start as training might bring them.
void stir(SylvesterFlow& flow, double scale = 0.7) {
  uint64_t seed = 100;
  for (const at::Tensor& parameter : flow.parameters())
    parameter.detach().add_(normal(parameter.sizes(), ++seed, parameter.scalar_type()), scale);
}

/// d z / d x of one sample and cell: [D, shape of x].
at::Tensor jacobian(const at::Tensor& z, const at::Tensor& x) {
  std::vector<at::Tensor> rows;
  for (int64_t d = 0; d < z.size(0); ++d) {
    x.mutable_grad().reset();
    z[d].backward({}, true);
    rows.push_back(x.grad().clone());
  }
  return at::stack(rows);
}

}  // namespace

TEST_CASE("Sylvester log_det of every sample equals the autograd Jacobian", "[flow][sylvester]") {
  for (const auto& kind : kinds) {
    for (const auto& [rank, dims] : std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {1, 4}, {2, 5}, {5, 5}, {9, 5}}) {
      const int64_t samples = 3, cells = 2;
      const auto flow = make(kind, rank, dims);
      stir(*flow);
      const at::Tensor z0 = normal({samples, cells, dims}, 2).set_requires_grad(true);
      const FlowResult result = flow->forward(z0, normal({cells, width}, 3));
      REQUIRE(result.log_det.sizes() == at::IntArrayRef({samples, cells}));
      for (int64_t s = 0; s < samples; ++s) {
        for (int64_t b = 0; b < cells; ++b) {
          const at::Tensor all = jacobian(result.z[s][b], z0);  // [D, S, B, D]
          const at::Tensor own = all.select(1, s).select(1, b);
          const auto [sign, log_det] = at::linalg_slogdet(own);
          REQUIRE(sign.item<double>() == 1);
          REQUIRE_THAT(log_det.item<double>(), WithinAbs(result.log_det[s][b].item<double>(), 1e-8));
          // No other cell or sample takes part.
          REQUIRE((all != 0).sum().item<int64_t>() == (own != 0).sum().item<int64_t>());
        }
      }
    }
  }
}

TEST_CASE("the Sylvester inverse undoes the flow", "[flow][sylvester]") {
  for (const auto& kind : kinds) {
    for (const int64_t rank : {1, 3, 6}) {
      const auto flow = make(kind, rank, 6);
      stir(*flow);
      const at::Tensor h = normal({4, width}, 3), z0 = normal({3, 4, 6}, 2) * 3;
      REQUIRE((flow->inverse(flow->forward(z0, h).z, h) - z0).abs().max().item<double>() < 1e-8);
      REQUIRE((flow->forward(flow->inverse(z0, h), h).z - z0).abs().max().item<double>() < 1e-8);
    }
  }
}

TEST_CASE("gradients of the Sylvester inverse are those of the inverted Jacobian", "[flow][sylvester]") {
  for (const auto& kind : kinds) {
    const auto flow = make(kind, 3, 4);
    stir(*flow);
    const at::Tensor h = normal({1, width}, 3), z0 = normal({1, 1, 4}, 2).set_requires_grad(true);
    const at::Tensor z = flow->forward(z0, h).z;
    const at::Tensor forth = jacobian(z[0][0], z0).view({4, 4});
    const at::Tensor target = z.detach().clone().set_requires_grad(true);
    const at::Tensor back = jacobian(flow->inverse(target, h)[0][0], target).view({4, 4});
    REQUIRE(at::allclose(at::matmul(back, forth), at::eye(4, at::kDouble), 0, 1e-7));
  }
}

TEST_CASE("Sylvester gradients equal finite differences", "[flow][sylvester]") {
  for (const auto& kind : kinds) {
    const auto flow = make(kind, 2, 4);
    stir(*flow, 0.4);
    const at::Tensor z0 = normal({2, 3, 4}, 2).set_requires_grad(true);
    const at::Tensor h = normal({3, width}, 3).set_requires_grad(true);
    const at::Tensor of_z = normal({2, 3, 4}, 8), of_log_det = normal({2, 3}, 9);
    const auto loss = [&] {
      const FlowResult result = flow->forward(z0, h);
      return (of_z * result.z).sum() + (of_log_det * result.log_det).sum();
    };
    loss().backward();
    std::vector<at::Tensor> inputs = flow->parameters();
    inputs.insert(inputs.end(), {z0, h});
    for (const at::Tensor& input : inputs) {
      const at::Tensor flat = input.detach().view({-1}), gradient = input.grad().reshape({-1});
      for (int64_t i = 0; i < flat.size(0); ++i) {
        const double value = flat[i].item<double>(), step = 1e-5;
        flat[i] = value + step;
        const double up = loss().item<double>();
        flat[i] = value - step;
        const double down = loss().item<double>();
        flat[i] = value;
        REQUIRE_THAT(gradient[i].item<double>(), WithinAbs((up - down) / (2 * step), 1e-6));
      }
    }
  }
}

TEST_CASE("each number of the context and every Sylvester parameter matters", "[flow][sylvester]") {
  for (const auto& kind : kinds) {
    const auto flow = make(kind, 4, 5);
    const at::Tensor h = normal({30, width}, 3).set_requires_grad(true);
    const FlowResult result = flow->forward(normal({3, 30, 5}, 2), h);
    (result.z.square().sum() - result.log_det.sum()).backward();
    REQUIRE((h.grad() != 0).all().item<bool>());
    REQUIRE(flow->parameters().size() == 2);
    for (const auto& entry : flow->entries()) {
      REQUIRE_FALSE(entry.traits.penalised);
      REQUIRE((entry.tensor->grad() != 0).all().item<bool>());
    }
  }
}

TEST_CASE("Sylvester steps move a cell within M directions only, and permutations alternate the ends",
          "[flow][sylvester]") {
  const int64_t dims = 7, rank = 2;
  const at::Tensor h = normal({1, width}, 3), z0 = normal({40, 1, dims}, 2);
  const auto bent = make("householder", rank, dims, 1, at::kDouble, 1);
  stir(*bent);
  const at::Tensor moved = (bent->forward(z0, h).z - z0).squeeze(1);  // [40, D]
  const at::Tensor singular = at::linalg_svdvals(moved);
  REQUIRE(singular[rank - 1].item<double>() > 1e-3);
  REQUIRE(singular[rank].item<double>() < 1e-10);

  const auto first = make("permutation", rank, dims, 1, at::kDouble, 1);
  const auto both = make("permutation", rank, dims, 1, at::kDouble, 2);
  stir(*first);
  stir(*both);
  const auto units_moved = [&](SylvesterFlow& flow) {
    return ((flow.forward(z0, h).z - z0).abs().sum({0, 1}) > 0).to(at::kLong);
  };
  REQUIRE(at::equal(units_moved(*first), at::tensor({1, 1, 0, 0, 0, 0, 0}).to(at::kLong)));
  REQUIRE(at::equal(units_moved(*both), at::tensor({1, 1, 0, 0, 0, 1, 1}).to(at::kLong)));
}

TEST_CASE("a Sylvester flow with copied tensors is bit-equal", "[flow][sylvester]") {
  for (const auto& kind : kinds) {
    const auto flow = make(kind, 4, 6, 1, at::kFloat), other = make(kind, 4, 6, 2, at::kFloat);
    const at::Tensor z0 = normal({2, 4, 6}, 2, at::kFloat), h = normal({4, width}, 3, at::kFloat);
    const FlowResult expected = flow->forward(z0, h);
    REQUIRE_FALSE(at::equal(other->forward(z0, h).z, expected.z));
    const auto from = flow->entries(), to = other->entries();
    REQUIRE(from.size() == to.size());
    for (size_t i = 0; i < from.size(); ++i) {
      REQUIRE(from[i].name == to[i].name);
      *to[i].tensor = from[i].tensor->detach().clone();
    }
    other->loaded();
    const FlowResult result = other->forward(z0, h);
    REQUIRE(at::equal(result.z, expected.z));
    REQUIRE(at::equal(result.log_det, expected.log_det));
  }
}

TEST_CASE("a Sylvester flow is finite far from the origin, for one cell, and in any memory layout",
          "[flow][sylvester]") {
  for (const auto& kind : kinds) {
    const auto flow = make(kind, 4, 6, 1, at::kFloat);
    stir(*flow);
    const at::Tensor h = normal({1, width}, 3, at::kFloat) * 1e3;
    const at::Tensor z0 = (normal({50, 1, 6}, 2, at::kFloat) * 1e3).set_requires_grad(true);
    const FlowResult result = flow->forward(z0, h);
    REQUIRE(at::isfinite(result.z).all().item<bool>());
    REQUIRE(at::isfinite(result.log_det).all().item<bool>());
    (result.z.sum() + result.log_det.sum()).backward();
    REQUIRE(at::isfinite(z0.grad()).all().item<bool>());
    for (const at::Tensor& parameter : flow->parameters()) REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
    const at::Tensor strided = z0.detach().permute({2, 1, 0}).contiguous().permute({2, 1, 0});
    REQUIRE(at::allclose(flow->forward(strided, h).z, result.z, 1e-5, 1e-3));
  }
}

TEST_CASE("single precision follows double where the diagonal's product is all but -1", "[flow][sylvester]") {
  const auto exact = make("permutation", 2, 2, 1, at::kDouble, 1), single = make("permutation", 2, 2, 1, at::kFloat, 1);
  // R's diagonal tanh(12), R̃'s tanh(-12): their product is -1 to single precision.
  exact->parameters()[0].detach().zero_();
  exact->parameters()[1].detach().copy_(at::tensor({12.0, 0.0, 0.0, 12.0, -12.0, -12.0, 0.0, 0.0}));
  for (size_t i = 0; i < 2; ++i) single->parameters()[i].detach().copy_(exact->parameters()[i]);
  const at::Tensor z0 = at::tensor({0.0, 1e-8, 1e-4, 1e-2, 1.0}).to(at::kDouble).view({-1, 1, 1}).repeat({1, 1, 2});
  const at::Tensor h = at::zeros({1, width}, at::kDouble);
  const at::Tensor wanted = exact->forward(z0, h).log_det;
  const at::Tensor got = single->forward(z0.to(at::kFloat), h.to(at::kFloat)).log_det;
  REQUIRE(wanted.min().item<double>() < -40);
  REQUIRE(at::allclose(got.to(at::kDouble), wanted, 1e-5, 1e-5));
}

TEST_CASE("a new Sylvester flow at 128 units is near the identity and draws from its own generator",
          "[flow][sylvester]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  SylvesterFlow flow(Options::resolve(SylvesterFlow::options(), {}));
  flow.build({.latent = 128, .context = 128}, at::detail::createCPUGenerator(1));
  const at::Tensor z0 = normal({1, 1000, 128}, 2, at::kFloat);
  const FlowResult result = flow.forward(z0, normal({1000, 128}, 3, at::kFloat));
  // KL = E[ln q(z) - ln p(z)] for the posterior N(0, 1); the constants ln 2π cancel.
  const double kl = ((result.z.square().sum(2) - z0.square().sum(2)) * 0.5 - result.log_det).mean().item<double>();
  INFO("KL = " << kl);
  REQUIRE(kl > 0);
  REQUIRE(kl < 3);
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST_CASE("a Sylvester flow refuses options and inputs that do not fit", "[flow][sylvester]") {
  REQUIRE_THROWS_AS(make("householder", 0, 4), Error);
  REQUIRE_THROWS_AS(make("cholesky", 2, 4), Error);
  REQUIRE_THROWS_AS(Options::resolve(SylvesterFlow::options(), {{"reflections", int64_t{0}}}), Error);
  const auto flow = make("householder", 2, 4);
  REQUIRE(flow->context_width() == width);
  REQUIRE_THROWS_WITH(flow->forward(normal({1, 2, 5}, 1), normal({2, width}, 1)),
                      ContainsSubstring("z0 has shape [1, 2, 5], expected [any, any, 4]"));
  REQUIRE_THROWS_AS(flow->forward(normal({2, 4}, 1), normal({2, width}, 1)), Error);
  REQUIRE_THROWS_WITH(flow->forward(normal({1, 2, 4}, 1), at::Tensor()), ContainsSubstring("context is undefined"));
  REQUIRE_THROWS_WITH(flow->forward(normal({1, 2, 4}, 1), normal({3, width}, 1)),
                      ContainsSubstring("context has shape"));
  REQUIRE_THROWS_WITH(flow->inverse(normal({1, 2, 5}, 1), normal({2, width}, 1)), ContainsSubstring("z has shape"));
}
