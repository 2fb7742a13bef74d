// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/model_evaluation.hpp"

#include <ATen/ATen.h>

#include <numeric>

#include "scprior/core/batches.hpp"
#include "scprior/core/inference.hpp"

namespace scprior::core {
namespace {

constexpr uint64_t evaluation_seed = 20200714;
constexpr int64_t likelihood_draws = 10;

}  // namespace

ModelEvaluation::ModelEvaluation(Model& model, const Dataset& data, const std::vector<int64_t>& test_rows)
    : model_(model), data_(data), rows_(data.cells->n_cells()), test_rows_(test_rows) {
  std::iota(rows_.begin(), rows_.end(), 0);
  test_cells_ = at::tensor(test_rows_, at::kLong);
  if (!data.config.label.empty()) labels_ = labels_of(data.info, data.config.label);
  if (!data.config.batch.empty()) batches_ = labels_of(data.info, data.config.batch);
}

ModelEvaluation::~ModelEvaluation() = default;

int64_t ModelEvaluation::n_cells() const { return static_cast<int64_t>(rows_.size()); }
const at::Tensor& ModelEvaluation::test_cells() const { return test_cells_; }

const at::Tensor& ModelEvaluation::latent_mean() const {
  if (!mean_.defined()) mean_ = embed(model_, *data_.cells, rows_);
  return mean_;
}

const at::Tensor& ModelEvaluation::latent_sample() const {
  if (!sample_.defined())
    sample_ = sample_posterior(model_, *data_.cells, rows_, stream_seed(evaluation_seed, RandomStream::posterior));
  return sample_;
}

const at::Tensor& ModelEvaluation::library() const {
  if (!library_.defined()) {
    constexpr int64_t block = 4096;
    std::vector<at::Tensor> parts;
    for (int64_t first = 0; first < n_cells(); first += block) {
      const auto part = std::span(rows_).subspan(first, std::min(block, n_cells() - first));
      parts.push_back(data_.cells->read(part).row_sums());
    }
    library_ = at::cat(parts);
  }
  return library_;
}

const at::Tensor& ModelEvaluation::test_log_likelihood() const {
  if (!test_ll_.defined())
    test_ll_ = log_likelihood(model_, *data_.cells, test_rows_, latent_mean().index_select(0, test_cells_));
  return test_ll_;
}

const at::Tensor& ModelEvaluation::test_log_likelihood_sampled() const {
  if (!test_ll_sampled_.defined())
    test_ll_sampled_ = model_.prior ? mean_log_likelihood(model_, *data_.cells, test_rows_, likelihood_draws,
                                                           stream_seed(evaluation_seed, RandomStream::likelihood))
                                    : test_log_likelihood();
  return test_ll_sampled_;
}

const Labels* ModelEvaluation::labels() const { return labels_ ? &*labels_ : nullptr; }
const Labels* ModelEvaluation::batches() const { return batches_ ? &*batches_ : nullptr; }
bool ModelEvaluation::has_prior() const { return model_.prior != nullptr; }
at::Tensor ModelEvaluation::prior_samples(int64_t n) const {
  return sample_prior(model_, n, stream_seed(evaluation_seed, RandomStream::prior)).cpu();
}

std::vector<NamedMetricResult> evaluate_metrics(const Evaluation& evaluation,
                                                const std::vector<ComponentChoice>& choices, const PluginHost& host) {
  std::vector<NamedMetricResult> results;
  for (const ComponentChoice& choice : choices) {
    const auto metric = host.create<Metric>(choice.type, choice.options);
    try {
      results.push_back({choice.type, metric->evaluate(evaluation)});
    } catch (const Error& error) {
      fail(error.status(), "metric/", choice.type, ": ", error.what());
    }
  }
  return results;
}

}  // namespace scprior::core
