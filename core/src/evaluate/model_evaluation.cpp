// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/model_evaluation.hpp"

#include <ATen/ATen.h>

#include <numeric>

#include "evaluate/blocks.hpp"

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

void ModelEvaluation::encode_cells() const {
  at::Tensor mean = at::empty({n_cells(), model_.config.latent}), sample = at::empty_like(mean);
  at::Tensor library = at::empty({n_cells()});
  const at::Generator noise =
      make_generator(stream_seed(evaluation_seed, RandomStream::posterior), device_of(model_));
  for_each_block(model_, *data_.cells, rows_, {}, [&](const CellBatch& batch, int64_t first) {
    const int64_t last = first + batch.counts.rows();
    const Posterior posterior = encode(model_, batch);
    mean.slice(0, first, last).copy_(embedding_of(model_, posterior));
    sample.slice(0, first, last).copy_(draws_of(model_, posterior, 1, noise)[0]);
    library.slice(0, first, last).copy_(batch.library);
  });
  mean_ = mean;
  sample_ = sample;
  library_ = library;
}

const at::Tensor& ModelEvaluation::latent_mean() const {
  if (!mean_.defined()) encode_cells();
  return mean_;
}

const at::Tensor& ModelEvaluation::latent_sample() const {
  if (!sample_.defined()) encode_cells();
  return sample_;
}

const at::Tensor& ModelEvaluation::library() const {
  if (!library_.defined()) encode_cells();
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
