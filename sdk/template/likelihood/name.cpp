// SPDX-License-Identifier: Apache-2.0
#include "@name@.hpp"

#include <ATen/ATen.h>

#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

using namespace scprior;

namespace {

void check_counts(const CountMatrix& counts) {
  const at::Tensor& values = counts.is_sparse() ? counts.csr().values : counts.dense();
  if (!(values.ge(0) & values.isfinite()).all().item<bool>())
    fail(Status::data, "the likelihood @name@ was given counts that are negative, missing or infinite");
}

}  // namespace

OptionTable @Name@Likelihood::options() {
  return {option::boolean("scale", true, "the mean grows with the counts of the cell; false: it depends on h alone")};
}

@Name@Likelihood::@Name@Likelihood(const Options& options) : scale_(options.boolean("scale")) {}

// What is registered here is trained, saved and loaded with the model.
void @Name@Likelihood::build(const Dims& dims, at::Generator init) {
  n_genes_ = dims.genes;
  n_hidden_ = dims.hidden;
  layer_ = std::make_unique<nn::Linear>(n_hidden_, n_genes_, false, init);
  add_child("log_mean", *layer_);
}

at::Tensor @Name@Likelihood::log_rate(const at::Tensor& h) const {
  check_shape("h", h, {any_length, any_length, n_hidden_});
  return layer_->forward(h).clamp(-20, 20);
}

at::Tensor @Name@Likelihood::size(const at::Tensor& h, const at::Tensor& library) const {
  check_shape("library", library, {h.size(1)});
  const at::Tensor size = library.to(h.scalar_type()).unsqueeze(-1) / 1e4;
  return scale_ ? size : at::ones_like(size);
}

at::Tensor @Name@Likelihood::log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                                      const Covariates&) {
  check_counts(counts);
  const at::Tensor a = log_rate(h), l = size(h, library);
  const at::Tensor x = counts.dense().to(h.scalar_type());
  check_shape("counts", x, {h.size(1), n_genes_});
  // x ln l is kept apart from x a, and is 0 for an empty cell.
  return (x * a + at::xlogy(x, l) - l * at::exp(a) - at::lgamma(x + 1)).sum(-1);
}

at::Tensor @Name@Likelihood::mean(const at::Tensor& h, const at::Tensor& library, const Covariates&) {
  return size(h, library) * at::exp(log_rate(h));
}

at::Tensor @Name@Likelihood::sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                                    at::Generator generator) {
  return at::poisson(mean(h, library, covariates).detach(), generator);
}
