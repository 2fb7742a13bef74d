// SPDX-License-Identifier: Apache-2.0
#include "spline_step.hpp"

#include <ATen/ATen.h>

namespace scprior {
namespace {

constexpr double output_share = 0.03;  // a new flow is near the identity

}  // namespace

SplineStep::SplineStep(const at::Tensor& kept, const at::Tensor& changed, const SplineFlowOptions& options,
                       at::Generator init)
    : options_(options),
      network_(kept.size(0) + options.context, changed.size(0) * spline_numbers(options.bins),
               {.hidden = options.hidden, .activation = options.activation, .output_share = output_share}, init) {
  add_tensor("kept", kept_, kept.clone(), {.trainable = false});
  add_tensor("changed", changed_, changed.clone(), {.trainable = false});
  add_child("network", network_);
}

Spline SplineStep::splines(const at::Tensor& z, const at::Tensor& context) const {
  at::Tensor known = z.index_select(-1, kept_);
  if (options_.context > 0) known = at::cat({known, context.expand({z.size(0), -1, -1})}, -1);
  const at::Tensor raw =
      network_.forward(known).view({z.size(0), z.size(1), changed_.size(0), spline_numbers(options_.bins)});
  return make_spline(raw, options_.bins, options_.bound);
}

SplineStep::Result SplineStep::forward(const at::Tensor& z, const at::Tensor& context) const {
  const SplineValue moved = evaluate(splines(z, context), z.index_select(-1, changed_));
  return {z.index_copy(-1, changed_, moved.value), moved.log_slope.sum(-1)};
}

at::Tensor SplineStep::inverse(const at::Tensor& z, const at::Tensor& context) const {
  return z.index_copy(-1, changed_, invert(splines(z, context), z.index_select(-1, changed_)));
}

}  // namespace scprior
