// SPDX-License-Identifier: Apache-2.0
#include "standard_normal.hpp"

#include <ATen/ATen.h>

#include "scprior/distributions.hpp"
#include "scprior/shapes.hpp"

namespace scprior {

void StandardNormalPrior::build(const Dims& dims, at::Generator) {
  add_tensor("mean", mean_, at::zeros({dims.latent}), {.trainable = false});
}

at::Tensor StandardNormalPrior::log_prob(const at::Tensor& z) {
  check_shape("z", z, {any_length, any_length, mean_.size(0)});
  return standard_normal_log_prob(z);
}

at::Tensor StandardNormalPrior::sample(int64_t n, at::Generator generator) {
  return at::randn({n, mean_.size(0)}, generator, mean_.options());
}

std::optional<at::Tensor> StandardNormalPrior::kl(const Posterior& posterior) {
  check_shape("posterior mean", posterior.mean, {any_length, mean_.size(0)});
  check_shape("posterior log_var", posterior.log_var, {posterior.mean.size(0), mean_.size(0)});
  return normal_kl_to_standard(posterior.mean, posterior.log_var);
}

}  // namespace scprior
