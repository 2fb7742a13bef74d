// SPDX-License-Identifier: Apache-2.0
// Whether a prior draws from its own density.
#include <ATen/ATen.h>

#include <cmath>

#include "prior_tools.hpp"
#include "quadrature.hpp"
#include "scprior/conformance/must.hpp"

namespace scprior::conformance {
namespace {

// A statistical law that holds fails once in thirty million checks.
constexpr double sigmas = 5.5;
constexpr int64_t latent = 2, n_draws_compared = 40000;

/// A function of z whose average over draws is compared with that under the density.
struct Feature {
  std::string name;
  at::Tensor at_draws, at_points;
  double error = 0;  ///< of its average under the density, beside what the two rules tell
};

/// Bounded functions, so that their averages settle whatever the tails: the log-density, and cosines and sines along
/// random directions, of wavelengths about the size of most draws and of the larger ones.
std::vector<Feature> features(const at::Tensor& draws, const at::Tensor& log_prob, const Quadrature& rule) {
  constexpr int64_t n_directions = 12;
  // Where the density vanishes its logarithm may be anything.
  const at::Tensor at_points = at::where(rule.mass > 0, rule.log_prob, at::zeros_like(rule.log_prob));
  std::vector<Feature> all = {{"log_prob(z)", log_prob, at_points}};
  const at::Tensor sizes = std::get<0>(draws.abs().flatten().sort());
  for (int64_t k = 0; k < n_directions; ++k) {
    const at::Tensor size = sizes[(k < 9 ? 5 : 9) * sizes.size(0) / 10] + 1e-6;
    const at::Tensor direction = normal({latent}, 620 + static_cast<uint64_t>(k)) / size * std::pow(2, k % 3);
    const std::string angle = concat('(', direction[0].item<double>(), " z0 + ", direction[1].item<double>(), " z1)");
    const at::Tensor of_draws = at::matmul(draws, direction), of_points = at::matmul(rule.z, direction);
    const double error = 2 * rule.share_too_coarse_for(direction);
    all.push_back({"cos" + angle, of_draws.cos(), of_points.cos(), error});
    all.push_back({"sin" + angle, of_draws.sin(), of_points.sin(), error});
  }
  return all;
}

/// "draws of unit 0 have standard deviation 2.1, the density 1.4": what is wrong, in words.
std::string spread_text(const at::Tensor& draws, const Quadrature& rule) {
  const at::Tensor share = (rule.mass / rule.mass.sum()).unsqueeze(1);
  const at::Tensor mean = (share * rule.z).sum(0), deviation = (share * (rule.z - mean).square()).sum(0).sqrt();
  std::string text;
  bool differs = false;
  for (int64_t d = 0; d < latent; ++d) {
    const double got = draws.select(1, d).std().item<double>(), wanted = deviation[d].item<double>();
    const double got_mean = draws.select(1, d).mean().item<double>(), wanted_mean = mean[d].item<double>();
    text += concat(d == 0 ? "draws" : ", draws", " of unit ", d, " have standard deviation ", got, ", the density ",
                   wanted);
    if (std::abs(got_mean - wanted_mean) > 0.1 * wanted)
      text += concat(", and mean ", got_mean, ", the density ", wanted_mean);
    differs = differs || std::abs(got / wanted - 1) > 0.05;
  }
  return text + (differs ? ": is a log-variance used as a standard deviation, or a standard deviation as a variance?"
                         : ": the sizes agree; are the weights, or how the units depend on each other, other ones?");
}

void check_draws(Prior& prior, const std::string& which) {
  const Quadrature rule = quadrature(prior, latent, 60);
  if (!rule.is_resolved())
    return cannot_tell(too_fine_text, rule.text(), ' ', which);
  const at::Tensor draws = prior.sample(n_draws_compared, generator(61)).to(at::kDouble);
  std::string worst;
  double most = 1;
  for (const Feature& feature : features(draws, log_prob_of(prior, draws), rule)) {
    const auto under = [&](const at::Tensor& mass) {
      return ((mass * feature.at_points).sum() / mass.sum()).item<double>();
    };
    const double expected = under(rule.mass), average = feature.at_draws.mean().item<double>();
    const double error = std::abs(expected - under(rule.coarse * rule.log_prob.exp())) + feature.error;
    const double noise = feature.at_draws.std().item<double>() / std::sqrt(static_cast<double>(n_draws_compared));
    const double band = sigmas * noise + error + 2e-3, excess = std::abs(average - expected) / band;
    if (excess <= most) continue;
    most = excess;
    worst = concat("the average of ", feature.name, " over ", n_draws_compared, " draws is ", average,
                   ", under exp(log_prob) it is ", expected, " (allowed difference ", band, ")");
  }
  must(worst.empty(), which, ", ", worst.empty() ? "" : spread_text(draws, rule), "\n", worst);
}

TEST_CASE("prior: sample draws from exp(log_prob)", "[prior]") {
  if (!takes_latent(latent)) SKIP("it does not take 2 latent units");
  check_draws(*noisy_prior(1, latent), noisy_text);
  check_draws(*trained_prior(1, latent), trained_text);
}

}  // namespace
}  // namespace scprior::conformance
