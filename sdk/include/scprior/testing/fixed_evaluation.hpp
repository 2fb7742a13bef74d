// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "scprior/error.hpp"
#include "scprior/metric.hpp"

namespace scprior::testing {

/// What a FixedEvaluation answers. An undefined tensor means: the metric must not ask for it.
struct EvaluationFacts {
  at::Tensor latent_mean;                  ///< [N, D]
  at::Tensor latent_sample;                ///< [N, D]
  at::Tensor library;                      ///< [N]
  at::Tensor test_cells;                   ///< [n_test] int64
  at::Tensor test_log_likelihood;          ///< [n_test]
  at::Tensor test_log_likelihood_sampled;  ///< [n_test]
  at::Tensor prior_samples;                ///< [at least n, D]; undefined = the model has no prior
  std::optional<Labels> labels;
  std::optional<Labels> batches;
};

/// An evaluation with given answers instead of a fitted model: the test double for metrics.
///
/// Errors: Error{argument} naming what was asked for but not given.
class FixedEvaluation final : public Evaluation {
 public:
  explicit FixedEvaluation(EvaluationFacts facts) : facts_(std::move(facts)) {}

  int64_t n_cells() const override { return latent_mean().size(0); }
  const at::Tensor& test_cells() const override { return given(facts_.test_cells, "test_cells"); }
  const at::Tensor& latent_mean() const override { return given(facts_.latent_mean, "latent_mean"); }
  const at::Tensor& latent_sample() const override { return given(facts_.latent_sample, "latent_sample"); }
  const at::Tensor& library() const override { return given(facts_.library, "library"); }
  const at::Tensor& test_log_likelihood() const override {
    return given(facts_.test_log_likelihood, "test_log_likelihood");
  }
  const at::Tensor& test_log_likelihood_sampled() const override {
    return given(facts_.test_log_likelihood_sampled, "test_log_likelihood_sampled");
  }
  const Labels* labels() const override { return facts_.labels ? &*facts_.labels : nullptr; }
  const Labels* batches() const override { return facts_.batches ? &*facts_.batches : nullptr; }
  bool has_prior() const override { return facts_.prior_samples.defined(); }
  at::Tensor prior_samples(int64_t n) const override {
    if (!has_prior()) fail(Status::unsupported, "the model has no prior");
    if (n > facts_.prior_samples.size(0))
      fail(Status::argument, "the metric asked for ", n, " prior samples, given were ", facts_.prior_samples.size(0));
    return facts_.prior_samples.narrow(0, 0, n);
  }

 private:
  static const at::Tensor& given(const at::Tensor& tensor, const char* name) {
    if (!tensor.defined()) fail(Status::argument, "the metric asked for ", name, ", which the test did not give");
    return tensor;
  }

  EvaluationFacts facts_;
};

}  // namespace scprior::testing
