// SPDX-License-Identifier: Apache-2.0
#include "scprior/block_options.hpp"

namespace scprior::nn {

OptionTable block_option_rows() {
  const BlockOptions defaults;
  return {
      option::choice("activation", activation_names(), defaults.activation, "non-linearity of the hidden layers"),
      option::boolean("batch_norm", defaults.batch_norm,
                      "normalise each hidden layer over the batch, after the non-linearity"),
      option::boolean("batch_norm_scale", defaults.batch_norm_scale,
                      "learn a scale in BatchNorm (sfaira's autoencoder: false)"),
      option::real("batch_norm_momentum", defaults.batch_norm_momentum,
                   "share of BatchNorm's running statistics kept at a step; less for short trainings")
          .at_least(0)
          .below(1),
      option::real("dropout", defaults.dropout, "share of hidden units left out at each training step")
          .at_least(0)
          .below(1),
  };
}

BlockOptions block_options(const Options& options) {
  return {.activation = options.text("activation"),
          .batch_norm = options.boolean("batch_norm"),
          .batch_norm_scale = options.boolean("batch_norm_scale"),
          .batch_norm_momentum = options.real("batch_norm_momentum"),
          .dropout = options.real("dropout")};
}

}  // namespace scprior::nn
