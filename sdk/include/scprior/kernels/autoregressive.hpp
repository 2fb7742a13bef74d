// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "scprior/api.hpp"
#include "scprior/kernels/instruction_set.hpp"

// Many draws of few cells through affine autoregressive steps, of which only mean and variance are wanted. T is float
// or double.

namespace scprior::kernels {

/// A layer y = W x + b whose unit j has no weights from its extent_j-th input on, as in masked networks with ordered
/// units: what is zero there is neither stored nor multiplied.
template <class T>
struct StaircaseLayer {
  int64_t inputs = 0, units = 0;
  int64_t padding = 0;           ///< units without weights that fill up the first group
  std::vector<int64_t> extents;  ///< of each group of neighbouring units the largest
  std::vector<T> weights;        ///< group after group, [extent, units of a group]
  std::vector<T> bias;           ///< [padding + units]
};

/// weight [units, inputs] with zeros where the mask has them, bias [units].
template <class T>
SCPRIOR_API StaircaseLayer<T> pack_staircase(const T* weight, const T* bias, int64_t units, int64_t inputs);

enum class Activation { tanh, relu, elu, selu, silu, softplus, linear };
enum class Gate { sigmoid, exp };

/// One step: (m, s) from the network of z, then with e = exp(-s)
///
///     sigmoid: z <- (z + e m) / (1 + e) = σ(s) z + (1 - σ(s)) m        exp: z <- exp(s) z + m, s clipped to [-5, 3]
template <class T>
struct AutoregressiveStep {
  std::vector<StaircaseLayer<T>> layers;  ///< the last gives m and s of the first coordinate, m and s of the second ...
  std::vector<int64_t> rows;              ///< [D] the network's i-th coordinate is the rows_i-th of z
  const T* start = nullptr;               ///< [B, H] of each cell in place of the first layer's bias; null: the bias
};

template <class T>
struct AutoregressiveDraws {
  const T* mean;   ///< [B, D]
  const T* scale;  ///< [B, D]
  const T* noise;  ///< [D, S]: draw s of cell b begins at z_d = mean_bd + scale_bd noise_ds
  int64_t cells, dims, draws;
  std::vector<AutoregressiveStep<T>> steps;
  Activation activation = Activation::tanh;
  Gate gate = Gate::sigmoid;
};

/// mean [B, D] and squares [B, D]: Σ_s z_s / S and Σ_s (z_s - mean)² of every cell behind the last step.
///
/// 64 draws of a cell go through all steps together and stay in the cache. A cell's arithmetic depends neither on the
/// other cells nor on the number of threads. |s| beyond 60 counts as 60 in the sigmoid gate (float; 600 in double).
/// Cost: per draw and step a multiply-add for each weight that is not masked, and an activation or gate for each unit.
/// With AVX-512 and D = H = 128, multiply-adds run at 0.85 of the processor's rate and take four fifths of the time.
template <class T>
SCPRIOR_API void autoregressive_moments(const AutoregressiveDraws<T>& draws, T* mean, T* squares,
                                        InstructionSet instructions = InstructionSet::best);

}  // namespace scprior::kernels
