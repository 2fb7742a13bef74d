// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "planar.hpp"
#include "scprior/error.hpp"
#include "scprior/tanh_step.hpp"

using namespace scprior;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Given = std::map<std::string, OptionValue>;

namespace {

constexpr int64_t width = 3;  // of the context

std::unique_ptr<PlanarFlow> make(bool amortised, int64_t steps, int64_t dims, uint64_t seed = 1,
                                 at::ScalarType type = at::kDouble) {
  const Given given = {{"amortised", amortised}, {"steps", steps}, {"context", width}};
  auto flow = std::make_unique<PlanarFlow>(Options::resolve(PlanarFlow::options(), given));
  flow->build({.latent = dims, .context = flow->context_width()}, at::detail::createCPUGenerator(seed));
  flow->to(type);
  return flow;
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::empty(shape, type).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

/// Parameters as far from their start as training might bring them.
void stir(PlanarFlow& flow, double scale = 1) {
  uint64_t seed = 100;
  for (const at::Tensor& parameter : flow.parameters())
    parameter.detach().add_(normal(parameter.sizes(), ++seed, parameter.scalar_type()), scale);
}

at::Tensor context_for(bool amortised, int64_t cells, at::ScalarType type = at::kDouble) {
  return amortised ? normal({cells, width}, 3, type) : at::Tensor();
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

TEST_CASE("planar log_det of every sample equals the autograd Jacobian", "[flow][planar]") {
  for (const bool amortised : {true, false}) {
    for (const int64_t dims : {1, 2, 5}) {
      const int64_t samples = 3, cells = 2;
      const auto flow = make(amortised, 6, dims);
      stir(*flow);
      const at::Tensor z0 = normal({samples, cells, dims}, 2).set_requires_grad(true);
      const FlowResult result = flow->forward(z0, context_for(amortised, cells));
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

TEST_CASE("one planar step with an allowed u is that of the paper's equation", "[flow][planar]") {
  const auto flow = make(false, 1, 2);
  flow->parameters()[0].detach().copy_(at::tensor({1.0, -2.0, /*u*/ 0.5, 0.25, /*b*/ 0.3}));  // w·u = 0
  const at::Tensor z0 = at::tensor({0.7, 0.2}).to(at::kDouble).view({1, 1, 2});
  const FlowResult one = flow->forward(z0, {});
  const double h = std::tanh(0.7 - 0.4 + 0.3);
  REQUIRE_THAT(one.z[0][0][0].item<double>(), WithinAbs(0.7 + 0.5 * h, 1e-7));
  REQUIRE_THAT(one.z[0][0][1].item<double>(), WithinAbs(0.2 + 0.25 * h, 1e-7));
  REQUIRE_THAT(one.log_det.item<double>(), WithinAbs(0, 1e-7));
}

TEST_CASE("a u that would fold space is pulled back along w only", "[flow][planar]") {
  const auto flow = make(false, 1, 2);
  flow->parameters()[0].detach().copy_(at::tensor({2.0, 0.0, /*u*/ -2.0, 0.5, /*b*/ 0.0}));  // w·u = -4, so c = -0.8
  const FlowResult one = flow->forward(at::full({1, 1, 2}, 1e-9, at::kDouble), {});
  REQUIRE_THAT(one.log_det.item<double>(), WithinAbs(std::log(0.2), 1e-6));
  const FlowResult far = flow->forward(at::tensor({50.0, 0.0}).to(at::kDouble).view({1, 1, 2}), {});
  REQUIRE_THAT(far.z[0][0][0].item<double>(), WithinAbs(50 - 0.4, 1e-6));
  REQUIRE_THAT(far.z[0][0][1].item<double>(), WithinAbs(0.5, 1e-6));
}

TEST_CASE("a planar step whose w or u is 0 is a shift or the identity", "[flow][planar]") {
  const auto flow = make(false, 2, 2);
  const at::Tensor steps = flow->parameters()[0];
  steps.detach().copy_(at::tensor({0.0, 0.0, 1.0, 2.0, 0.5, /*second*/ 1.0, -1.0, 0.0, 0.0, 0.5}));
  const at::Tensor z0 = normal({2, 3, 2}, 2);
  const FlowResult result = flow->forward(z0, {});
  const at::Tensor shift = at::tensor({1.0, 2.0}).to(at::kDouble) * std::tanh(0.5);
  REQUIRE(at::allclose(result.z, z0 + shift, 0, 1e-6));
  REQUIRE(result.log_det.abs().max().item<double>() < 1e-12);
  (result.z.sum() + result.log_det.sum()).backward();
  REQUIRE(at::isfinite(steps.grad()).all().item<bool>());
}

TEST_CASE("the planar inverse undoes the flow", "[flow][planar]") {
  for (const bool amortised : {true, false}) {
    const auto flow = make(amortised, 6, 5);
    stir(*flow);
    const at::Tensor h = context_for(amortised, 4), z0 = normal({3, 4, 5}, 2) * 3;
    REQUIRE((flow->inverse(flow->forward(z0, h).z, h) - z0).abs().max().item<double>() < 1e-8);
    REQUIRE((flow->forward(flow->inverse(z0, h), h).z - z0).abs().max().item<double>() < 1e-8);
  }
}

TEST_CASE("gradients of the planar inverse are those of the inverted Jacobian", "[flow][planar]") {
  const auto flow = make(true, 3, 4);
  stir(*flow);
  const at::Tensor h = normal({1, width}, 3), z0 = normal({1, 1, 4}, 2).set_requires_grad(true);
  const at::Tensor z = flow->forward(z0, h).z;
  const at::Tensor forth = jacobian(z[0][0], z0).view({4, 4});
  const at::Tensor target = z.detach().clone().set_requires_grad(true);
  const at::Tensor back = jacobian(flow->inverse(target, h)[0][0], target).view({4, 4});
  REQUIRE(at::allclose(at::matmul(back, forth), at::eye(4, at::kDouble), 0, 1e-8));
}

TEST_CASE("planar gradients equal finite differences", "[flow][planar]") {
  for (const bool amortised : {true, false}) {
    const auto flow = make(amortised, 3, 4);
    stir(*flow, 0.5);
    const at::Tensor z0 = normal({2, 3, 4}, 2).set_requires_grad(true), h = context_for(amortised, 3);
    if (amortised) h.set_requires_grad(true);
    const at::Tensor of_z = normal({2, 3, 4}, 8), of_log_det = normal({2, 3}, 9);
    const auto loss = [&] {
      const FlowResult result = flow->forward(z0, h);
      return (of_z * result.z).sum() + (of_log_det * result.log_det).sum();
    };
    loss().backward();
    std::vector<at::Tensor> inputs = flow->parameters();
    inputs.push_back(z0);
    if (amortised) inputs.push_back(h);
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

TEST_CASE("each number of the context and every planar parameter matters", "[flow][planar]") {
  for (const bool amortised : {true, false}) {
    const auto flow = make(amortised, 4, 5);
    const at::Tensor h = context_for(amortised, 30);
    if (amortised) h.set_requires_grad(true);
    const FlowResult result = flow->forward(normal({3, 30, 5}, 2), h);
    (result.z.square().sum() - result.log_det.sum()).backward();
    if (amortised) REQUIRE((h.grad() != 0).all().item<bool>());
    REQUIRE(flow->parameters().size() == (amortised ? 2 : 1));
    for (const auto& entry : flow->entries()) {
      REQUIRE_FALSE(entry.traits.penalised);
      REQUIRE((entry.tensor->grad() != 0).all().item<bool>());
    }
  }
}

TEST_CASE("a planar flow with copied tensors is bit-equal", "[flow][planar]") {
  for (const bool amortised : {true, false}) {
    const auto flow = make(amortised, 4, 6, 1, at::kFloat), other = make(amortised, 4, 6, 2, at::kFloat);
    const at::Tensor z0 = normal({2, 4, 6}, 2, at::kFloat), h = context_for(amortised, 4, at::kFloat);
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

TEST_CASE("in single precision the planar log_det keeps its digits where a step all but folds space",
          "[flow][planar]") {
  const auto exact = make(false, 1, 2), single = make(false, 1, 2, 1, at::kFloat);
  for (const double push : {-1e2, -1e4, -1e6}) {
    exact->parameters()[0].detach().copy_(at::tensor({1.0, 0.0, push, 0.0, 0.0}));
    single->parameters()[0].detach().copy_(exact->parameters()[0]);
    const at::Tensor z0 = at::tensor({0.0, 1e-6, 1e-4, 1e-2, 1.0}).to(at::kDouble).view({-1, 1, 1}).repeat({1, 1, 2});
    const at::Tensor wanted = exact->forward(z0, {}).log_det, got = single->forward(z0.to(at::kFloat), {}).log_det;
    REQUIRE(at::allclose(got.to(at::kDouble), wanted, 1e-5, 1e-6));
  }
}

TEST_CASE("a planar flow is finite far from the origin, for one cell, and in any memory layout", "[flow][planar]") {
  for (const bool amortised : {true, false}) {
    const auto flow = make(amortised, 10, 6, 1, at::kFloat);
    stir(*flow);
    const at::Tensor h = amortised ? normal({1, width}, 3, at::kFloat) * 1e3 : at::Tensor();
    const at::Tensor z0 = (normal({50, 1, 6}, 2, at::kFloat) * 1e3).set_requires_grad(true);
    const FlowResult result = flow->forward(z0, h);
    REQUIRE(at::isfinite(result.z).all().item<bool>());
    REQUIRE(at::isfinite(result.log_det).all().item<bool>());
    (result.z.sum() + result.log_det.sum()).backward();
    REQUIRE(at::isfinite(z0.grad()).all().item<bool>());
    for (const at::Tensor& parameter : flow->parameters()) REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
    const at::Tensor strided = z0.detach().permute({2, 1, 0}).contiguous().permute({2, 1, 0});
    REQUIRE(at::allclose(flow->forward(strided, h).z, result.z, 1e-5, 1e-5));
  }
}

TEST_CASE("a new planar flow at 128 units is near the identity and draws from its own generator", "[flow][planar]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  PlanarFlow flow(Options::resolve(PlanarFlow::options(), {}));
  flow.build({.latent = 128, .context = 128}, at::detail::createCPUGenerator(1));
  REQUIRE(flow.context_width() == 128);
  const at::Tensor z0 = normal({1, 2000, 128}, 2, at::kFloat);
  const FlowResult result = flow.forward(z0, normal({2000, 128}, 3, at::kFloat));
  // KL = E[ln q(z) - ln p(z)] for the posterior N(0, 1); the constants ln 2π cancel.
  const double kl = ((result.z.square().sum(2) - z0.square().sum(2)) * 0.5 - result.log_det).mean().item<double>();
  INFO("KL = " << kl);
  REQUIRE(kl > 0);
  REQUIRE(kl < 3);
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST_CASE("tanh steps are inverted at every slope", "[flow][tanh_step]") {
  const at::Tensor s = at::tensor({1e-3, 0.1, 1.0, 2.0, 1e3}).to(at::kDouble).view({-1, 1});
  const at::Tensor x = at::linspace(-30, 30, 121, at::kDouble);
  const at::Tensor y = x + (s - 1) * at::tanh(x);
  REQUIRE((tanh_step_inverse(y, s) - x).abs().max().item<double>() < 1e-9);
  // Independent reference: the derivative by autograd.
  const at::Tensor t = x.clone().set_requires_grad(true);
  (t + (s[0] - 1) * at::tanh(t)).sum().backward();
  REQUIRE(at::allclose(at::exp(tanh_step_log_slope(x, s[0])), t.grad(), 1e-9, 1e-12));
}

TEST_CASE("a planar flow refuses options and inputs that do not fit", "[flow][planar]") {
  REQUIRE_THROWS_AS(make(true, 0, 4), Error);
  REQUIRE_THROWS_AS(Options::resolve(PlanarFlow::options(), {{"context", int64_t{0}}}), Error);
  const auto flow = make(true, 2, 4);
  REQUIRE_THROWS_WITH(flow->forward(normal({1, 2, 5}, 1), normal({2, width}, 1)),
                      ContainsSubstring("z0 has shape [1, 2, 5], expected [any, any, 4]"));
  REQUIRE_THROWS_AS(flow->forward(normal({2, 4}, 1), normal({2, width}, 1)), Error);
  REQUIRE_THROWS_WITH(flow->forward(normal({1, 2, 4}, 1), at::Tensor()), ContainsSubstring("context is undefined"));
  REQUIRE_THROWS_WITH(flow->forward(normal({1, 2, 4}, 1), normal({3, width}, 1)),
                      ContainsSubstring("context has shape"));
  REQUIRE_THROWS_WITH(flow->inverse(normal({1, 2, 5}, 1), normal({2, width}, 1)), ContainsSubstring("z has shape"));
  REQUIRE(make(false, 2, 4)->context_width() == 0);
}
