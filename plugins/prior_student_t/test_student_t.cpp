// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <memory>

#include "scprior/error.hpp"
#include "student_t.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Given = std::map<std::string, OptionValue>;

namespace {

const double log_two_pi = std::log(2 * 3.14159265358979323846);

std::unique_ptr<StudentTPrior> make(double degrees_of_freedom, int64_t latent, bool learnable = false) {
  const Given given = {{"degrees_of_freedom", degrees_of_freedom}, {"learnable_location_scale", learnable}};
  auto prior = std::make_unique<StudentTPrior>(Options::resolve(StudentTPrior::options(), given));
  prior->build({.latent = latent}, at::detail::createCPUGenerator(1));
  prior->to(at::kDouble);
  return prior;
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed, double sd = 1) {
  return at::empty(shape, at::kDouble).normal_(0, sd, at::detail::createCPUGenerator(seed));
}

at::Tensor entry(const Module& module, const std::string& name) {
  for (const Module::Entry& candidate : module.entries())
    if (candidate.name == name) return *candidate.tensor;
  FAIL("no tensor called " << name);
  return {};
}

/// Gives the learned location and scale (not its logarithm) of every unit.
void place(const StudentTPrior& prior, const at::Tensor& location, const at::Tensor& scale) {
  const at::NoGradGuard no_grad;
  entry(prior, "location").copy_(location);
  entry(prior, "log_scale").copy_(at::log(scale));
}

double at_point(StudentTPrior& prior, double z) {
  return prior.log_prob(at::full({1, 1, 1}, z, at::kDouble)).item<double>();
}

}  // namespace

TEST_CASE("the Student-t log-density equals scipy's", "[prior][student_t]") {
  const double z[] = {0, 0.3, -2.5, 50, -1e4};
  struct Row {
    double nu, expected[5];
  };
  // scipy 1.17.1: scipy.stats.t.logpdf(z, nu); last digits confirmed with mpmath 1.3.0
  const Row rows[] = {
      {0.5, {-1.3105329259115095, -1.4346687547696896, -3.2625501899947973, -7.6985778044756873, -15.645903873045743}},
      {1, {-1.1447298858494002, -1.2309075820904525, -3.1257313547159836, -8.9691758167270192, -19.565410639801766}},
      {3, {-1.0008888496235097, -1.0600064541065985, -3.252911375335958, -14.454154855150839, -35.64502582019202}},
      {5, {-0.96861958905472412, -1.0221393434397171, -3.4014102377037104, -19.618437892309319, -51.402348233609516}},
      {30, {-0.92727032537884565, -0.97370071456572207, -3.860521319776036, -69.666316926299709, -233.7292670908764}}};
  for (const Row& row : rows) {
    const auto prior = make(row.nu, 1);
    for (int i = 0; i < 5; ++i) REQUIRE_THAT(at_point(*prior, z[i]), WithinRel(row.expected[i], 1e-14));
  }
  const auto shifted = make(5, 1, true);
  place(*shifted, at::full({1}, 0.5, at::kDouble), at::full({1}, 2.0, at::kDouble));
  // scipy 1.17.1: scipy.stats.t.logpdf(z, 5, loc=0.5, scale=2)
  const double expected[] = {-1.699034329610341, -1.6677607776026888, -2.776457438912119, -16.110793866177914,
                             -47.936912773249986};
  for (int i = 0; i < 5; ++i) REQUIRE_THAT(at_point(*shifted, z[i]), WithinRel(expected[i], 1e-14));
}

TEST_CASE("the normalising constant keeps its digits from few to very many degrees of freedom", "[prior][student_t]") {
  // mpmath 1.3.0, 50 digits: loggamma((nu+1)/2) - loggamma(nu/2) - log(nu*pi)/2
  const std::pair<double, double> expected[] = {
      {0.5, -1.31053292591150952}, {0.75, -1.20573918174412276}, {1, -1.14472988584940017},
      {2, -1.03972077083991796},   {5, -0.968619589054724125},   {31, -0.927001652441995268},
      {32, -0.926749763124640366}, {33, -0.926513132618081962},  {100, -0.921438491543004558},
      {1e4, -0.918963533204631075}, {1e6, -0.918938783204672742}, {1e9, -0.918938533454672742}};
  for (const auto& [nu, value] : expected) REQUIRE_THAT(student_t_log_normaliser(nu), WithinAbs(value, 2e-15));
}

TEST_CASE("with many degrees of freedom the t approaches the normal without losing digits", "[prior][student_t]") {
  const double nu = 1e6;
  const auto prior = make(nu, 1), single = make(nu, 1);
  single->to(at::kFloat);
  for (const double z : {0.0, 1e-3, 0.5, 2.0, -6.0}) {
    // (z⁴ - 2z² - 1) / (4ν) is the first term of ln t - ln N in 1/ν; the next is of order z⁶/ν².
    const double expected = -0.5 * (z * z + log_two_pi) + (std::pow(z, 4) - 2 * z * z - 1) / (4 * nu);
    REQUIRE_THAT(at_point(*prior, z), WithinAbs(expected, (1 + std::pow(z, 6)) / (nu * nu) + 1e-14));
    const double in_float = single->log_prob(at::full({1, 1, 1}, z, at::kFloat)).item<double>();
    REQUIRE_THAT(in_float, WithinRel(expected, 5e-7));
  }
}

