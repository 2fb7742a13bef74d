// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/options.hpp"
#include "scprior/prior.hpp"

namespace scprior {

/// ln Γ((ν+1)/2) - ln Γ(ν/2) - ½ ln(νπ), the normalising constant of Student's t with ν degrees of freedom.
///
/// With x = ν/2 it equals -½ ln 2π plus Σ_k (2^{1-k} - 2) B_k / (k (k-1) x^{k-1}) over even k: Stirling's series of
/// ln Γ(x+½) minus that of ln Γ(x), whose large terms cancel on paper instead of in floating point.
/// Source:  dlmf, 5.11.8
/// Differs: x below 16 is first raised by Γ(x+½)/Γ(x) = (x/(x+½)) Γ(x+3/2)/Γ(x+1)
/// Domain:  ν >= 1e-300; the error is below 5e-15 times (1 + |value|)
double student_t_log_normaliser(double degrees_of_freedom);

/// Independent Student-t latent units, one number ν of degrees of freedom for all.
///
///     ln p(z) = Σ_d [c(ν) - ln s_d - (ν+1)/2 · ln(1 + t_d²/ν)],   t_d = (z_d - m_d) / s_d
///     c(ν) = ln Γ((ν+1)/2) - ln Γ(ν/2) - ½ ln(νπ)
///
/// m = 0 and s = 1 unless learnable_location_scale; ν is not learned.
/// Source: mathieu2019 (a product of Student-t priors, not one multivariate t)
/// Shapes: z [S, B, D] -> [S, B]
/// Domain: float: finite for |t| up to 1e18 and ν between 0.5 and 1e9
class StudentTPrior final : public Prior {
 public:
  explicit StudentTPrior(const Options& options);
  static OptionTable options();

  void build(const Dims& dims, at::Generator init) override;
  at::Tensor log_prob(const at::Tensor& z) override;
  at::Tensor sample(int64_t n, at::Generator generator) override;

 private:
  double degrees_of_freedom_;
  bool learnable_location_scale_;
  at::Tensor location_, log_scale_;  ///< [D] m and ln s
};

}  // namespace scprior
