// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "scprior/component.hpp"

namespace scprior {

struct FlowResult {
  at::Tensor z;        ///< [S, B, D]
  at::Tensor log_det;  ///< [S, B] ln |det dz/dz0|
};

/// Of S draws of every cell; the variance divides by S - 1.
struct FlowMoments {
  at::Tensor mean, variance;  ///< [B, D]
};

/// Posterior flow: an invertible map of the base draw, so that ln q(z | x) = ln q0(z0 | x) - log_det.
///
/// Laws: rows and samples are independent of each other; log_det is that of every sample; invertible.
class SCPRIOR_API Flow : public Component {
 public:
  ~Flow() override;

  /// True only for the identity. The closed-form KL may then be used.
  virtual bool is_identity() const;
  /// Width of the context that the encoder shall provide; 0 = none. Valid after construction.
  virtual int64_t context_width() const;
  /// z0: [S, B, D]; context: [B, context_width()], undefined if that is 0.
  virtual FlowResult forward(const at::Tensor& z0, const at::Tensor& context) = 0;
  /// Optional: z [S, B, D] -> z0 [S, B, D]. Errors: Error{unsupported} where not provided (the default).
  virtual at::Tensor inverse(const at::Tensor& z, const at::Tensor& context);
  /// Optional: moments of forward's z for z0 = mean + scale ⊙ noise_s, without gradients, by a faster way than forward.
  /// mean, scale: [B, D]; noise: [S, D], the same for every cell; context as for forward. nullopt (the default): the
  /// host calls forward.
  virtual std::optional<FlowMoments> moments(const at::Tensor& mean, const at::Tensor& scale, const at::Tensor& noise,
                                             const at::Tensor& context);
};

}  // namespace scprior
