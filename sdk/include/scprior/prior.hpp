// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "scprior/cell_batch.hpp"
#include "scprior/component.hpp"
#include "scprior/posterior.hpp"

namespace scprior {

/// p(z).
///
/// Order of calls: build; initialise once before training (not after loading a saved model); then for every
/// optimisation step, and once before evaluation: prepare, then any number of log_prob, sample, kl. Laws: exp(log_prob)
/// integrates to one; sample draws from it; kl, where offered, is exact.
class SCPRIOR_API Prior : public Component {
 public:
  /// normalised [K, G] -> q(z | .) by the model's encoder, with running BatchNorm statistics and without dropout.
  /// Valid only during the call it is passed to: never keep it, or the encoder is trained and saved twice.
  using Encode = std::function<Posterior(const CountMatrix& normalised)>;

  ~Prior() override;

  /// How many training cells initialise() wants; 0 = none. The host draws them at random without replacement.
  /// Errors of the host: Error{config} if there are fewer training cells.
  virtual int64_t n_initial_cells() const;
  /// cells: n_initial_cells() training cells. `init` is the only source of randomness.
  virtual void initialise(const CellBatch& cells, at::Generator init);
  /// Called once per optimisation step, before log_prob; gradients flow through what is computed here.
  virtual void prepare(const Encode& encode);

  /// z: [S, B, D] -> [S, B] ln p(z), natural logarithm, normalised.
  virtual at::Tensor log_prob(const at::Tensor& z) = 0;
  /// n draws: [n, D], without gradients. Uses `generator` and no other randomness.
  virtual at::Tensor sample(int64_t n, at::Generator generator) = 0;
  /// Optional closed form of KL(q || p): [B]. Only asked where the flow is the identity and q is Gaussian.
  virtual std::optional<at::Tensor> kl(const Posterior& posterior);
};

}  // namespace scprior
