// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "scprior/module.hpp"
#include "scprior/training_scope.hpp"
#include "train/adam_kernel.hpp"

namespace scprior::core {

struct AdamOptions {
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-7;  ///< Keras' default
  double l1 = 0, l2 = 0;  ///< of penalised tensors
};

/// Adam over named tensors, with the penalties λ₁ Σ|w| + λ₂ Σw² as gradient terms λ₁ sign(w) + 2 λ₂ w.
///
/// Source:  kingma2015 algorithm 1 (ε outside the bias-corrected root)
/// Differs: Keras adds ε to the uncorrected root, which matters only for gradients near ε in the first steps
/// Cost:    one pass over weights, gradients and both moments; 16 bytes read and 12 written per parameter, 4 less where
///          the gradient comes by rows
/// Results do not depend on the number of threads.
class Adam {
 public:
  Adam(const std::vector<Module::Entry>& entries, const AdamOptions& options);

  /// Takes the gradients of large weights by rows; for a TrainingScope around forward and backward pass.
  RowGradients& row_gradients() { return row_gradients_; }
  /// Applies the gradients and forgets them. Tensors without a gradient are left alone, penalised or not.
  void step(double learning_rate);
  /// λ₁ Σ|w| + λ₂ Σw² over the penalised tensors.
  double penalty() const;

 private:
  struct Slot {
    at::Tensor weight, mean, variance;
    bool penalised;
  };
  AdamStep step_of(const Slot& slot, double learning_rate) const;

  std::vector<Slot> slots_;
  RowGradients row_gradients_;
  AdamOptions options_;
  int64_t steps_ = 0;
};

}  // namespace scprior::core
