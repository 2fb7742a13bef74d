// SPDX-License-Identifier: Apache-2.0
#include "prior_tools.hpp"

#include <ATen/ATen.h>

#include <cmath>

namespace scprior::conformance {
namespace {

const double widest = std::asinh(1000);  // of u

struct Line {
  at::Tensor z, weight, coarse;  // [n]
};

/// n odd, so that the coarse rule has both ends too.
Line line(int64_t n, double centre, double scale) {
  const at::Tensor u = at::linspace(-widest, widest, n, at::TensorOptions(at::kDouble));
  const double step = 2 * widest / static_cast<double>(n - 1);
  const at::Tensor weight = scale * step * at::cosh(u);
  const at::Tensor is_even = (at::arange(n, at::kLong).remainder(2) == 0).to(at::kDouble);
  return {centre + scale * at::sinh(u), weight, 2 * weight * is_even};
}

at::Tensor product(const at::Tensor& a, const at::Tensor& b) {
  return (a.unsqueeze(1) * b.unsqueeze(0)).reshape({-1});
}

}  // namespace

Dims dims_with_latent(int64_t latent) {
  Dims dims = small_dims();
  dims.latent = latent;
  return dims;
}

std::unique_ptr<Prior> noisy_prior(uint64_t stream, int64_t latent) {
  const Dims dims = dims_with_latent(latent);
  auto prior = ready_as<Prior>(stream, at::kDouble, dims);
  perturb(*prior, stream + 50);
  prepare(*prior, dims);
  return prior;
}

at::Tensor two_clusters(int64_t n, int64_t latent, uint64_t stream) {
  const at::Tensor side = (at::arange(n, at::kLong).remainder(2) * 2 - 1).to(at::kDouble).unsqueeze(1);
  return 1.2 * side + 0.35 * normal({n, latent}, stream);
}

bool takes_latent(int64_t latent) {
  return refusal([&] { make_component()->build(dims_with_latent(latent), generator(1)); }).empty();
}

std::unique_ptr<Prior> trained_prior(uint64_t stream, int64_t latent) {
  constexpr int steps = 60;
  const Dims dims = dims_with_latent(latent);
  const at::Tensor data = two_clusters(128, latent, stream + 51).unsqueeze(0);
  for (const double rate : {0.05, 0.01, 0.002}) {
    auto prior = noisy_prior(stream, latent);
    const auto loss = [&] {
      prepare(*prior, dims);
      return -prior->log_prob(data).mean();
    };
    const at::Tensor before = loss();
    if (!before.requires_grad()) return prior;
    minimise(prior->parameters(), loss, steps, rate);
    if (loss().item<double>() < before.item<double>()) return prior;
  }
  return noisy_prior(stream, latent);
}

at::Tensor log_prob_of(Prior& prior, const at::Tensor& z) {
  constexpr int64_t piece = 20000;
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> pieces;
  for (const at::Tensor& part : z.split(piece)) pieces.push_back(prior.log_prob(part.unsqueeze(0)).reshape({-1}));
  return at::cat(pieces);
}

Quadrature quadrature(Prior& prior, int64_t latent, uint64_t stream) {
  constexpr int64_t n_draws_for_scale = 2000, points_1d = 8001, points_2d = 401;
  const at::Tensor draws = prior.sample(n_draws_for_scale, generator(stream)).to(at::kDouble).nan_to_num(0, 1e3, -1e3);
  const at::Tensor sorted = std::get<0>(draws.sort(0));
  std::vector<Line> lines;
  at::Tensor size = at::ones({n_draws_for_scale}, at::TensorOptions(at::kDouble));  // that a point stands for
  for (int64_t d = 0; d < latent; ++d) {
    const auto quantile = [&](double share) {
      return sorted[static_cast<int64_t>(share * n_draws_for_scale)][d].item<double>();
    };
    const double centre = quantile(0.5), scale = std::clamp((quantile(0.75) - quantile(0.25)) / 1.35, 1e-3, 1e3);
    const int64_t n = latent == 1 ? points_1d : points_2d;
    lines.push_back(line(n, centre, scale));
    const at::Tensor u = at::asinh((draws.select(1, d) - centre) / scale);
    size = size * at::cosh(u) * scale * (2 * widest / static_cast<double>(n - 1));
  }
  Quadrature rule;
  if (latent == 1) {
    rule = {lines[0].z.unsqueeze(1), lines[0].weight, lines[0].coarse};
  } else {
    const at::Tensor one = at::ones_like(lines[0].z);
    rule = {at::stack({product(lines[0].z, one), product(one, lines[1].z)}, 1),
            product(lines[0].weight, lines[1].weight), product(lines[0].coarse, lines[1].coarse)};
  }
  rule.log_prob = log_prob_of(prior, rule.z);
  rule.mass = rule.weight * rule.log_prob.exp();
  rule.integral = rule.mass.sum().item<double>();
  rule.roughness = (log_prob_of(prior, draws).exp() * size).max().item<double>() / rule.integral;
  return rule;
}

}  // namespace scprior::conformance
