// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scprior/kernels/count_block.hpp"
#include "scprior/likelihood.hpp"
#include "scprior/nn.hpp"

namespace scprior {

/// Counts whose distribution has a mean scaled by the cell's size, and maybe further parameters, each linear in h or
/// free.
///
///     a = W_μ h + b_μ        ln μ = clip(a, -60, 60) + ln(l / 1e4)
///     a further parameter: W h + b (gene-cell) | a free vector [G] (gene) | one free number (constant)
///
/// A derived class gives the kernel, the plain form and the samples. Free parameters start at 0.
/// Source: dony2020, methods.
/// Shapes: h [S, B, H], counts [B, G], library [B] -> log_prob [S, B]
/// Domain: counts >= 0; they need not be whole where the Γ function continues the formula. An empty cell (l = 0) has
/// mean 0: its log_prob is 0 and it teaches nothing. Where |a| > 60 the gradient with respect to a is 0.
/// Cost: on the CPU tile by tile of genes, in the cache; one [S B, G] matrix for the mean and each gene-cell parameter
/// while gradients are wanted (half of it in bf16), otherwise a few MB for each thread.
/// Errors: Error{data} for negative, infinite or missing counts (CPU only); Error{unsupported} for second derivatives
/// (CPU only) and for gradients with respect to counts or library.
class SCPRIOR_API CountLikelihood : public Likelihood {
 public:
  ~CountLikelihood() override;
  void build(const Dims& dims, at::Generator init) override;
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates& covariates) override;
  /// exp(ln μ), which a derived class may change.
  at::Tensor mean(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates) override;

  /// log_prob by plain tensor operations: any device and floating type, at ten times the memory.
  at::Tensor composite(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library) const;

 protected:
  /// A parameter beside the mean. `of` says what has one of its own: "gene-cell", "gene" or "constant".
  struct Parameter {
    std::string name;  ///< of its tensors
    std::string of;
  };

  /// name: as users know the likelihood. parameters: dispersion, then inflation, as many as `kernel` knows.
  /// `name` and `kernel` must be constants.
  CountLikelihood(const char* name, const kernels::CountKernel& kernel, std::vector<Parameter> parameters);

  /// Σ_g ln p of cells that are not empty: x [B, G], log_mu [S, B, G], the further parameters broadcast -> [S, B].
  virtual at::Tensor plain_log_prob(const at::Tensor& x, const at::Tensor& log_mu,
                                    const std::vector<at::Tensor>& parameters) const = 0;

  void check(const at::Tensor& h, const at::Tensor& library) const;
  at::Tensor log_mean(const at::Tensor& h, const at::Tensor& library) const;  ///< [S, B, G]; -inf in empty cells
  at::Tensor parameter(size_t i, const at::Tensor& h) const;                  ///< [S, B, G], [G] or [1]

 private:
  /// The output layer of a parameter.
  struct Head {
    Parameter parameter;
    std::unique_ptr<nn::Linear> linear;  // gene-cell
    at::Tensor free;                     // otherwise: [G] or [1]
  };

  at::Tensor scaled_mean(const at::Tensor& h, const at::Tensor& log_size) const;

  const char* name_;
  const kernels::CountKernel& kernel_;
  int64_t genes_ = 0, hidden_ = 0;
  std::unique_ptr<nn::Linear> mean_;
  std::vector<Head> heads_;
};

/// Values of Parameter::of.
SCPRIOR_API std::vector<std::string> owners_of_parameters();

/// The option `dispersion` of the negative binomials.
SCPRIOR_API OptionSpec dispersion_option();

}  // namespace scprior
