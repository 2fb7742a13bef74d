// SPDX-License-Identifier: Apache-2.0
#include "affine_step.hpp"

#include <ATen/ATen.h>

namespace scprior {
namespace {

constexpr double output_share = 0.01;  // a new prior is near the standard normal

}  // namespace

RealNvpStep::RealNvpStep(const at::Tensor& kept, const at::Tensor& changed, const RealNvpOptions& options,
                         at::Generator init)
    : bound_(options.log_scale_bound), network_(kept.size(0), 2 * changed.size(0),
               {.hidden = options.hidden, .activation = options.activation, .output_share = output_share}, init) {
  add_tensor("kept", kept_, kept.clone(), {.trainable = false});
  add_tensor("changed", changed_, changed.clone(), {.trainable = false});
  add_child("network", network_);
}

RealNvpStep::Affine RealNvpStep::affine(const at::Tensor& z) const {
  const std::vector<at::Tensor> outputs = network_.forward(z.index_select(-1, kept_)).chunk(2, -1);
  return {at::tanh(outputs[0] / bound_) * bound_, outputs[1]};
}

RealNvpStep::Result RealNvpStep::forward(const at::Tensor& z) const {
  const Affine change = affine(z);
  const at::Tensor moved = at::exp(change.log_scale) * z.index_select(-1, changed_) + change.shift;
  return {z.index_copy(-1, changed_, moved), change.log_scale.sum(-1)};
}

at::Tensor RealNvpStep::inverse(const at::Tensor& z) const {
  const Affine change = affine(z);
  const at::Tensor moved = (z.index_select(-1, changed_) - change.shift) * at::exp(-change.log_scale);
  return z.index_copy(-1, changed_, moved);
}

}  // namespace scprior
