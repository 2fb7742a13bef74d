// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "iaf.hpp"
#include "scprior/error.hpp"
#include "scprior/nn.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;
using Given = std::map<std::string, OptionValue>;

namespace {

std::unique_ptr<InverseAutoregressiveFlow> make(const Given& given, int64_t dims, uint64_t seed = 1,
                                                at::ScalarType type = at::kDouble) {
  auto flow =
      std::make_unique<InverseAutoregressiveFlow>(Options::resolve(InverseAutoregressiveFlow::options(), given));
  flow->build({.latent = dims, .context = flow->context_width()}, at::detail::createCPUGenerator(seed));
  flow->to(type);
  return flow;
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::empty(shape, type).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

Given options(const std::string& gate, const std::string& order, int64_t steps, int64_t context = 3) {
  return {{"gate", gate},
          {"order", order},
          {"steps", steps},
          {"context", context},
          {"hidden", std::vector<int64_t>{16, 12}}};
}

/// d z / d x of one sample and cell: [D, width of x].
at::Tensor jacobian(const at::Tensor& z, const at::Tensor& x) {
  std::vector<at::Tensor> rows;
  for (int64_t d = 0; d < z.size(0); ++d) {
    x.mutable_grad().reset();
    z[d].backward({}, true);
    rows.push_back(x.grad().clone());
  }
  return at::stack(rows);
}

const std::vector<std::string> gates = {"sigmoid", "exp"}, orders = {"reverse", "random", "none"};

}  // namespace

TEST_CASE("one step's autograd Jacobian is lower triangular with its gates on the diagonal", "[flow][iaf]") {
  for (const auto& gate : gates) {
    for (const int64_t dims : {4, 5, 6}) {
      const auto flow = make(options(gate, "reverse", 1), dims);
      const at::Tensor z0 = normal({1, 1, dims}, 2).set_requires_grad(true);
      const FlowResult result = flow->forward(z0, normal({1, 3}, 3));
      const at::Tensor full = jacobian(result.z[0][0], z0).view({dims, dims});
      REQUIRE(full.triu(1).abs().max().item<double>() == 0);
      REQUIRE((full.tril(-1).abs() > 0).sum().item<int64_t>() == dims * (dims - 1) / 2);
      REQUIRE((full.diagonal() > 0).all().item<bool>());
      REQUIRE_THAT(full.diagonal().log().sum().item<double>(), WithinAbs(result.log_det.item<double>(), 1e-10));
    }
  }
}

TEST_CASE("the log-determinant of every sample equals that of the autograd Jacobian", "[flow][iaf]") {
  for (const auto& gate : gates) {
    for (const auto& order : orders) {
      for (const int64_t context : {3, 0}) {
        const int64_t samples = 2, cells = 3, dims = 5;
        const auto flow = make(options(gate, order, 4, context), dims);
        const at::Tensor h = context ? normal({cells, context}, 3) : at::Tensor();
        const at::Tensor z0 = normal({samples, cells, dims}, 2).set_requires_grad(true);
        const FlowResult result = flow->forward(z0, h);
        REQUIRE(result.log_det.sizes() == at::IntArrayRef({samples, cells}));
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

TEST_CASE("the context reaches every latent unit in every step", "[flow][iaf]") {
  for (const auto& gate : gates) {
    const auto flow = make(options(gate, "none", 1), 6);
    const at::Tensor h = normal({1, 3}, 3).set_requires_grad(true);
    const FlowResult result = flow->forward(normal({1, 1, 6}, 2), h);
    REQUIRE((jacobian(result.z[0][0], h).abs() > 0).all().item<bool>());
  }
}

TEST_CASE("reversing lets every latent unit depend on every other", "[flow][iaf]") {
  const auto flow = make(options("sigmoid", "reverse", 2), 5);
  const at::Tensor z0 = normal({1, 1, 5}, 2).set_requires_grad(true);
  const FlowResult result = flow->forward(z0, normal({1, 3}, 3));
  REQUIRE((jacobian(result.z[0][0], z0).abs() > 0).all().item<bool>());
}

TEST_CASE("the inverse undoes the flow", "[flow][iaf]") {
  for (const auto& gate : gates) {
    for (const auto& order : orders) {
      for (const int64_t context : {3, 0}) {
        const auto flow = make(options(gate, order, 3, context), 6);
        const at::Tensor h = context ? normal({4, context}, 3) : at::Tensor(), z0 = normal({2, 4, 6}, 2);
        const at::Tensor back = flow->inverse(flow->forward(z0, h).z, h);
        REQUIRE((back - z0).abs().max().item<double>() < 1e-6);
      }
    }
  }
}

TEST_CASE("moments are those of draws that are pushed through the flow", "[flow][iaf]") {
  for (const auto& gate : gates) {
    for (const auto& order : orders) {
      for (const int64_t context : {3, 0}) {
        for (const int64_t samples : {2, 64, 70}) {
          const int64_t cells = 5, dims = 7;
          const auto flow = make(options(gate, order, 4, context), dims);
          const at::Tensor h = context ? normal({cells, context}, 3) : at::Tensor();
          const at::Tensor mean = normal({cells, dims}, 4), scale = normal({cells, dims}, 5).abs(),
                           noise = normal({samples, dims}, 6);
          const at::Tensor z = flow->forward(mean + scale * noise.unsqueeze(1), h).z;
          const auto moments = flow->moments(mean, scale, noise, h);
          REQUIRE(moments.has_value());
          REQUIRE_FALSE(moments->mean.requires_grad());
          REQUIRE(at::allclose(moments->mean, z.mean(0), 1e-10, 1e-12));
          REQUIRE(at::allclose(moments->variance, z.var(0), 1e-10, 1e-12));
        }
      }
    }
  }
}

TEST_CASE("moments in single precision, with the paper's sizes", "[flow][iaf]") {
  const int64_t cells = 9, dims = 128;
  for (const std::string order : {"reverse", "random"}) {
    const auto flow = make({{"order", order}}, dims, 1, at::kFloat);
    const at::Tensor h = normal({cells, 128}, 3, at::kFloat) * 0.5, mean = normal({cells, dims}, 4, at::kFloat),
                     scale = normal({cells, dims}, 5, at::kFloat).exp(), noise = normal({64, dims}, 6, at::kFloat);
    const auto moments = flow->moments(mean, scale, noise, h);
    REQUIRE(moments.has_value());
    flow->to(at::kDouble);
    const auto wide = [](const at::Tensor& x) { return x.to(at::kDouble); };
    const at::Tensor z = flow->forward(wide(mean) + wide(scale) * wide(noise).unsqueeze(1), wide(h)).z;
    REQUIRE((wide(moments->mean) - z.mean(0)).abs().max().item<double>() < 5e-6);
    REQUIRE(at::allclose(wide(moments->variance), z.var(0), 1e-4, 1e-6));
  }
}

TEST_CASE("moments follow changes of the weights, and are left to the host where there is no kernel", "[flow][iaf]") {
  Given given = options("sigmoid", "reverse", 2);
  for (const auto& activation : nn::activation_names()) {
    given["activation"] = activation;
    const auto flow = make(given, 6);
    const at::Tensor h = normal({4, 3}, 3), mean = normal({4, 6}, 4), scale = normal({4, 6}, 5),
                     noise = normal({8, 6}, 6);
    const auto before = flow->moments(mean, scale, noise, h);
    INFO(activation);
    REQUIRE(before.has_value() == (activation != "gelu"));
    if (!before) continue;
    for (const auto& entry : flow->entries())
      if (entry.traits.trainable) entry.tensor->detach().add_(0.1);
    const auto after = flow->moments(mean, scale, noise, h);
    const at::Tensor z = flow->forward(mean + scale * noise.unsqueeze(1), h).z;
    REQUIRE_FALSE(at::allclose(before->mean, after->mean, 1e-3));
    REQUIRE(at::allclose(after->mean, z.mean(0), 1e-9, 1e-11));
  }
}

TEST_CASE("a flow with copied tensors is bit-equal", "[flow][iaf]") {
  for (const auto& order : orders) {
    const auto flow = make(options("sigmoid", order, 4), 6, 1, at::kFloat),
               other = make(options("sigmoid", order, 4), 6, 2, at::kFloat);
    const at::Tensor z0 = normal({2, 4, 6}, 2, at::kFloat), h = normal({4, 3}, 3, at::kFloat);
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

TEST_CASE("every weight that a mask lets through gets a gradient", "[flow][iaf]") {
  const auto flow = make(options("sigmoid", "reverse", 2), 5);
  const FlowResult result = flow->forward(normal({3, 40, 5}, 2), normal({40, 3}, 3));
  (result.z.square().sum() - result.log_det.sum()).backward();
  const auto entries = flow->entries();
  for (size_t i = 0; i < entries.size(); ++i) {
    INFO(entries[i].name);
    if (!entries[i].traits.trainable) continue;
    REQUIRE_FALSE(entries[i].traits.penalised);
    const bool masked =
        i + 2 < entries.size() && entries[i + 2].name.ends_with(".mask") && entries[i].name.ends_with(".weight");
    const at::Tensor wanted = masked ? *entries[i + 2].tensor != 0 : at::ones_like(*entries[i].tensor) != 0;
    REQUIRE(at::equal(entries[i].tensor->grad() != 0, wanted));
  }
}

TEST_CASE("a new flow of five steps starts near 35 nats of divergence", "[flow][iaf]") {
  const int64_t dims = 128, n = 2000;
  const auto flow = make({}, dims, 1, at::kFloat);
  REQUIRE(flow->context_width() == 128);
  const at::Tensor z0 = normal({1, n, dims}, 2, at::kFloat);
  const FlowResult result = flow->forward(z0, normal({n, 128}, 3, at::kFloat) * 0.5);
  // KL = E[ln q(z) - ln p(z)] for the posterior N(0, 1); the constants ln 2π cancel.
  const double kl = ((result.z.square().sum(2) - z0.square().sum(2)) * 0.5 - result.log_det).mean().item<double>();
  INFO("KL = " << kl);
  REQUIRE(kl > 25);
  REQUIRE(kl < 45);
}

TEST_CASE("a flow is finite far from the origin", "[flow][iaf]") {
  for (const auto& gate : gates) {
    for (const std::string activation : {"tanh", "elu"}) {
      Given given = options(gate, "reverse", 5);
      given["activation"] = activation;
      const auto flow = make(given, 6, 1, at::kFloat);
      const at::Tensor z0 = (normal({2, 50, 6}, 2, at::kFloat) * 1e4).set_requires_grad(true);
      const FlowResult result = flow->forward(z0, normal({50, 3}, 3, at::kFloat));
      REQUIRE(at::isfinite(result.z).all().item<bool>());
      REQUIRE(at::isfinite(result.log_det).all().item<bool>());
      (result.z.sum() + result.log_det.sum()).backward();
      REQUIRE(at::isfinite(z0.grad()).all().item<bool>());
      for (const at::Tensor& parameter : flow->parameters()) REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
    }
  }
}

TEST_CASE("the exponential gate stays within its clip", "[flow][iaf]") {
  const auto flow = make(options("exp", "none", 1), 4);
  for (const auto& entry : flow->entries())
    if (entry.name == "step_0.output.bias")
      entry.tensor->detach().slice(0, 4).copy_(at::tensor({-50.0, 50.0, -1.0, 0.0}));
  const FlowResult one = flow->forward(normal({1, 1, 4}, 2), normal({1, 3}, 3));
  // -5 and 3 by the clip; the other two are moved by the network from -1 and 0.
  REQUIRE(one.log_det.item<double>() > -5 + 3 - 1 - 4);
  REQUIRE(one.log_det.item<double>() < -5 + 3 - 1 + 4);
}

TEST_CASE("building a flow draws from its own generator only", "[flow][iaf]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const auto flow = make(options("sigmoid", "random", 3), 6, 9), twin = make(options("sigmoid", "random", 3), 6, 9);
  const at::Tensor z0 = normal({2, 4, 6}, 2), h = normal({4, 3}, 3);
  REQUIRE(at::equal(flow->forward(z0, h).z, twin->forward(z0, h).z));
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST_CASE("a flow refuses options and inputs that do not fit", "[flow][iaf]") {
  REQUIRE_THROWS_AS(make({{"steps", int64_t{0}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"hidden", std::vector<int64_t>{}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"hidden", std::vector<int64_t>{1}}}, 4), Error);
  REQUIRE_THROWS_AS(make({{"gate", std::string("relu")}}, 4), Error);
  const auto flow = make(options("sigmoid", "none", 1), 4);
  REQUIRE_THROWS_AS(flow->forward(normal({1, 2, 5}, 1), normal({2, 3}, 1)), Error);
  REQUIRE_THROWS_AS(flow->forward(normal({2, 4}, 1), normal({2, 3}, 1)), Error);
  REQUIRE_THROWS_AS(flow->forward(normal({1, 2, 4}, 1), at::Tensor()), Error);
  REQUIRE_THROWS_AS(flow->forward(normal({1, 2, 4}, 1), normal({3, 3}, 1)), Error);
  const at::Tensor mean = normal({2, 4}, 1), noise = normal({3, 4}, 1), h = normal({2, 3}, 1);
  REQUIRE_THROWS_AS(flow->moments(normal({2, 5}, 1), mean, noise, h), Error);
  REQUIRE_THROWS_AS(flow->moments(mean, normal({1, 4}, 1), noise, h), Error);
  REQUIRE_THROWS_AS(flow->moments(mean, mean, normal({3, 5}, 1), h), Error);
  REQUIRE_THROWS_AS(flow->moments(mean, mean, noise, normal({3, 3}, 1)), Error);
  REQUIRE_THROWS_AS(flow->moments(mean, mean, noise, at::Tensor()), Error);
}
