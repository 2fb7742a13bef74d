// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "scprior/mlp.hpp"
#include "scprior/options.hpp"

namespace scprior::nn {

/// Two levels of latent units, z = [z2 | z1]: the upper level z2 is the first D2 units, the lower one z1 the other D1.
struct TwoLevelOptions {
  int64_t top = 0;  ///< D2; 0 = half of the units, rounded down
  std::vector<int64_t> hidden = {128};
  std::string activation = "tanh";
  double log_scale_bound = 5;
};

/// The rows of a component's option table that describe the levels and the network between them: top, hidden,
/// activation, log_scale_bound.
SCPRIOR_API OptionTable two_level_rows();

/// What the user chose in these rows.
SCPRIOR_API TwoLevelOptions two_level_options(const Options& options);

/// D2 of `latent` units. Errors: Error{config} unless both levels get at least one unit.
SCPRIOR_API int64_t top_units(const TwoLevelOptions& options, int64_t latent);

/// The network from the upper to the lower level: what z2 and a context say about location and scale of z1.
///
///     (m, r) = network of (z2, context)      s = b tanh(r / b), b = log_scale_bound
///
/// The bound is smooth, has slope 1 at 0, and keeps exp(s) within [exp(-b), exp(b)] for every z2. Without it r, which
/// grows with |z2| under relu and its kin, would pass 88 and exp(s) would overflow in float.
/// The output layer starts with a hundredth of its Glorot weights: m and s near 0, every weight with a gradient.
///
/// Shapes: z2 [..., D2], context [..., C] or undefined if C = 0 -> shift and log_scale [..., D1]
class SCPRIOR_API BetweenLevels : public Module {
 public:
  struct Affine {
    at::Tensor shift, log_scale;  ///< m, s
  };

  BetweenLevels(const TwoLevelOptions& options, int64_t latent, int64_t context_width, at::Generator init);
  Affine forward(const at::Tensor& z2, const at::Tensor& context) const;

 private:
  double bound_;
  Mlp network_;
};

}  // namespace scprior::nn
