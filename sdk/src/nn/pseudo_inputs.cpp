// SPDX-License-Identifier: Apache-2.0
#include "scprior/pseudo_inputs.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "scprior/elementary.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {
namespace {

// sfaira 0.3.12: pseudo-inputs drawn from N(-0.05, 0.01²) and mapped by Keras' hard sigmoid.
constexpr double constant_mean = -0.05, constant_sd = 0.01;
// A zero of a cell under softplus: 0.0067, with a gradient of as much.
constexpr double softplus_zero = -5;

/// The entries above 0 of sparse or dense cells.
Csr positive_entries(const CountMatrix& cells) {
  const at::Tensor zero = at::zeros({1}, at::TensorOptions(at::kLong).device(
                                             cells.is_sparse() ? cells.csr().values.device() : cells.dense().device()));
  if (cells.is_sparse()) {
    const Csr& csr = cells.csr();
    const at::Tensor kept = csr.values > 0;
    const at::Tensor kept_before = at::cat({zero, kept.cumsum(0)});  // [nnz + 1]
    return {kept_before.index_select(0, csr.row_ptr), csr.columns.masked_select(kept), csr.values.masked_select(kept),
            csr.n_columns};
  }
  const at::Tensor kept = cells.dense() > 0;
  return {at::cat({zero, kept.sum(1).cumsum(0)}), kept.nonzero().select(1, 1).to(at::kInt).contiguous(),
          cells.dense().masked_select(kept), cells.columns()};
}

/// A parameter that `map` takes to u, as far as it can.
at::Tensor inverse_map(PseudoMap map, const at::Tensor& u) {
  if (map != PseudoMap::softplus) return u.clone();
  const at::Tensor reachable = u.clamp_min(std::log1p(std::exp(softplus_zero)));
  return reachable + at::log(-at::expm1(-reachable));
}

at::Tensor apply_map(PseudoMap map, const at::Tensor& parameter) {
  switch (map) {
    case PseudoMap::clamp:
      return at::relu(parameter);  // gradient 0 at 0
    case PseudoMap::softplus:
      return nn::softplus(parameter);
    case PseudoMap::identity:
      return parameter;
    case PseudoMap::hard_sigmoid:
      return at::clamp(parameter * 0.2 + 0.5, 0, 1);
  }
  fail(Status::internal, "unknown map of pseudo-inputs");
}

}  // namespace

OptionTable pseudo_input_rows() {
  return {
      option::integer("components", 500, "number of pseudo-inputs K; at most the number of training cells").at_least(1),
      option::choice("space", {"log1p", "counts"}, "log1p",
                     "what pseudo-inputs are: log-normalised expression, or counts that are normalised like a cell's"),
      option::choice("init", {"cells", "constant"}, "cells",
                     "where they start: K random training cells, or N(-0.05, 0.01) before the map (sfaira)"),
      option::choice("map", {"clamp", "softplus", "identity", "hard_sigmoid"}, "clamp",
                     "from parameter to pseudo-input; clamp at 0 keeps them sparse and fast"),
  };
}

PseudoInputOptions pseudo_input_options(const Options& options) {
  PseudoInputOptions out;
  out.components = options.integer("components");
  out.space = options.text("space") == "counts" ? PseudoSpace::counts : PseudoSpace::log1p;
  out.init = options.text("init") == "constant" ? PseudoInit::constant : PseudoInit::cells;
  const std::string& map = options.text("map");
  out.map = map == "softplus"       ? PseudoMap::softplus
            : map == "identity"     ? PseudoMap::identity
            : map == "hard_sigmoid" ? PseudoMap::hard_sigmoid
                                    : PseudoMap::clamp;
  return out;
}

PseudoInputs::PseudoInputs(const PseudoInputOptions& options) : options_(options) {
  if (options_.map == PseudoMap::clamp && options_.init == PseudoInit::constant)
    fail(Status::config, "init = \"constant\" with map = \"clamp\": the constant is below 0, so every pseudo-input ",
         "would be 0 and could never be learned; use map = \"hard_sigmoid\" (as sfaira does), \"softplus\" or ",
         "\"identity\", or init = \"cells\"");
  if (options_.map == PseudoMap::hard_sigmoid && options_.init == PseudoInit::cells)
    fail(Status::config, "init = \"cells\" with map = \"hard_sigmoid\": it maps to values between 0 and 1, but cells ",
         "have larger ones; use init = \"constant\" (as sfaira does), or map = \"clamp\" or \"softplus\"");
  if (options_.map == PseudoMap::identity && options_.space == PseudoSpace::counts)
    fail(Status::config, "space = \"counts\" with map = \"identity\": pseudo-inputs could become negative counts, ",
         "which have no logarithm; use map = \"clamp\" or \"softplus\"");
}

