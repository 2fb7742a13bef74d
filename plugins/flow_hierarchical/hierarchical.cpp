// SPDX-License-Identifier: Apache-2.0
#include "hierarchical.hpp"

#include <ATen/ATen.h>

#include "scprior/shapes.hpp"

namespace scprior {

OptionTable HierarchicalFlow::options() {
  OptionTable table = nn::two_level_rows();
  table.push_back(
      option::integer("context", 128, "width of the context asked from the encoder; 0 = none").at_least(0));
  return table;
}

HierarchicalFlow::HierarchicalFlow(const Options& options)
    : levels_(nn::two_level_options(options)), context_(options.integer("context")) {}

void HierarchicalFlow::build(const Dims& dims, at::Generator init) {
  dims_ = dims.latent;
  top_ = nn::top_units(levels_, dims_);
  between_ = std::make_unique<nn::BetweenLevels>(levels_, dims_, context_, init);
  add_child("between", *between_);
}

HierarchicalFlow::Step HierarchicalFlow::split(const char* name, const at::Tensor& z,
                                               const at::Tensor& context) const {
  check_shape(name, z, {any_length, any_length, dims_});
  if (context_ > 0) check_shape("context", context, {z.size(1), context_});
  const at::Tensor z2 = z.narrow(-1, 0, top_);
  const at::Tensor of_samples = context_ > 0 ? context.expand({z.size(0), z.size(1), context_}) : at::Tensor();
  return {z2, z.narrow(-1, top_, dims_ - top_), between_->forward(z2, of_samples)};
}

FlowResult HierarchicalFlow::forward(const at::Tensor& z0, const at::Tensor& context) {
  const auto [z2, z1, change] = split("z0", z0, context);
  return {at::cat({z2, change.shift + at::exp(change.log_scale) * z1}, -1), change.log_scale.sum(-1)};
}

at::Tensor HierarchicalFlow::inverse(const at::Tensor& z, const at::Tensor& context) {
  const auto [z2, z1, change] = split("z", z, context);
  return at::cat({z2, (z1 - change.shift) * at::exp(-change.log_scale)}, -1);
}

}  // namespace scprior
