// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "rational_quadratic.hpp"
#include "scprior/mlp.hpp"

namespace scprior {

struct SplineFlowOptions {
  int64_t context, bins;
  double bound;
  std::vector<int64_t> hidden;
  std::string activation;
};

/// One coupling step: the units `kept` and the context choose a spline for each of the units `changed`.
///
/// Source:  durkan2019, section 3.2
/// Shapes:  z [S, B, D], context [B, C] or undefined where C = 0
class SplineStep : public Module {
 public:
  SplineStep(const at::Tensor& kept, const at::Tensor& changed, const SplineFlowOptions& options, at::Generator init);

  struct Result {
    at::Tensor z, log_det;  ///< [S, B, D], [S, B]
  };
  Result forward(const at::Tensor& z, const at::Tensor& context) const;
  at::Tensor inverse(const at::Tensor& z, const at::Tensor& context) const;

 private:
  Spline splines(const at::Tensor& z, const at::Tensor& context) const;  ///< knots [S, B, units changed, K + 1]

  SplineFlowOptions options_;
  at::Tensor kept_, changed_;  ///< int64, saved with the model
  nn::Mlp network_;
};

}  // namespace scprior