TEST_CASE("the Student-t prior integrates to one, tails included", "[prior][student_t]") {
  // z = m + s sinh(y): the trapezoidal rule converges fast, and y = 70 reaches z = 1e30.
  const int64_t n = 4001;
  const at::Tensor y = at::linspace(-70, 70, n, at::TensorOptions(at::kDouble));
  for (const double nu : {0.5, 1.0, 5.0, 200.0}) {
    const auto prior = make(nu, 1, true);
    place(*prior, at::full({1}, -1.5, at::kDouble), at::full({1}, 0.3, at::kDouble));
    const at::NoGradGuard no_grad;
    const at::Tensor z = -1.5 + 0.3 * at::sinh(y);
    const at::Tensor density = at::exp(prior->log_prob(z.view({1, n, 1}))).view({n}) * 0.3 * at::cosh(y);
    REQUIRE_THAT(density.sum().item<double>() * 140 / double(n - 1), WithinAbs(1, 1e-10));
  }
}

TEST_CASE("latent units are independent: log-densities add up, which those of a multivariate t do not",
          "[prior][student_t]") {
  const auto joint = make(3, 4), one = make(3, 1);
  const at::Tensor z = normal({2, 5, 4}, 2, 4), log_prob = joint->log_prob(z);
  REQUIRE(log_prob.sizes() == at::IntArrayRef({2, 5}));
  at::Tensor total = at::zeros({2, 5}, at::kDouble);
  for (int64_t d = 0; d < 4; ++d) total += one->log_prob(z.narrow(2, d, 1));
  REQUIRE(at::allclose(log_prob, total, 1e-13, 1e-13));
  REQUIRE(at::equal(log_prob, joint->log_prob(z.permute({2, 1, 0}).contiguous().permute({2, 1, 0}))));
}

TEST_CASE("gradients of the Student-t prior equal finite differences", "[prior][student_t]") {
  for (const double nu : {0.5, 5.0, 1e6}) {
    const auto prior = make(nu, 3, true);
    place(*prior, normal({3}, 3), at::exp(normal({3}, 4, 0.5)));
    const at::Tensor z = normal({2, 4, 3}, 5, 3).set_requires_grad(true);
    std::vector<at::Tensor> leaves = prior->parameters();
    REQUIRE(leaves.size() == 2);
    leaves.push_back(z);
    const at::Tensor upstream = normal({2, 4}, 6);
    const auto objective = [&] { return (prior->log_prob(z) * upstream).sum(); };
    objective().backward();
    for (const at::Tensor& leaf : leaves) {
      const at::NoGradGuard no_grad;
      const at::Tensor flat = leaf.view(-1), gradient = leaf.grad().view(-1);
      for (int64_t i = 0; i < flat.size(0); ++i) {
        const double step = 1e-5, start = flat[i].item<double>();
        flat[i].fill_(start + step);
        const double up = objective().item<double>();
        flat[i].fill_(start - step);
        const double down = objective().item<double>();
        flat[i].fill_(start);
        REQUIRE_THAT(gradient[i].item<double>(), WithinAbs((up - down) / (2 * step), 1e-7));
      }
    }
  }
}

TEST_CASE("draws of the Student-t prior agree with its density", "[prior][student_t]") {
  const int64_t n = 200000, n_bins = 60, per_bin = 200;
  for (const double nu : {0.5, 3.0, 1e6}) {
    const auto prior = make(nu, 2, true);
    place(*prior, at::tensor({-2.0, 1.0}, at::kDouble), at::tensor({1.5, 0.4}, at::kDouble));
    const at::Tensor draws = prior->sample(n, at::detail::createCPUGenerator(9));
    REQUIRE(draws.sizes() == at::IntArrayRef({n, 2}));
    REQUIRE_FALSE(draws.requires_grad());
    const auto one = make(nu, 1);
    const double half_width = 8, step = 2 * half_width / (n_bins * per_bin);
    const at::Tensor grid = (at::arange(n_bins * per_bin, at::kDouble) + 0.5) * step - half_width;
    const at::Tensor p = at::exp(one->log_prob(grid.view({1, -1, 1}))).view({n_bins, per_bin}).sum(1) * step;
    const at::Tensor standard_error = at::sqrt(p * (1 - p) / double(n)) + 1 / double(n);
    for (int64_t d = 0; d < 2; ++d) {
      const at::Tensor t = (draws.select(1, d) - (d == 0 ? -2.0 : 1.0)) / (d == 0 ? 1.5 : 0.4);
      const at::Tensor bin = ((t + half_width) * (n_bins / (2 * half_width))).floor();
      const at::Tensor inside = bin.masked_select((bin >= 0).logical_and(bin < n_bins)).to(at::kLong);
      const at::Tensor share = at::bincount(inside, {}, n_bins).to(at::kDouble) / double(n);
      REQUIRE(((share - p).abs() / standard_error).max().item<double>() < 5);
    }
  }
}

