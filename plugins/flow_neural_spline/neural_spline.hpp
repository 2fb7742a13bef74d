// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scprior/flow.hpp"
#include "scprior/options.hpp"
#include "spline_step.hpp"

namespace scprior {

/// Neural spline flow: T coupling steps, each of which sends half of the latent units through monotone
/// rational-quadratic splines that the other half and the context choose.
///
///     z_c <- spline(z_c; network(z_a, h)),   ln|det| += Σ_c ln spline'(z_c)
///
/// Two steps in a row divide the units alike, with the parts swapped. Units stay in their places. With one latent unit
/// every step changes it, and the context alone chooses the spline.
/// Source:  durkan2019, sections 3.1 and 3.2
/// Differs: no linear layers between the steps, no residual blocks, no BatchNorm: cells stay independent of each other.
///          A new flow is the identity up to hundredths of a latent unit.
/// Shapes:  z0 [S, B, D], context [B, C] -> z [S, B, D], log_det [S, B]
/// Domain:  a latent unit beyond ± tail_bound passes unchanged
/// Cost:    O(T S B H (D K + C)) forward as inverse
class NeuralSplineFlow final : public Flow {
 public:
  explicit NeuralSplineFlow(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  int64_t context_width() const override { return step_.context; }
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override;
  at::Tensor inverse(const at::Tensor& z, const at::Tensor& context) override;

 private:
  at::Tensor order_of_units(at::Generator init) const;  ///< [D]: the first half keeps in even steps
  void check(const char* name, const at::Tensor& z, const at::Tensor& context) const;

  int64_t n_steps_, dims_ = 0;
  std::string split_;
  SplineFlowOptions step_;
  std::vector<std::unique_ptr<SplineStep>> steps_;
};

}  // namespace scprior
