// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "affine_step.hpp"
#include "scprior/options.hpp"
#include "scprior/prior.hpp"

namespace scprior {

/// Learned density: a chain f of T affine coupling steps takes z to a standard normal variable.
///
///     ln p(z) = ln N(f(z); 0, I) + ln |det df/dz|
///
/// Two steps in a row divide the latent units alike, with the parts swapped, so that every unit is changed. With one
/// latent unit there is nothing to depend on: a single step of two learned numbers, hence a Gaussian.
/// Source:  dinh2017
/// Differs: the log-scale is bounded (see RealNvpStep); no BatchNorm between steps: a cell's density would depend on
///          the other cells of its batch. A new prior is a standard normal up to hundredths of a nat.
/// Shapes:  z [S, B, D] -> [S, B]
/// Domain:  a step scales by at most exp(log_scale_bound)
/// Cost:    O(T S B H (H + D)) for a density as for a sample
class RealNvpPrior final : public Prior {
 public:
  explicit RealNvpPrior(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  at::Tensor log_prob(const at::Tensor& z) override;
  at::Tensor sample(int64_t n, at::Generator generator) override;

 private:
  at::Tensor order_of_units(at::Generator init) const;  ///< [D]: the first half keeps in even steps

  int64_t n_steps_, dims_ = 0;
  std::string split_;
  RealNvpOptions step_;
  std::vector<std::unique_ptr<RealNvpStep>> steps_;
};

}  // namespace scprior
