// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "scprior/flow.hpp"
#include "scprior/nn.hpp"
#include "scprior/options.hpp"

namespace scprior {

/// Planar flow: T steps, each of which moves z along one direction û by an amount that depends on z along another, w.
///
///     z <- z + û tanh(a),  a = w·z + b        ln|det| += ln(1 + c tanh'(a)),  c = w·û > -1
///     û = u + (m(w·u) - w·u) w / |w|²         m(x) = x for x >= 0, x / (1 - x) below: hence c = m(w·u) > -1
///
/// Source:  rezende2015 (the flow; the constraint on u that makes it invertible, appendix A.1)
/// Differs: there m(x) = ln(1 + e^x) - 1. It moves every u, also one that is allowed, so that u = 0 is not the
///          identity, and û grows without bound as w goes to 0. Here a u with w·u >= 0 stays as it is and û stays
///          bounded; the maps that can be reached are the same. 1 + c comes from w·u itself: c near -1 loses no digits.
/// Shapes:  z0 [S, B, D], context [B, C] -> z [S, B, D], log_det [S, B]
/// Cost:    forward O(T S B D) and, amortised, O(T B C D); the inverse solves one scalar equation per step
class PlanarFlow final : public Flow {
 public:
  explicit PlanarFlow(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  int64_t context_width() const override { return amortised_ ? context_ : 0; }
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override;
  at::Tensor inverse(const at::Tensor& z, const at::Tensor& context) override;

 private:
  /// Of one step; the first axis has length 1 where the cells share the step.
  struct Step {
    at::Tensor w, u_hat;       ///< [B, D]
    at::Tensor b, one_plus_c;  ///< [B]
  };

  std::vector<Step> steps_of(const at::Tensor& context) const;
  void check(const char* name, const at::Tensor& z, const at::Tensor& context) const;

  int64_t n_steps_, context_, dims_ = 0;
  bool amortised_;
  std::unique_ptr<nn::Linear> head_;  ///< amortised: context -> parameters
  at::Tensor shared_;                 ///< else: [T (2 D + 1)]
};

}  // namespace scprior