TEST_CASE("draws have the tails of the t, and units are drawn independently", "[prior][student_t]") {
  const int64_t n = 400000;
  const at::Tensor z = make(3, 2)->sample(n, at::detail::createCPUGenerator(10)).abs();
  // scipy 1.17.1: 2 * scipy.stats.t.sf(x, 3)
  for (const auto& [x, p] : {std::pair{5.0, 0.015392438073302294}, std::pair{12.0, 0.0012450158007893362}})
    REQUIRE_THAT((z > x).to(at::kDouble).mean().item<double>(), WithinAbs(p, 5 * std::sqrt(p / (2.0 * double(n)))));
  // A multivariate t would have both units far out at once about every fifth time that one is.
  const double p = 0.015392438073302294;
  const double both = (z > 5).all(1).to(at::kDouble).mean().item<double>();
  REQUIRE_THAT(both, WithinAbs(p * p, 5 * p / std::sqrt(double(n))));
}

TEST_CASE("draws of the Student-t prior repeat with their seed and leave the global generator alone",
          "[prior][student_t]") {
  const auto prior = make(5, 3);
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const at::Tensor z = prior->sample(50, at::detail::createCPUGenerator(4));
  REQUIRE(at::equal(z, prior->sample(50, at::detail::createCPUGenerator(4))));
  REQUIRE_FALSE(at::equal(z, prior->sample(50, at::detail::createCPUGenerator(5))));
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
  REQUIRE(prior->sample(0, at::detail::createCPUGenerator(4)).sizes() == at::IntArrayRef({0, 3}));
  REQUIRE(z.scalar_type() == at::kDouble);
  prior->to(at::kFloat);
  REQUIRE(prior->sample(2, at::detail::createCPUGenerator(4)).scalar_type() == at::kFloat);
}

TEST_CASE("the Student-t prior is finite far from the origin in float, with its gradients", "[prior][student_t]") {
  for (const double nu : {0.5, 5.0, 1e9}) {
    const auto prior = make(nu, 3, true), reference = make(nu, 3, true);
    prior->to(at::kFloat);
    const at::Tensor z = (normal({1, 20, 3}, 3) * 1e4).to(at::kFloat).set_requires_grad(true);
    const at::Tensor log_prob = prior->log_prob(z);
    REQUIRE(log_prob.scalar_type() == at::kFloat);
    REQUIRE(at::allclose(log_prob.to(at::kDouble), reference->log_prob(z.detach().to(at::kDouble)), 1e-5, 1e-5));
    log_prob.sum().backward();
    REQUIRE(at::isfinite(z.grad()).all().item<bool>());
    for (const at::Tensor& parameter : prior->parameters()) REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
  }
}

TEST_CASE("location and scale are trained only where asked for, and saved either way", "[prior][student_t]") {
  REQUIRE(make(5, 3)->parameters().empty());
  for (const bool learnable : {false, true}) {
    const auto prior = make(5, 3, learnable), other = make(5, 3, learnable);
    place(*prior, normal({3}, 3), at::exp(normal({3}, 4)));
    const auto from = prior->entries(), to = other->entries();
    REQUIRE(from.size() == 2);
    REQUIRE(from[0].name == "location");
    REQUIRE(from[1].name == "log_scale");
    for (size_t i = 0; i < from.size(); ++i) {
      REQUIRE(from[i].traits.trainable == learnable);
      *to[i].tensor = from[i].tensor->detach().clone();
    }
    const at::Tensor z = normal({2, 4, 3}, 5);
    REQUIRE(at::equal(prior->log_prob(z), other->log_prob(z)));
    REQUIRE(at::equal(prior->sample(5, at::detail::createCPUGenerator(1)),
                      other->sample(5, at::detail::createCPUGenerator(1))));
  }
}

TEST_CASE("the Student-t prior refuses what it cannot compute", "[prior][student_t]") {
  for (const double nu : {0.0, -1.0, 0.4, 2e9, std::nan("")}) REQUIRE_THROWS_AS(make(nu, 2), Error);
  const auto prior = make(5, 2);
  REQUIRE_THROWS_AS(prior->log_prob(at::zeros({1, 1, 3}, at::kDouble)), Error);
  REQUIRE_THROWS_AS(prior->log_prob(at::zeros({4, 2}, at::kDouble)), Error);
  REQUIRE_THROWS_AS(prior->sample(-1, at::detail::createCPUGenerator(1)), Error);
  REQUIRE_FALSE(prior->kl({at::zeros({1, 2}), at::zeros({1, 2}), at::Tensor()}).has_value());
}
