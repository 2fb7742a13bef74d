// SPDX-License-Identifier: Apache-2.0
#include "mlp_decoder.hpp"

#include <ATen/ATen.h>

#include "scprior/block_options.hpp"
#include "scprior/error.hpp"

namespace scprior {

OptionTable MlpDecoder::options() {
  OptionTable table = {
      option::integers("hidden", {256, 512}, "widths of the hidden layers, from the latent space outwards")
          .at_least(1)};
  const OptionTable block = nn::block_option_rows();
  table.insert(table.end(), block.begin(), block.end());
  return table;
}

MlpDecoder::MlpDecoder(const Options& options)
    : hidden_(options.integers("hidden")),
      block_(nn::block_options(options)) {
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
