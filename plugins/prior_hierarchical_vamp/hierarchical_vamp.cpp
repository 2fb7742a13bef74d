// SPDX-License-Identifier: Apache-2.0
#include "hierarchical_vamp.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "scprior/distributions.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {

OptionTable HierarchicalVampPrior::options() {
  OptionTable table = pseudo_input_rows();
  const OptionTable levels = nn::two_level_rows();
  table.insert(table.end(), levels.begin(), levels.end());
  return table;
}

HierarchicalVampPrior::HierarchicalVampPrior(const Options& options)
    : levels_(nn::two_level_options(options)),
      components_(options.integer("components")),
      inputs_(pseudo_input_options(options)) {}

void HierarchicalVampPrior::build(const Dims& dims, at::Generator init) {
  dims_ = dims.latent;
  top_ = nn::top_units(levels_, dims_);
  inputs_.build(dims.genes, init);
  add_child("pseudo_inputs", inputs_);
  between_ = std::make_unique<nn::BetweenLevels>(levels_, dims_, 0, init);
  add_child("between", *between_);
}

int64_t HierarchicalVampPrior::n_initial_cells() const { return inputs_.n_initial_cells(); }

void HierarchicalVampPrior::initialise(const CellBatch& cells, at::Generator) {
  inputs_.start_from(cells);
  mean_ = log_var_ = at::Tensor();
}

void HierarchicalVampPrior::loaded() {
  Prior::loaded();
  mean_ = log_var_ = at::Tensor();
}

void HierarchicalVampPrior::prepare(const Encode& encode) {
  const Posterior components = inputs_.encoded(encode, dims_);
  mean_ = components.mean.narrow(1, 0, top_);
  log_var_ = components.log_var.narrow(1, 0, top_);
}

void HierarchicalVampPrior::check_prepared() const {
  if (!mean_.defined())
    fail(Status::argument,
         "the hierarchical VampPrior knows no components: call prepare(encode) before log_prob and sample");
}

at::Tensor HierarchicalVampPrior::log_prob(const at::Tensor& z) {
  check_prepared();
  check_shape("z", z, {any_length, any_length, dims_});
  const at::Tensor z2 = z.narrow(-1, 0, top_), z1 = z.narrow(-1, top_, dims_ - top_);
  const at::Tensor log_weights =
      at::full({components_}, -std::log(static_cast<double>(components_)), mean_.options().requires_grad(false));
  const at::Tensor upper = normal_mixture_log_prob(z2.reshape({-1, top_}), mean_, log_var_, log_weights);
  const auto [shift, log_scale] = between_->forward(z2, at::Tensor());
  return upper.view({z.size(0), z.size(1)}) + normal_log_prob(z1, shift, log_scale * 2);
}

at::Tensor HierarchicalVampPrior::sample(int64_t n, at::Generator generator) {
  check_prepared();
  if (n < 0) fail(Status::argument, "a number of samples must be 0 or more, got ", n);
  const at::NoGradGuard no_grad;
  const at::TensorOptions kind = mean_.options().requires_grad(false);
  const at::Tensor k = at::randint(components_, {n}, generator, kind.dtype(at::kLong));
  const at::Tensor noise = at::randn({n, dims_}, generator, kind);
  const at::Tensor z2 =
      mean_.index_select(0, k) + at::exp(log_var_.index_select(0, k) * 0.5) * noise.narrow(1, 0, top_);
  const auto [shift, log_scale] = between_->forward(z2, at::Tensor());
  return at::cat({z2, shift + at::exp(log_scale) * noise.narrow(1, top_, dims_ - top_)}, 1);
}

}  // namespace scprior
