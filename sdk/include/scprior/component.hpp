// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/abi.h"
#include "scprior/api.hpp"
#include "scprior/module.hpp"
#include "scprior/options.hpp"

namespace scprior {

/// What a component is built for. A field is valid when its comment says so; the rest is 0.
struct Dims {
  int64_t genes = 0;       ///< G; encoder, decoder, likelihood, prior
  int64_t latent = 0;      ///< D; encoder, decoder, flow, prior
  int64_t context = 0;     ///< H of Posterior::context, what the flow asked for; encoder, flow
  int64_t hidden = 0;      ///< H of the decoder's output; likelihood
  int64_t batches = 0;     ///< number of experimental batches given as covariate, 0 = none
  int64_t continuous = 0;  ///< number of continuous covariates
  bool stochastic = true;  ///< encoder: false asks for a deterministic posterior (log_var undefined)
};

/// Base of everything a plugin offers. Life: constructed from Options, then (model components) build() once with
/// the sizes, then used. A component knows nothing of files, experiments or other components.
class SCPRIOR_API Component : public Module {
 public:
  Component();
  ~Component() override;

  /// Creates the parameters. `init` is the only source of randomness. Called once, before anything else.
  /// Errors: Error{config} if the options do not fit the sizes.
  virtual void build(const Dims& dims, at::Generator init);
};

}  // namespace scprior
