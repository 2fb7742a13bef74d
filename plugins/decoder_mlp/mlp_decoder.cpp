// SPDX-License-Identifier: Apache-2.0
#include "mlp_decoder.hpp"

#include <ATen/ATen.h>

#include "scprior/error.hpp"

namespace scprior {

OptionTable MlpDecoder::options() {
  return {
      option::integers("hidden", {256, 512}, "widths of the hidden layers, from the latent space outwards").at_least(1),
      option::choice("activation", nn::activation_names(), "tanh", "non-linearity of the hidden layers"),
      option::boolean("batch_norm", true, "normalise each hidden layer over the batch, after the non-linearity"),
      option::boolean("batch_norm_scale", true, "learn a scale in BatchNorm (sfaira's autoencoder: false)"),
      option::real("batch_norm_momentum", 0.99,
                   "share of BatchNorm's running statistics kept at a step; less for short trainings")
          .at_least(0)
          .below(1),
      option::real("dropout", 0.2, "share of hidden units left out at each training step").at_least(0).below(1),
  };
}

MlpDecoder::MlpDecoder(const Options& options)
    : hidden_(options.integers("hidden")),
      block_{.activation = options.text("activation"),
             .batch_norm = options.boolean("batch_norm"),
             .batch_norm_scale = options.boolean("batch_norm_scale"),
             .batch_norm_momentum = options.real("batch_norm_momentum"),
             .dropout = options.real("dropout")} {
  if (hidden_.empty())
    fail(Status::config,
         "hidden = [] : an mlp decoder needs at least one hidden layer; for none take decoder \"linear\"");
}

void MlpDecoder::build(const Dims& dims, at::Generator init) {
  if (dims.batches > 0 || dims.continuous > 0)
    fail(Status::unsupported, "the mlp decoder takes no covariates; leave them out of the model");
  trunk_ = std::make_unique<nn::DenseTrunk>(dims.latent, hidden_, block_, false, init);
  add_child("trunk", *trunk_);
}

int64_t MlpDecoder::hidden_width() const { return hidden_.back(); }

at::Tensor MlpDecoder::decode(const at::Tensor& z, const Covariates&) {
  const at::Tensor h = trunk_->forward(z.reshape({-1, z.size(-1)}));  // [S * B, H]
  return h.view({z.size(0), z.size(1), hidden_width()});
}

}  // namespace scprior
