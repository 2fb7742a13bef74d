// SPDX-License-Identifier: Apache-2.0
#include "linear_decoder.hpp"

#include "scprior/error.hpp"

namespace scprior {

void LinearDecoder::build(const Dims& dims, at::Generator) {
  if (dims.batches > 0 || dims.continuous > 0)
    fail(Status::unsupported, "the linear decoder takes no covariates; leave them out of the model");
  latent_ = dims.latent;
}

int64_t LinearDecoder::hidden_width() const { return latent_; }
at::Tensor LinearDecoder::decode(const at::Tensor& z, const Covariates&) { return z; }

}  // namespace scprior
