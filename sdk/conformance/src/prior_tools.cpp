// SPDX-License-Identifier: Apache-2.0
#include "prior_tools.hpp"

#include <ATen/ATen.h>

namespace scprior::conformance {

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

at::Tensor draws_where_possible(Prior& prior, int64_t n, int64_t latent, uint64_t stream) {
  at::Tensor draws;
  refusal([&] { draws = prior.sample(n, generator(stream)); }, true);
  if (!draws.defined() || draws.sizes() != at::IntArrayRef({n, latent})) return at::zeros({n, latent}, at::kDouble);
  return draws.detach().to(at::kDouble).nan_to_num(0, 0, 0).clamp(-1e4, 1e4);
}

at::Tensor log_prob_of(Prior& prior, const at::Tensor& z) {
  constexpr int64_t piece = 20000;
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> pieces;
  for (const at::Tensor& part : z.split(piece)) pieces.push_back(prior.log_prob(part.unsqueeze(0)).reshape({-1}));
  return at::cat(pieces);
}

}  // namespace scprior::conformance
