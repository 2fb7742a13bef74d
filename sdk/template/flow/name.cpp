// SPDX-License-Identifier: Apache-2.0
#include "@name@.hpp"

#include <ATen/ATen.h>

#include "scprior/shapes.hpp"

using namespace scprior;

OptionTable @Name@Flow::options() {
  return {option::integer("context", 16, "width of the context asked from the encoder; 0 = none").at_least(0)};
}

@Name@Flow::@Name@Flow(const Options& options) : context_(options.integer("context")) {}

// What is registered here is trained, saved and loaded with the model.
void @Name@Flow::build(const Dims& dims, at::Generator init) {
  n_latent_ = dims.latent;
  if (context_ == 0) return add_tensor("shared", shared_, at::zeros({2 * n_latent_}));
  network_ = std::make_unique<nn::Linear>(context_, 2 * n_latent_, false, init);
  add_child("network", *network_);
}

@Name@Flow::Step @Name@Flow::step(const at::Tensor& z, const at::Tensor& context) const {
  check_shape("z", z, {any_length, any_length, n_latent_});
  if (network_) check_shape("context", context, {z.size(1), context_});
  const at::Tensor both = network_ ? network_->forward(context) : shared_;
  return {both.narrow(-1, 0, n_latent_), 2 * at::tanh(both.narrow(-1, n_latent_, n_latent_) / 2)};
}

FlowResult @Name@Flow::forward(const at::Tensor& z0, const at::Tensor& context) {
  const Step s = step(z0, context);
  const at::Tensor z = at::exp(s.log_scale) * z0 + s.shift;
  return {z, s.log_scale.expand_as(z).sum(-1)};
}

at::Tensor @Name@Flow::inverse(const at::Tensor& z, const at::Tensor& context) {
  const Step s = step(z, context);
  return (z - s.shift) * at::exp(-s.log_scale);
}
