// SPDX-License-Identifier: Apache-2.0
#include "vamp.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "scprior/distributions.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {

OptionTable VampPrior::options() {
  OptionTable table = pseudo_input_rows();
  const OptionTable own = {
      option::boolean("tied", true,
                      "encode pseudo-inputs with the model's encoder; false: with an untrained one (sfaira)"),
      option::boolean("log_k", true, "keep -ln K in the density; false leaves it out (sfaira), which is no density"),
      option::boolean("learnable_weights", false, "learn the weights of the mixture instead of 1/K each"),
      option::integers("untied_hidden", {512, 256}, "widths of the untrained encoder's hidden layers if tied is false")
          .at_least(1),
  };
  table.insert(table.end(), own.begin(), own.end());
  return table;
}

VampPrior::VampPrior(const Options& options)
    : input_options_(pseudo_input_options(options)),
      tied_(options.boolean("tied")),
      log_k_(options.boolean("log_k")),
      learnable_weights_(options.boolean("learnable_weights")),
      untied_hidden_(options.integers("untied_hidden")),
      inputs_(input_options_) {
  if (!tied_ && untied_hidden_.empty())
    fail(Status::config, "untied_hidden = []: the untrained encoder needs at least one hidden layer");
}

void VampPrior::build(const Dims& dims, at::Generator init) {
  dims_ = dims.latent;
  inputs_.build(dims.genes, init);
  add_child("pseudo_inputs", inputs_);
  if (learnable_weights_) add_tensor("weight_logits", weight_logits_, at::zeros({input_options_.components}));
  if (tied_) return;
  untied_ = std::make_unique<UntiedEncoder>(dims.genes, untied_hidden_, dims.latent, init);
  add_child("untied", *untied_);
}

int64_t VampPrior::n_initial_cells() const { return inputs_.n_initial_cells(); }

void VampPrior::initialise(const CellBatch& cells, at::Generator) {
  inputs_.start_from(cells);
  mean_ = log_var_ = at::Tensor();
}

void VampPrior::loaded() {
  Prior::loaded();
  mean_ = log_var_ = at::Tensor();
}

void VampPrior::prepare(const Encode& encode) {
  const auto untied = [this](const CountMatrix& u) { return untied_->encode(u); };
  const Posterior components = inputs_.encoded(tied_ ? encode : untied, dims_);
  mean_ = components.mean;
  log_var_ = components.log_var;
}

void VampPrior::check_prepared() const {
  if (!mean_.defined())
    fail(Status::argument, "the VampPrior knows no components: call prepare(encode) before log_prob and sample");
}

at::Tensor VampPrior::log_weights() const {
  if (learnable_weights_) return at::log_softmax(weight_logits_, 0);
  const double log_k = std::log(static_cast<double>(input_options_.components));
  return at::full({input_options_.components}, -log_k, mean_.options().requires_grad(false));
}

at::Tensor VampPrior::log_prob(const at::Tensor& z) {
  check_prepared();
  check_shape("z", z, {any_length, any_length, dims_});
  at::Tensor weights = log_weights();
  if (!log_k_) weights = weights + std::log(static_cast<double>(input_options_.components));
  return normal_mixture_log_prob(z.reshape({-1, dims_}), mean_, log_var_, weights).view({z.size(0), z.size(1)});
}

at::Tensor VampPrior::sample(int64_t n, at::Generator generator) {
  check_prepared();
  return normal_mixture_sample(n, mean_, log_var_, log_weights(), generator);
}

}  // namespace scprior
