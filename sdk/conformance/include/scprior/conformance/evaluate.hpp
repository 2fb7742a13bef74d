// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "scprior/conformance/tools.hpp"
#include "scprior/prior.hpp"

// Model components of any kind, made ready and called with inputs of the kit.

namespace scprior::conformance {

/// `dims` with what the subject decides itself: the width of the context that a flow wants.
Dims dims_for(const Component& component, Dims dims = small_dims());

/// A new instance, built with random numbers of `stream`, started from cells (priors), in `type`, in evaluation mode.
std::unique_ptr<Component> ready(uint64_t stream, at::ScalarType type = at::kDouble, Dims dims = small_dims());

/// "trained: mean [3, 4]; saved only: order [4]", the tensors of a new instance and their shapes.
std::string tensors_text();

/// As the interface of its kind: ready_as<Prior>(1).
template <class Interface>
std::unique_ptr<Interface> ready_as(uint64_t stream, at::ScalarType type = at::kDouble, Dims dims = small_dims()) {
  return std::unique_ptr<Interface>(static_cast<Interface*>(ready(stream, type, std::move(dims)).release()));
}

/// An encoder for priors that ask for one: q(z | x) = N(W x + b, exp(V x + c)), fixed random W, b, V, c.
Prior::Encode linear_encoder(int64_t genes, int64_t latent);

/// prepare() of a prior, with linear_encoder; nothing for other kinds.
void prepare(Component& component, const Dims& dims = small_dims());

/// How many draws outputs() asks a prior for.
inline constexpr int64_t n_draws = 7;

struct Call {
  int64_t samples = 1;                   ///< S
  int64_t rows = 5;                      ///< B
  uint64_t stream = 1;                   ///< of the inputs
  at::ScalarType type = at::kDouble;
  bool strided = false;                  ///< inputs that are not contiguous
  bool* unchanged = nullptr;             ///< set to false if the component writes into an input
};

/// Everything a model component computes from such inputs, random draws included: tensors in a fixed order. Calls
/// prepare() first.
std::vector<at::Tensor> outputs(Component& component, const Call& call, const Dims& dims = small_dims());

}  // namespace scprior::conformance
