// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "scprior/core/dataset.hpp"
#include "scprior/core/model.hpp"
#include "scprior/metric.hpp"

namespace scprior::core {

/// What a model says of a data set, computed when a metric first asks for it.
class SCPRIOR_API ModelEvaluation : public Evaluation {
 public:
  /// Keeps references to `model` and `data`. test_rows: cells that training did not see, ascending.
  /// Labels and batches are those of data.config, where named.
  ModelEvaluation(Model& model, const Dataset& data, const std::vector<int64_t>& test_rows);
  ~ModelEvaluation() override;

  int64_t n_cells() const override;
  const at::Tensor& test_cells() const override;
  const at::Tensor& latent_mean() const override;
  const at::Tensor& latent_sample() const override;
  const at::Tensor& library() const override;
  const at::Tensor& test_log_likelihood() const override;
  const at::Tensor& test_log_likelihood_sampled() const override;
  const Labels* labels() const override;
  const Labels* batches() const override;
  bool has_prior() const override;
  at::Tensor prior_samples(int64_t n) const override;

 private:
  /// Means, samples and library sizes come from one pass through the cells.
  void encode_cells() const;

  Model& model_;
  const Dataset& data_;
  std::vector<int64_t> rows_, test_rows_;
  at::Tensor test_cells_;
  std::optional<Labels> labels_, batches_;
  mutable at::Tensor mean_, sample_, library_, test_ll_, test_ll_sampled_;
};

struct NamedMetricResult {
  std::string metric;
  MetricResult result;
};

/// Evaluates the metrics `choices` names, in order; returns their names with what they found.
/// Errors: what a metric throws, with "metric/name" in front.
SCPRIOR_API std::vector<NamedMetricResult> evaluate_metrics(const Evaluation& evaluation,
                                                            const std::vector<ComponentChoice>& choices,
                                                            const PluginHost& host);

}  // namespace scprior::core
