// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <ATen/CPUGeneratorImpl.h>

#include <memory>
#include <string>

#include "zero_inflated_negative_binomial.hpp"

namespace scprior {

inline at::Generator generator(uint64_t seed) { return at::detail::createCPUGenerator(seed); }

inline std::unique_ptr<ZeroInflatedNegativeBinomial> make_likelihood(const std::string& dispersion,
                                                                     const std::string& inflation, int64_t genes,
                                                                     int64_t hidden) {
  const Options options = Options::resolve(ZeroInflatedNegativeBinomial::options(),
                                           {{"dispersion", dispersion}, {"inflation", inflation}});
  auto likelihood = std::make_unique<ZeroInflatedNegativeBinomial>(options);
  likelihood->build({.genes = genes, .hidden = hidden}, generator(1));
  return likelihood;
}

/// A likelihood of 7 genes on 3 hidden units with random parameters.
inline std::unique_ptr<ZeroInflatedNegativeBinomial> small_likelihood(const std::string& dispersion,
                                                                      const std::string& inflation,
                                                                      at::ScalarType type = at::kDouble) {
  auto likelihood = make_likelihood(dispersion, inflation, 7, 3);
  likelihood->to(type);
  const at::NoGradGuard no_grad;
  at::Generator draws = generator(2);
  for (at::Tensor& parameter : likelihood->parameters())
    parameter.copy_(at::empty(parameter.sizes(), at::kDouble).uniform_(-0.8, 0.8, draws));
  return likelihood;
}

/// Named parameter of a module; undefined if there is none of the name.
inline at::Tensor parameter(const Module& module, const std::string& name) {
  for (const auto& entry : module.entries())
    if (entry.name == name) return *entry.tensor;
  return {};
}

/// Five cells, the fourth of them empty.
inline at::Tensor small_counts() {
  at::Tensor x = at::poisson(at::full({5, 7}, 1.2, at::kDouble), generator(3));
  x[1][2] = 40;
  x[4][0] = 2.5;  // what was corrected for ambient RNA need not be whole
  x[3].zero_();
  return x;
}

inline CountMatrix sparse_of(const at::Tensor& dense) {
  const at::Tensor row_ptr = at::cat({at::zeros({1}, at::kLong), (dense != 0).sum(1).cumsum(0)});
  return CountMatrix::from_csr({row_ptr, dense.nonzero().select(1, 1).to(at::kInt).contiguous(),
                                dense.masked_select(dense != 0), dense.size(1)});
}

inline at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::randn(shape, generator(seed), at::TensorOptions(at::kDouble)).to(type);
}

}  // namespace scprior
