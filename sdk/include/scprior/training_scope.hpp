// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "scprior/api.hpp"

// What the training loop offers to the functions of a training step. A function that knows nothing of it works as ever.

namespace scprior {

/// Operands of the products of large layers. Sums, weights and everything else stay float32.
enum class Precision { float32, bf16 };

/// The gradient of a large weight [G, H], made a few rows at a time while the optimiser updates them: it never stands
/// in memory as a whole, which would cost more time than the update.
class SCPRIOR_API RowGradient {
 public:
  /// Rows are asked for in blocks: first is a multiple of it, last = min(first + block_rows, G).
  static constexpr int64_t block_rows = 512;

  /// Must not read what the optimiser updates: other weights may have been updated by then.
  virtual ~RowGradient();
  /// out [last - first, H] += rows [first, last). Called on several threads at once.
  virtual void add(int64_t first, int64_t last, float* out) const = 0;
};

/// Gradients handed over in one step, by weight.
class SCPRIOR_API RowGradients {
 public:
  using List = std::vector<std::unique_ptr<const RowGradient>>;

  /// Declares that the optimiser can take the gradient of `weight` by rows.
  /// Errors: Error{argument} if it is not [G, H] float32 on the CPU, contiguous.
  void accept(const at::Tensor& weight);
  bool accepts(const at::Tensor& weight) const;
  /// Adds to the gradient of `weight`. Errors: Error{argument} if it was not accepted.
  void give(const at::Tensor& weight, std::unique_ptr<const RowGradient> gradient);
  const List& of(const at::Tensor& weight) const;
  /// A tensor for what the gradient of `weight` keeps from the forward pass, not set to anything. Its memory, on large
  /// pages, stays from step to step, because large blocks that come and go among small ones tear holes; while a tensor
  /// of it lives, another has memory of its own. Errors: Error{argument} if the weight was not accepted.
  at::Tensor memory(const at::Tensor& weight, at::IntArrayRef shape, at::ScalarType type);
  /// Forgets the gradients, not what is accepted, nor the memory.
  void clear();

 private:
  struct Taken {
    at::Tensor weight;  // keeps the key its own
    List gradients;
    at::Tensor memory;  // bytes
  };
  Taken& taken(const at::Tensor& weight, const char* function);

  std::unordered_map<const c10::TensorImpl*, Taken> taken_;
};

/// While it lives, forward and backward passes on this thread use what it offers: a backward pass for anything but the
/// optimiser's step does not belong here. Scopes may be nested.
class SCPRIOR_API TrainingScope {
 public:
  TrainingScope(Precision precision, RowGradients& gradients);
  ~TrainingScope();
  TrainingScope(const TrainingScope&) = delete;
  TrainingScope& operator=(const TrainingScope&) = delete;

  /// float32 outside all scopes.
  static Precision precision();
  /// Where the gradient of `weight` is to be given by rows; null: as a tensor.
  static RowGradients* takes_rows_of(const at::Tensor& weight);

 private:
  const TrainingScope* outer_;
  Precision precision_;
  RowGradients& gradients_;
};

}  // namespace scprior
