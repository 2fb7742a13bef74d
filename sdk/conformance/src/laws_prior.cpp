// SPDX-License-Identifier: Apache-2.0
// What a prior is: a density, and draws from it.
#include <ATen/ATen.h>

#include <cmath>

#include "prior_tools.hpp"
#include "scprior/conformance/must.hpp"
#include "scprior/distributions.hpp"

namespace scprior::conformance {
namespace {

// A statistical law that holds fails once in thirty million checks.
constexpr double sigmas = 5.5;

TEST_CASE("prior: exp(log_prob) integrates to one", "[prior]") {
  constexpr double tolerance = 0.01;
  bool is_checked = false;
  for (const int64_t latent : {1, 2}) {
    if (!takes_latent(latent)) continue;
    for (const bool is_trained : {false, true}) {
      const auto prior = is_trained ? trained_prior(1, latent) : noisy_prior(1, latent);
      const Quadrature rule = quadrature(*prior, latent, 60);
      if (!rule.is_useful()) continue;
      const double coarse = (rule.coarse * rule.log_prob.exp()).sum().item<double>();
      must(std::abs(rule.integral - 1) <= tolerance + std::abs(rule.integral - coarse), "for ", latent,
           latent == 1 ? " latent unit" : " latent units", is_trained ? ", trained," : "", " the integral is ",
           rule.integral, ", wanted 1");
      is_checked = true;
    }
  }
  if (!is_checked) SKIP("it takes neither 1 nor 2 latent units, or its density is too rough for quadrature");
}

/// Bounded functions of z [n, 2], so that their averages settle whatever the tails: cosines and sines of random
/// directions, and the log-density itself.
std::vector<at::Tensor> features(const at::Tensor& z, const at::Tensor& log_prob, const at::Tensor& directions) {
  std::vector<at::Tensor> all = {log_prob};
  const at::Tensor angles = at::matmul(z, directions);  // [n, directions]
  for (int64_t k = 0; k < directions.size(1); ++k) {
    all.push_back(angles.select(1, k).cos());
    all.push_back(angles.select(1, k).sin());
  }
  return all;
}

void check_draws(Prior& prior, const std::string& which) {
  constexpr int64_t n = 40000, latent = 2, n_directions = 9;
  const Quadrature rule = quadrature(prior, latent, 60);
  if (!rule.is_useful()) return;
  const at::Tensor draws = prior.sample(n, generator(61)).to(at::kDouble);
  const at::Tensor scale = draws.abs().median() + 1e-6;
  const at::Tensor directions = normal({latent, n_directions}, 62) / scale *
                                at::pow(2, at::arange(n_directions, at::kLong).remainder(3)).to(at::kDouble);
  const at::Tensor &log_prob = rule.log_prob, &mass = rule.mass, coarse = rule.coarse * log_prob.exp();
  // Where the density vanishes its logarithm may be anything.
  const at::Tensor wanted_log_prob = at::where(mass > 0, log_prob, at::zeros_like(log_prob));
  const std::vector<at::Tensor> wanted = features(rule.z, wanted_log_prob, directions);
  const std::vector<at::Tensor> got = features(draws, log_prob_of(prior, draws), directions);
  for (size_t i = 0; i < got.size(); ++i) {
    const double expected = ((mass * wanted[i]).sum() / mass.sum()).item<double>();
    const double error = std::abs(expected - ((coarse * wanted[i]).sum() / coarse.sum()).item<double>());
    const double average = got[i].mean().item<double>();
    const double band = sigmas * got[i].std().item<double>() / std::sqrt(static_cast<double>(n)) + error + 2e-3;
    must(std::abs(average - expected) <= band, which, i == 0 ? ": the mean of log_prob" : ": the mean of a wave", " is ",
         average, " over ", n, " draws of sample, and ", expected, " under exp(log_prob) (allowed ", band, ")");
  }
}

TEST_CASE("prior: sample draws from exp(log_prob)", "[prior]") {
  if (!takes_latent(2)) SKIP("it does not take 2 latent units");
  check_draws(*noisy_prior(1, 2), "with noise on its parameters");
  check_draws(*trained_prior(1, 2), "trained on two clusters");
  SUCCEED();  // or too rough for quadrature
}

TEST_CASE("prior: sample gives independent draws without gradients, as many as wanted", "[prior]") {
  const auto prior = noisy_prior(1, 4);
  for (const int64_t n : {0, 1, 100}) {
    const at::Tensor z = prior->sample(n, generator(63));
    must(z.sizes() == at::IntArrayRef({n, 4}), "sample(", n, ") has shape ", shape_text(z), ", wanted [", n, ", 4]");
    must(!z.requires_grad(), "sample(", n, ") requires gradients");
    must(all_finite(z), "sample(", n, ") holds values that are not finite");
  }
  const at::Tensor one = prior->sample(100, generator(63)), other = prior->sample(100, generator(64));
  must(largest_difference(one, other) > 0, "other generators give the same draws: it does not use the one it is given");
  must(same_bits(one, prior->sample(100, generator(63))), "the same generator gives other draws");
  const at::Generator draw = generator(63);
  const at::Tensor first = prior->sample(100, draw);
  must(largest_difference(first, prior->sample(100, draw)) > 0, "two calls with one generator give the same draws");
  must(largest_difference(one.narrow(0, 0, 50), one.narrow(0, 50, 50)) > 0, "the draws of one call repeat");
}

TEST_CASE("prior: kl is declared where it is offered, and right", "[prior]") {
  constexpr int64_t n_cells = 6, n = 20000, latent = 4;
  const auto prior = trained_prior(1, latent);
  Posterior q;
  q.mean = normal({n_cells, latent}, 65);
  q.log_var = 0.7 * normal({n_cells, latent}, 66) - 0.7;
  const std::optional<at::Tensor> kl = prior->kl(q);
  if (!declares(SCPRIOR_OFFERS_KL)) {
    must(!kl, "kl() gives a result, which SCPRIOR_OFFERS_KL does not declare: it is of no use");
    return;
  }
  must(kl.has_value(), "SCPRIOR_OFFERS_KL is declared, but kl() gives nothing");
  if (!kl) return;
  must(kl->sizes() == at::IntArrayRef({n_cells}), "kl has shape ", shape_text(*kl), ", wanted [6]");
  const at::Tensor z = q.mean + at::exp(0.5 * q.log_var) * normal({n, n_cells, latent}, 67);
  const at::NoGradGuard no_grad;
  const at::Tensor difference = normal_log_prob(z, q.mean, q.log_var) - prior->log_prob(z);  // [n, cells]
  for (int64_t i = 0; i < n_cells; ++i) {
    const at::Tensor terms = difference.select(1, i);
    const double got = kl->reshape({-1})[i].item<double>(), wanted = terms.mean().item<double>();
    const double band = sigmas * terms.std().item<double>() / std::sqrt(static_cast<double>(n)) + 1e-6;
    must(std::abs(got - wanted) <= band, "kl is ", got, ", the average of ln q - ln p over draws of q is ", wanted,
         " (allowed ", band, ")");
    must(got >= -1e-9, "kl is ", got, ", which is negative");
  }
}

TEST_CASE("prior: training lowers the negative log-likelihood of its data", "[prior]") {
  const Dims dims = small_dims();
  const auto prior = ready_as<Prior>(1);
  if (prior->parameters().empty()) SKIP("it has no parameters");
  const at::Tensor data = (2 + 0.5 * normal({256, dims.latent}, 68)).unsqueeze(0);
  const auto loss = [&] {
    prepare(*prior, dims);
    return -prior->log_prob(data).mean();
  };
  const double before = loss().item<double>();
  minimise(prior->parameters(), loss, 50, 0.02);
  const double after = loss().item<double>();
  must(after < before - 1e-3, "50 steps changed it from ", before, " to ", after);
}

}  // namespace
}  // namespace scprior::conformance