void PseudoInputs::build(int64_t genes, at::Generator init) {
  genes_ = genes;
  const int64_t n = options_.components;
  if (is_sparse()) {
    add_tensor("values", values_, at::zeros({0}), {.shape_from_data = true});
    add_tensor("row_ptr", row_ptr_, at::zeros({n + 1}, at::kLong), {.trainable = false, .shape_from_data = true});
    add_tensor("columns", columns_, at::zeros({0}, at::kInt), {.trainable = false, .shape_from_data = true});
    return;
  }
  const bool constant = options_.init == PseudoInit::constant;
  at::Tensor start = at::zeros({n, genes});
  if (constant) start.normal_(constant_mean, constant_sd, init);
  add_tensor("dense", dense_, start);
  ready_ = constant;
}

int64_t PseudoInputs::n_initial_cells() const {
  return options_.init == PseudoInit::cells ? options_.components : 0;
}

void PseudoInputs::start_from(const CellBatch& cells) {
  if (options_.init == PseudoInit::constant) return;
  const CountMatrix& source = options_.space == PseudoSpace::counts ? cells.counts : cells.normalised;
  if (source.rows() != options_.components || source.columns() != genes_)
    fail(Status::argument, "the VampPrior starts from ", options_.components, " cells of ", genes_, " genes, got ",
         source.rows(), " cells of ", source.columns(), " genes");
  const at::NoGradGuard no_grad;
  const auto parameter = [](const at::Tensor& value, const at::Tensor& like) {
    return value.detach().to(like.options().requires_grad(false), false, true).contiguous().set_requires_grad(true);
  };
  if (is_sparse()) {
    const Csr csr = positive_entries(source);
    values_ = parameter(csr.values, values_);
    row_ptr_ = csr.row_ptr.to(row_ptr_.device());
    columns_ = csr.columns.to(columns_.device());
  } else {
    dense_ = parameter(inverse_map(options_.map, source.dense()), dense_);
  }
  ready_ = true;
}

const CountMatrix& PseudoInputs::pattern() {
  // The tensors may have been moved or replaced since.
  if (!pattern_.is_sparse() || !pattern_.csr().columns.is_same(columns_))
    pattern_ = CountMatrix::from_csr({row_ptr_, columns_, values_.detach(), genes_});
  return pattern_;
}

CountMatrix PseudoInputs::normalised() {
  const CountMatrix u = is_sparse() ? pattern().with_values(apply_map(options_.map, values_))
                                    : CountMatrix::from_dense(apply_map(options_.map, dense_));
  return options_.space == PseudoSpace::counts ? log_normalise(u) : u;
}

Posterior PseudoInputs::encoded(const std::function<Posterior(const CountMatrix& normalised)>& encode,
                                int64_t latent) {
  if (!ready_)
    fail(Status::argument,
         "the VampPrior has no pseudo-inputs yet: call initialise with training cells, or load a model");
  const Posterior components = encode(normalised());
  if (!components.log_var.defined())
    fail(Status::config,
         "the VampPrior is a mixture of posteriors, but the encoder is deterministic (an autoencoder); use a Gaussian ",
         "posterior or prior = \"none\"");
  check_shape("mean of the encoded pseudo-inputs", components.mean, {options_.components, latent});
  check_shape("log_var of the encoded pseudo-inputs", components.log_var, {options_.components, latent});
  return components;
}

void PseudoInputs::loaded() {
  Module::loaded();
  ready_ = true;
  pattern_ = CountMatrix();
  if (!is_sparse()) return;
  const at::NoGradGuard no_grad;
  const bool fits = row_ptr_.dim() == 1 && row_ptr_.size(0) == options_.components + 1 && values_.dim() == 1 &&
                    columns_.sizes() == values_.sizes() && row_ptr_[0].item<int64_t>() == 0 &&
                    row_ptr_[-1].item<int64_t>() == values_.size(0) && (row_ptr_.diff() >= 0).all().item<bool>() &&
                    ((columns_ >= 0) & (columns_ < genes_)).all().item<bool>();
  if (!fits)
    fail(Status::data, "the saved pseudo-inputs of the VampPrior do not fit together (row_ptr, columns, values for ",
         options_.components, " pseudo-inputs of ", genes_, " genes): the file is damaged or of another model");
}

}  // namespace scprior
