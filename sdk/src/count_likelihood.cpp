// SPDX-License-Identifier: Apache-2.0
#include "scprior/count_likelihood.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "output/fused_log_prob.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {
namespace {

/// ln(l / 1e4), [B].
at::Tensor log_size_of(const at::Tensor& library, const at::Tensor& h) {
  return (library.to(at::kDouble) / 1e4).log().to(h.scalar_type());
}

bool kernel_knows(const at::Tensor& h) {
  return h.is_cpu() && (h.scalar_type() == at::kFloat || h.scalar_type() == at::kDouble);
}

}  // namespace

std::vector<std::string> owners_of_parameters() { return {"gene-cell", "gene", "constant"}; }

OptionSpec dispersion_option() {
  return option::choice("dispersion", owners_of_parameters(), "gene-cell",
                        "what has an inverse dispersion of its own: each gene in each cell, each gene, or nothing");
}

CountLikelihood::CountLikelihood(const char* name, const kernels::CountKernel& kernel,
                                 std::vector<Parameter> parameters)
    : name_(name), kernel_(kernel) {
  for (Parameter& parameter : parameters) heads_.push_back({std::move(parameter), nullptr, {}});
}

CountLikelihood::~CountLikelihood() = default;

void CountLikelihood::build(const Dims& dims, at::Generator init) {
  if (dims.genes < 1 || dims.hidden < 1)
    fail(Status::config, "likelihood ", name_, ": ", dims.genes, " genes and a decoder of width ", dims.hidden,
         "; at least 1 of each is needed");
  genes_ = dims.genes;
  hidden_ = dims.hidden;
  mean_ = std::make_unique<nn::Linear>(hidden_, genes_, false, init);
  add_child("mean", *mean_);
  for (Head& head : heads_) {
    if (head.parameter.of == "gene-cell") {
      head.linear = std::make_unique<nn::Linear>(hidden_, genes_, false, init);
      add_child(head.parameter.name, *head.linear);
    } else {
      add_tensor(head.parameter.name, head.free, at::zeros({head.parameter.of == "gene" ? genes_ : 1}));
    }
  }
}

void CountLikelihood::check(const at::Tensor& h, const at::Tensor& library) const {
  check_shape(concat("likelihood ", name_, ": h"), h, {any_length, any_length, hidden_});
  check_shape(concat("likelihood ", name_, ": library"), library, {h.size(1)});
}

at::Tensor CountLikelihood::log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                                     const Covariates&) {
  check(h, library);
  if (counts.rows() != h.size(1) || counts.columns() != genes_)
    fail(Status::argument, "likelihood ", name_, ": counts have shape [", counts.rows(), ", ", counts.columns(),
         "], expected [", h.size(1), ", ", genes_, "]");
  const at::Tensor& values = counts.is_sparse() ? counts.csr().values : counts.dense();
  if (at::GradMode::is_enabled() && (values.requires_grad() || library.requires_grad()))
    fail(Status::unsupported, "likelihood ", name_,
         " offers no gradients with respect to counts or library; detach them");
  if (!kernel_knows(h)) return composite(counts, h, library);
  output::Layers layers;
  layers[0] = {mean_->weight, mean_->bias};
  for (size_t i = 0; i < heads_.size(); ++i)
    layers[i + 1] = heads_[i].linear ? output::Layer{heads_[i].linear->weight, heads_[i].linear->bias}
                                     : output::Layer{at::Tensor(), heads_[i].free};
  return output::fused_log_prob(name_, kernel_, counts, h, log_size_of(library, h), layers);
}

at::Tensor CountLikelihood::scaled_mean(const at::Tensor& h, const at::Tensor& log_size) const {
  return mean_->forward(h).clamp(-kernels::logit_clip, kernels::logit_clip) + log_size.unsqueeze(-1);
}

at::Tensor CountLikelihood::log_mean(const at::Tensor& h, const at::Tensor& library) const {
  return scaled_mean(h, log_size_of(library, h));
}

at::Tensor CountLikelihood::parameter(size_t i, const at::Tensor& h) const {
  return heads_[i].linear ? heads_[i].linear->forward(h) : heads_[i].free;
}

at::Tensor CountLikelihood::composite(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library) const {
  const at::Tensor empty = library == 0;                                      // [B]
  const at::Tensor log_size = log_size_of(library, h).masked_fill(empty, 0);  // [B]
  const at::Tensor x = counts.dense();                                        // [B, G]
  std::vector<at::Tensor> parameters;
  for (size_t i = 0; i < heads_.size(); ++i) parameters.push_back(parameter(i, h));
  const at::Tensor value = plain_log_prob(x, scaled_mean(h, log_size), parameters).to(h.scalar_type());
  const at::Tensor of_empty = at::zeros_like(log_size).masked_fill((x != 0).any(1), -INFINITY);  // [B]
  return at::where(empty, of_empty, value);
}

at::Tensor CountLikelihood::mean(const at::Tensor& h, const at::Tensor& library, const Covariates&) {
  check(h, library);
  return log_mean(h, library).exp();
}

}  // namespace scprior
