// SPDX-License-Identifier: Apache-2.0
#include "scprior/error.hpp"
#include "scprior/nn.hpp"

namespace scprior::nn {
namespace {

BlockOptions without_norm_and_dropout(BlockOptions options) {
  options.batch_norm = false;
  options.dropout = 0;
  return options;
}

const std::vector<int64_t>& at_least_one(const std::vector<int64_t>& widths) {
  if (widths.empty()) fail(Status::config, "an encoder needs at least one hidden layer");
  return widths;
}

}  // namespace

DenseTrunk::DenseTrunk(int64_t in, const std::vector<int64_t>& widths, const BlockOptions& options, bool plain_last,
                       at::Generator init) {
  for (size_t layer = 0; layer < widths.size(); ++layer) {
    const bool plain = plain_last && layer + 1 == widths.size();
    hidden_.push_back(std::make_unique<Linear>(in, widths[layer], true, init));
    tails_.push_back(std::make_unique<BlockTail>(widths[layer], plain ? without_norm_and_dropout(options) : options));
    add_child(concat("linear_", layer), *hidden_.back());
    add_child(concat("block_", layer), *tails_.back());
    in = widths[layer];
  }
}

at::Tensor DenseTrunk::forward(at::Tensor x) const {
  for (size_t layer = 0; layer < hidden_.size(); ++layer) x = tails_[layer]->forward(hidden_[layer]->forward(x));
  return x;
}

EncoderTrunk::EncoderTrunk(int64_t genes, const std::vector<int64_t>& widths, const BlockOptions& options,
                           bool plain_last, at::Generator init)
    : input_(genes, at_least_one(widths).front(), true, init),
      tail_(widths.front(), plain_last && widths.size() == 1 ? without_norm_and_dropout(options) : options),
      rest_(widths.front(), {widths.begin() + 1, widths.end()}, options, plain_last, init) {
  add_child("input", input_);
  add_child("block", tail_);
  add_child("rest", rest_);
}

at::Tensor EncoderTrunk::forward(const CountMatrix& x) const { return rest_.forward(tail_.forward(input_.forward(x))); }

}  // namespace scprior::nn
