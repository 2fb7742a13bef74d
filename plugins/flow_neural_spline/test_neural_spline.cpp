// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "neural_spline.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;
using Given = std::map<std::string, OptionValue>;

namespace {

std::unique_ptr<NeuralSplineFlow> make(const Given& given, int64_t dims, uint64_t seed = 1,
                                       at::ScalarType type = at::kDouble) {
  auto flow = std::make_unique<NeuralSplineFlow>(Options::resolve(NeuralSplineFlow::options(), given));
  flow->build({.latent = dims, .context = flow->context_width()}, at::detail::createCPUGenerator(seed));
  flow->to(type);
  return flow;
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::empty(shape, type).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

/// As after training: every parameter is moved.
void disturb(NeuralSplineFlow& flow, double size) {
  const at::NoGradGuard no_grad;
  at::Generator noise = at::detail::createCPUGenerator(7);
  for (at::Tensor parameter : flow.parameters()) parameter.add_(at::empty_like(parameter).normal_(0, size, noise));
}

Given small(const std::string& split, int64_t context = 3, int64_t steps = 4) {
  return {{"steps", steps}, {"bins", int64_t{4}}, {"hidden", std::vector<int64_t>{7}},
          {"split", split}, {"context", context}, {"tail_bound", 3.0}};
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

const std::vector<std::string> splits = {"halves", "checkerboard", "random"};

}  // namespace

TEST_CASE("the log-determinant of every sample equals that of the autograd Jacobian", "[flow][neural_spline]") {
  for (const auto& split : splits) {
    for (const int64_t context : {3, 0}) {
      for (const int64_t dims : {1, 2, 5}) {
        const int64_t samples = 2, cells = 3;
        const auto flow = make(small(split, context), dims);
        disturb(*flow, 0.5);
        const at::Tensor h = context ? normal({cells, context}, 3) : at::Tensor();
        const at::Tensor z0 = normal({samples, cells, dims}, 2).set_requires_grad(true);
        const FlowResult result = flow->forward(z0, h);
        REQUIRE(result.log_det.sizes() == at::IntArrayRef({samples, cells}));
        REQUIRE(result.log_det.abs().min().item<double>() > 1e-6);
        for (int64_t s = 0; s < samples; ++s) {
          for (int64_t b = 0; b < cells; ++b) {
            const at::Tensor all = jacobian(result.z[s][b], z0);  // [D, S, B, D]
            const at::Tensor own = all.select(1, s).select(1, b);
            REQUIRE_THAT(std::get<1>(at::linalg_slogdet(own)).item<double>(),
                         WithinAbs(result.log_det[s][b].item<double>(), 1e-8));
            // No other cell or sample takes part.
            REQUIRE((all != 0).sum().item<int64_t>() == (own != 0).sum().item<int64_t>());
          }
        }
      }
    }
  }
}

TEST_CASE("the inverse undoes the spline flow", "[flow][neural_spline]") {
  for (const auto& split : splits) {
    for (const int64_t context : {3, 0}) {
      for (const int64_t dims : {1, 6}) {
        const auto flow = make(small(split, context), dims);
        disturb(*flow, 0.3);
        const at::Tensor h = context ? normal({40, context}, 3) : at::Tensor(), z0 = normal({2, 40, dims}, 2) * 2;
        const at::Tensor z = flow->forward(z0, h).z;
        REQUIRE((z - z0).abs().max().item<double>() > 0.1);
        REQUIRE((flow->inverse(z, h) - z0).abs().max().item<double>() < 1e-9);
      }
    }
  }
}

TEST_CASE("pushed through the spline flow, a standard normal has the density that the log-determinant says",
          "[flow][neural_spline]") {
  const auto flow = make(small("halves", 2, 2), 1);
  disturb(*flow, 0.4);
  const at::Tensor h = normal({1, 2}, 3);
  const int64_t n = 200000;
  const double step = 1e-4;
  const at::Tensor line = (at::arange(n, at::kDouble) + 0.5) * step - 10;
  const at::Tensor z0 = flow->inverse(line.view({n, 1, 1}), h);
  const at::Tensor log_q = (z0.square().squeeze(-1) + std::log(2 * M_PI)) * -0.5 - flow->forward(z0, h).log_det;
  const at::Tensor density = log_q.exp().view({-1});
  REQUIRE_THAT(density.sum().item<double>() * step, WithinAbs(1, 1e-4));
  const int64_t draws = 40000;
  const at::Tensor z = flow->forward(normal({draws, 1, 1}, 5), h).z.view({-1});
  const double mean = (density * line).sum().item<double>() * step;
  const double variance = (density * (line - mean).square()).sum().item<double>() * step;
  REQUIRE(std::abs(mean) + std::abs(variance - 1) > 0.1);
  REQUIRE_THAT(z.mean().item<double>(), WithinAbs(mean, 4 * std::sqrt(variance / draws)));
  REQUIRE_THAT((z < mean).to(at::kDouble).mean().item<double>(),
               WithinAbs(density.masked_select(line < mean).sum().item<double>() * step, 2 / std::sqrt(draws)));
}

TEST_CASE("a new spline flow is nearly the identity", "[flow][neural_spline]") {
  const auto flow = make({}, 128, 1, at::kFloat);
  REQUIRE(flow->context_width() == 128);
  const at::Tensor z0 = normal({1, 500, 128}, 2, at::kFloat);
  const FlowResult result = flow->forward(z0, normal({500, 128}, 3, at::kFloat));
  REQUIRE((result.z - z0).abs().mean().item<double>() < 0.05);
  // KL(q || N(0, I)) for the posterior N(0, 1); the constants ln 2π cancel.
  const double kl = ((result.z.square().sum(2) - z0.square().sum(2)) * 0.5 - result.log_det).mean().item<double>();
  REQUIRE_THAT(kl, WithinAbs(0, 0.5));
}

TEST_CASE("context and all latent units reach every latent unit", "[flow][neural_spline]") {
  for (const auto& split : splits) {
    const auto flow = make(small(split, 3, 4), 6);
    disturb(*flow, 0.5);
    const at::Tensor h = normal({1, 3}, 3).set_requires_grad(true);
    const at::Tensor z0 = (normal({1, 1, 6}, 2) * 0.5).set_requires_grad(true);
    const FlowResult result = flow->forward(z0, h);
    REQUIRE((jacobian(result.z[0][0], h) != 0).all().item<bool>());
    REQUIRE((jacobian(result.z[0][0], z0) != 0).all().item<bool>());
  }
  const auto fresh = make({}, 4);
  const at::Tensor z0 = normal({1, 1, 4}, 2);
  REQUIRE_FALSE(at::equal(fresh->forward(z0, normal({1, 128}, 3)).z, fresh->forward(z0, normal({1, 128}, 4)).z));
}

TEST_CASE("spline flow gradients equal finite differences for z0, context and every parameter",
          "[flow][neural_spline]") {
  for (const int64_t context : {2, 0}) {
    for (const int64_t dims : {1, 5}) {
      const auto flow = make(small("random", context, 3), dims);
      disturb(*flow, 0.3);
      const at::Tensor z0 = normal({2, 3, dims}, 2).set_requires_grad(true);
      at::Tensor h;
      std::vector<at::Tensor> checked = flow->parameters();
      checked.push_back(z0);
      if (context) checked.push_back(h = normal({3, context}, 4).set_requires_grad(true));
      const at::Tensor of_z = normal({2, 3, dims}, 5), of_log_det = normal({2, 3}, 6);
      const auto objective = [&] {
        const FlowResult result = flow->forward(z0, h);
        return (result.z * of_z).sum() + (result.log_det * of_log_det).sum();
      };
      objective().backward();
      const at::NoGradGuard no_grad;
      for (const at::Tensor& tensor : checked) {
        const at::Tensor flat = tensor.view(-1), gradient = tensor.grad().reshape(-1);
        REQUIRE(gradient.abs().max().item<double>() > 0);
        for (int64_t i = 0; i < flat.size(0); ++i) {
          const double step = 1e-6, start = flat[i].item<double>();
          flat[i].fill_(start + step);
          const double up = objective().item<double>();
          flat[i].fill_(start - step);
          const double down = objective().item<double>();
          flat[i].fill_(start);
          REQUIRE_THAT(gradient[i].item<double>(), WithinAbs((up - down) / (2 * step), 1e-6));
        }
      }
    }
  }
}

TEST_CASE("a spline flow with copied tensors is bit-equal", "[flow][neural_spline]") {
  for (const auto& split : splits) {
    const auto flow = make(small(split), 5, 1, at::kFloat), other = make(small(split), 5, 2, at::kFloat);
    disturb(*flow, 0.3);
    const at::Tensor z0 = normal({2, 4, 5}, 2, at::kFloat), h = normal({4, 3}, 3, at::kFloat);
    const FlowResult expected = flow->forward(z0, h);
    REQUIRE_FALSE(at::equal(other->forward(z0, h).z, expected.z));
    const auto from = flow->entries(), to = other->entries();
    REQUIRE(from.size() == to.size());
    for (size_t i = 0; i < from.size(); ++i) {
      REQUIRE(from[i].name == to[i].name);
      REQUIRE_FALSE(from[i].traits.penalised);
      *to[i].tensor = from[i].tensor->detach().clone();
    }
    other->loaded();
    const FlowResult result = other->forward(z0, h);
    REQUIRE(at::equal(result.z, expected.z));
    REQUIRE(at::equal(result.log_det, expected.log_det));
    REQUIRE(at::equal(other->inverse(result.z, h), flow->inverse(result.z, h)));
  }
}

TEST_CASE("the spline flow is finite far from the origin", "[flow][neural_spline]") {
  for (const std::string activation : {"tanh", "relu", "elu"}) {
    for (const double distance : {3.0, 1e3}) {
      Given given = small("random");
      given["activation"] = activation;
      const auto flow = make(given, 6, 1, at::kFloat);
      disturb(*flow, 1);
      const at::Tensor z0 = (normal({2, 50, 6}, 2, at::kFloat) * distance).set_requires_grad(true);
      const at::Tensor h = normal({50, 3}, 3, at::kFloat);
      const FlowResult result = flow->forward(z0, h);
      REQUIRE(at::isfinite(result.z).all().item<bool>());
      REQUIRE(at::isfinite(result.log_det).all().item<bool>());
      REQUIRE(at::isfinite(flow->inverse(z0, h)).all().item<bool>());
      (result.z.sum() + result.log_det.sum()).backward();
      REQUIRE(at::isfinite(z0.grad()).all().item<bool>());
      for (const at::Tensor& parameter : flow->parameters()) REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
    }
  }
}

TEST_CASE("one cell, one sample and strided input give what a batch gives", "[flow][neural_spline]") {
  const auto flow = make(small("checkerboard"), 5);
  disturb(*flow, 0.5);
  const at::Tensor z0 = normal({3, 4, 5}, 2), h = normal({4, 3}, 3);
  const FlowResult all = flow->forward(z0, h);
  for (int64_t s = 0; s < 3; ++s) {
    for (int64_t b = 0; b < 4; ++b) {
      const FlowResult one = flow->forward(z0.narrow(0, s, 1).narrow(1, b, 1), h.narrow(0, b, 1));
      REQUIRE(at::allclose(one.z[0][0], all.z[s][b], 1e-12, 1e-12));
      REQUIRE_THAT(one.log_det.item<double>(), WithinAbs(all.log_det[s][b].item<double>(), 1e-12));
    }
  }
  const auto strided = [](const at::Tensor& x) { return x.transpose(0, -1).contiguous().transpose(0, -1); };
  REQUIRE(at::allclose(flow->forward(strided(z0), strided(h)).z, all.z, 1e-12, 1e-12));
}

TEST_CASE("building a spline flow draws from its own generator only", "[flow][neural_spline]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const auto flow = make(small("random"), 6, 9), twin = make(small("random"), 6, 9);
  const at::Tensor z0 = normal({2, 4, 6}, 2), h = normal({4, 3}, 3);
  REQUIRE(at::equal(flow->forward(z0, h).z, twin->forward(z0, h).z));
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST_CASE("a spline flow refuses options and inputs that do not fit", "[flow][neural_spline]") {
  REQUIRE_THROWS_AS(make({{"steps", int64_t{0}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"bins", int64_t{1}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"bins", int64_t{101}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"tail_bound", 0.0}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"hidden", std::vector<int64_t>{0}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"split", std::string("thirds")}}, 4), Error);
  const auto flow = make(small("halves"), 4);
  REQUIRE_THROWS_AS(flow->forward(normal({1, 2, 5}, 1), normal({2, 3}, 1)), Error);
  REQUIRE_THROWS_AS(flow->forward(normal({2, 4}, 1), normal({2, 3}, 1)), Error);
  REQUIRE_THROWS_AS(flow->forward(normal({1, 2, 4}, 1), at::Tensor()), Error);
  REQUIRE_THROWS_AS(flow->forward(normal({1, 2, 4}, 1), normal({3, 3}, 1)), Error);
  REQUIRE_THROWS_AS(flow->inverse(normal({1, 2, 4}, 1), normal({2, 4}, 1)), Error);
}
