// SPDX-License-Identifier: Apache-2.0
#include "laplace.hpp"

#include <ATen/ATen.h>

#include <cmath>

LaplacePrior::LaplacePrior(const scprior::Options& options) : scale_(options.real("scale")) {}

scprior::OptionTable LaplacePrior::options() {
  return {scprior::option::real("scale", 1.0, "scale b of the distribution").above(0.0)};
}

void LaplacePrior::build(const scprior::Dims& dims, at::Generator) { n_latent_ = dims.latent; }

at::Tensor LaplacePrior::log_prob(const at::Tensor& z) {
  return -(z.abs() / scale_).sum(-1) - static_cast<double>(z.size(-1)) * std::log(2 * scale_);
}

// The difference of two exponential draws has a Laplace distribution.
at::Tensor LaplacePrior::sample(int64_t n, at::Generator generator) {
  const at::Tensor first = at::empty({n, n_latent_}).exponential_(1.0, generator);
  const at::Tensor second = at::empty({n, n_latent_}).exponential_(1.0, generator);
  return scale_ * (first - second);
}
