// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scprior/conformance/tools.hpp"
#include "scprior/metric.hpp"
#include "scprior/testing/fixed_evaluation.hpp"

namespace scprior::conformance {

using testing::EvaluationFacts;

/// A model's answers about n cells of three types and two batches in 4 latent units; every third cell is a test cell.
EvaluationFacts random_facts(int64_t n, uint64_t stream = 30);

/// The same cells in another order: cell i of the result is cell order[i] of `facts`.
EvaluationFacts reordered(const EvaluationFacts& facts, const at::Tensor& order);

/// The same labels and batches under other codes.
EvaluationFacts recoded(const EvaluationFacts& facts);

/// What `metric`, or a new one, says of them.
MetricResult evaluate(Metric& metric, const EvaluationFacts& facts);
MetricResult evaluate(const EvaluationFacts& facts);

/// The fields of numbers, with their names.
const std::vector<std::pair<std::string, at::Tensor EvaluationFacts::*>>& number_fields();

/// Whether the subject refuses, for lack of it, to work without this field.
bool asks_for(const EvaluationFacts& facts, at::Tensor EvaluationFacts::*field);

/// "" if both hold the same values under the same names, up to a relative difference; else what differs. NaN is itself.
std::string difference(const MetricResult& a, const MetricResult& b, double tolerance);
std::string values_text(const MetricResult& result);

/// State of the random generator that components must leave alone.
at::Tensor global_random_state();

}  // namespace scprior::conformance
