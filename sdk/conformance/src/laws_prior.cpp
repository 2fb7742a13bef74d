// SPDX-License-Identifier: Apache-2.0
// What a prior is: a density, and draws from it.
#include <ATen/ATen.h>

#include <cmath>

#include "prior_tools.hpp"
#include "quadrature.hpp"
#include "scprior/conformance/must.hpp"
#include "scprior/distributions.hpp"

namespace scprior::conformance {
namespace {

// A statistical law that holds fails once in thirty million checks.
constexpr double sigmas = 5.5;

TEST_CASE("prior: exp(log_prob) integrates to one", "[prior]") {
  constexpr double tolerance = 0.01;
  for (const int64_t latent : {1, 2}) {
    if (!takes_latent(latent)) continue;
    for (const bool is_trained : {false, true}) {
      const auto prior = is_trained ? trained_prior(1, latent) : noisy_prior(1, latent);
      const Quadrature rule = quadrature(*prior, latent, 60);
      const std::string which = concat("for ", latent, latent == 1 ? " latent unit, " : " latent units, ",
                                       is_trained ? trained_text : noisy_text);
      if (rule.is_resolved())
        must(std::abs(rule.integral - 1) <= tolerance + rule.error, which, ", ", rule.text(), "; wanted 1");
      else
        cannot_tell(too_fine_text, rule.text(), ' ', which);
    }
  }
  if (!takes_latent(1) && !takes_latent(2)) SKIP("it takes neither 1 nor 2 latent units");
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
