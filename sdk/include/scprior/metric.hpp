// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "scprior/component.hpp"

namespace scprior {

/// A column of labels of the evaluated cells.
struct Labels {
  at::Tensor codes;                ///< [N] int64; -1 = missing
  std::vector<std::string> names;  ///< [number of labels]
};

/// What a fitted model says of a data set; computed when first asked for, then shared by all metrics. Tensors are on
/// the CPU. "Test cells" are those that training did not see; for a data set other than the training set: all cells.
class SCPRIOR_API Evaluation {
 public:
  virtual ~Evaluation();

  virtual int64_t n_cells() const = 0;                      ///< N
  virtual const at::Tensor& test_cells() const = 0;         ///< [n_test] int64 rows, ascending
  virtual const at::Tensor& latent_mean() const = 0;        ///< [N, D] the embedding: E_q[z | x]
  virtual const at::Tensor& latent_sample() const = 0;      ///< [N, D] one draw of q(z | x), fixed seed
  virtual const at::Tensor& library() const = 0;            ///< [N]
  virtual const at::Tensor& test_log_likelihood() const = 0;  ///< [n_test] ln p(x | z) at latent_mean, float64
  virtual const at::Tensor& test_log_likelihood_sampled()
      const = 0;                                            ///< [n_test] mean of ln p(x | z) over draws, float64
  virtual const Labels* labels() const = 0;                 ///< cell types; nullptr = none given
  virtual const Labels* batches() const = 0;                ///< experimental batches; nullptr = none given
  virtual bool has_prior() const = 0;                       ///< false for an autoencoder
  virtual at::Tensor prior_samples(
      int64_t n) const = 0;  ///< [n, D], fixed seed. Errors: Error{unsupported} without prior
};

/// A number a metric reports. `name` is appended to the metric's own: "silhouette" or "silhouette.alpha".
struct MetricValue {
  std::string name;  ///< "" for the metric's main value
  double value = 0;  ///< NaN = not defined for these data, `note` says why
  enum class Better { neither, higher, lower } better = Better::neither;
  std::string note;
};

/// An array a metric reports, for the report's figures.
struct MetricArray {
  std::string name;
  at::Tensor values;
  std::vector<std::string> axis_labels;  ///< of the first axis; may be empty
};

struct MetricResult {
  std::vector<MetricValue> values;
  std::vector<MetricArray> arrays;
};

/// A measure of a fitted model. Laws: independent of the order of the cells; no state kept between calls.
class SCPRIOR_API Metric : public Component {
 public:
  ~Metric() override;
  virtual MetricResult evaluate(const Evaluation& evaluation) = 0;
};

}  // namespace scprior
