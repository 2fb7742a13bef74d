// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rational_quadratic.hpp"
#include "scprior/nn.hpp"

namespace scprior {

struct SplineFlowOptions {
  int64_t context, bins;
  double bound;
  std::vector<int64_t> hidden;
  std::string activation;
};

/// Network of a step: hidden layers and a linear head, or, for no inputs at all, learned constants.
///
/// Without BatchNorm and dropout, so that cells are independent of each other. Not penalised: the L1 and L2 penalties
/// belong to the hidden layers of encoder and decoder.
class SplineNetwork : public Module {
 public:
  SplineNetwork(int64_t in, int64_t out, const SplineFlowOptions& options, at::Generator init);
  at::Tensor forward(const at::Tensor& x) const;  ///< [..., in] -> [..., out]

 private:
  std::string activation_;
  std::vector<std::unique_ptr<nn::Linear>> layers_;  ///< the last one is the head
  at::Tensor constant_;                              ///< [out] where there is nothing to depend on
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
  SplineNetwork network_;
};

}  // namespace scprior
