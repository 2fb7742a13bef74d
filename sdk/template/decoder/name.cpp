// SPDX-License-Identifier: Apache-2.0
#include "@name@.hpp"

#include <ATen/ATen.h>

#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

using namespace scprior;

OptionTable @Name@Decoder::options() {
  return {option::integer("width", 128, "width H of the hidden layer").at_least(1),
          option::choice("activation", nn::activation_names(), "tanh", "non-linearity of the hidden layer")};
}

@Name@Decoder::@Name@Decoder(const Options& options)
    : width_(options.integer("width")), activation_(options.text("activation")) {}

// What is registered here is trained, saved and loaded with the model.
void @Name@Decoder::build(const Dims& dims, at::Generator init) {
  if (dims.batches > 0 || dims.continuous > 0)
    fail(Status::unsupported, "the decoder @name@ takes no covariates; leave them out of the model");
  n_latent_ = dims.latent;
  layer_ = std::make_unique<nn::Linear>(n_latent_, width_, true, init);
  add_child("layer", *layer_);
}

at::Tensor @Name@Decoder::decode(const at::Tensor& z, const Covariates&) {
  check_shape("z", z, {any_length, any_length, n_latent_});
  return nn::activate(activation_, layer_->forward(z));
}
