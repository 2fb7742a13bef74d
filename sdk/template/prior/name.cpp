// SPDX-License-Identifier: Apache-2.0
#include "@name@.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "scprior/distributions.hpp"
#include "scprior/shapes.hpp"

using namespace scprior;

OptionTable @Name@Prior::options() {
  return {option::real("scale", 1.0, "standard deviation that training starts from").above(0)};
}

@Name@Prior::@Name@Prior(const Options& options) : scale_(options.real("scale")) {}

// What is registered here is trained, saved and loaded with the model.
void @Name@Prior::build(const Dims& dims, at::Generator) {
  add_tensor("mean", mean_, at::zeros({dims.latent}));
  add_tensor("log_var", log_var_, at::full({dims.latent}, 2 * std::log(scale_)));
}

at::Tensor @Name@Prior::log_prob(const at::Tensor& z) {
  check_shape("z", z, {any_length, any_length, mean_.size(0)});
  return normal_log_prob(z, mean_, log_var_);
}

at::Tensor @Name@Prior::sample(int64_t n, at::Generator generator) {
  const at::Tensor noise = at::randn({n, mean_.size(0)}, generator, mean_.options());
  return (mean_ + at::exp(log_var_ / 2) * noise).detach();
}

// In units of the prior's standard deviation this is the divergence from N(0, 1).
std::optional<at::Tensor> @Name@Prior::kl(const Posterior& q) {
  check_shape("posterior mean", q.mean, {any_length, mean_.size(0)});
  check_shape("posterior log_var", q.log_var, {q.mean.size(0), mean_.size(0)});
  return normal_kl_to_standard((q.mean - mean_) * at::exp(-log_var_ / 2), q.log_var - log_var_);
}
