// SPDX-License-Identifier: Apache-2.0
#include "identity.hpp"

#include <ATen/ATen.h>

#include "scprior/shapes.hpp"

namespace scprior {

void IdentityFlow::build(const Dims& dims, at::Generator) { dims_ = dims.latent; }

FlowResult IdentityFlow::forward(const at::Tensor& z0, const at::Tensor&) {
  check_shape("z0", z0, {any_length, any_length, dims_});
  return {z0, at::zeros({z0.size(0), z0.size(1)}, z0.options().requires_grad(false))};
}

at::Tensor IdentityFlow::inverse(const at::Tensor& z, const at::Tensor&) {
  check_shape("z", z, {any_length, any_length, dims_});
  return z;
}

}  // namespace scprior
