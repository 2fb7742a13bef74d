// SPDX-License-Identifier: Apache-2.0
#include "untied_encoder.hpp"

namespace scprior {

UntiedEncoder::UntiedEncoder(int64_t genes, const std::vector<int64_t>& hidden, int64_t latent, at::Generator init)
    : trunk_(genes, hidden, {}, false, init),
      mean_(hidden.back(), latent, false, init),
      log_var_(hidden.back(), latent, false, init) {
  // Not children: their tensors are registered here as buffers instead, and they stay in evaluation mode.
  const auto freeze = [&](const std::string& name, const Module& part) {
    for (const Entry& entry : part.entries())
      add_tensor(name + "." + entry.name, *entry.tensor, *entry.tensor, {.trainable = false});
  };
  freeze("trunk", trunk_);
  freeze("mean", mean_);
  freeze("log_var", log_var_);
}

Posterior UntiedEncoder::encode(const CountMatrix& normalised) const {
  const at::Tensor h = trunk_.forward(normalised);  // [K, H]
  return {mean_.forward(h), log_var_.forward(h), at::Tensor()};
}

}  // namespace scprior
