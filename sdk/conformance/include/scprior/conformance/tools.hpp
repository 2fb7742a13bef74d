// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "scprior/cell_batch.hpp"
#include "scprior/conformance/subject.hpp"
#include "scprior/error.hpp"

// What several laws need. Randomness comes from the program's --rng-seed; `stream` tells the uses of one law apart.

namespace scprior::conformance {

/// A CPU generator that depends on the program's seed and on `stream`.
at::Generator generator(uint64_t stream);

/// Standard normal numbers.
at::Tensor normal(at::IntArrayRef shape, uint64_t stream, at::ScalarType type = at::kDouble);

/// The same values in another place of memory, not contiguous: every second element of a longer last axis.
at::Tensor strided(const at::Tensor& tensor);

/// The sizes the laws use: 30 genes, 4 latent units, 8 hidden units. Small, so that all laws take seconds.
Dims small_dims();

/// n sparse cells of three cell types, Poisson counts; rows 0 ... n - 1.
CellBatch cells(int64_t n, int64_t genes, uint64_t stream, at::ScalarType type = at::kFloat);

/// Adds noise to every trainable tensor, so that initial zeros and ones hide nothing: 0.3 for vectors, for matrices
/// half of their root mean square and 0.5 / sqrt(columns).
void perturb(Module& module, uint64_t stream);

/// `steps` steps of Adam that lower loss(). Calls before_step, if any, before each.
void minimise(const std::vector<at::Tensor>& parameters, const std::function<at::Tensor()>& loss, int steps,
              double rate);

/// Copies every tensor of `from` into `to` as a saved model is loaded: by name, then loaded(). Returns "" or what does
/// not fit.
std::string copy_tensors(Module& from, Module& to);

/// Compares the gradient of value() with respect to `x`, which value() depends on, with finite differences along
/// random directions; everything in double. Returns "" or the disagreement. Where finite differences of several steps
/// disagree among themselves nothing can be said: cannot_tell.
std::string gradient_problem(const std::function<at::Tensor()>& value, const at::Tensor& x, uint64_t stream,
                             double tolerance = 1e-5);

/// True if value(), summed, has a gradient with respect to `parameter` that is not zero: where the parameter is or,
/// since it may vanish there by rounding, anywhere near.
bool has_gradient(const std::function<at::Tensor()>& value, const at::Tensor& parameter);

/// Bitwise equal values (NaN equals NaN), shape and type.
bool same_bits(const at::Tensor& a, const at::Tensor& b);
/// max |a - b|; infinite if the shapes differ or a value is NaN.
double largest_difference(const at::Tensor& a, const at::Tensor& b);
bool all_finite(const at::Tensor& tensor);
/// "[3, 4]".
std::string shape_text(const at::Tensor& tensor);

/// A text of LibTorch without its stack frames.
std::string without_frames(const std::string& text);

/// The text with which `action` is refused; "" if it is not refused. Other exceptions than Error count as refusals only
/// if `any` is true.
std::string refusal(const std::function<void()>& action, bool any = false);

}  // namespace scprior::conformance
