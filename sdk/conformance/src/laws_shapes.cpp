// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include "scprior/conformance/evaluate.hpp"
#include "scprior/conformance/must.hpp"
#include "scprior/decoder.hpp"

namespace scprior::conformance {
namespace {

using Shape = std::vector<int64_t>;

/// The shapes of outputs() of a kind.
std::vector<Shape> wanted_shapes(const Component& component, const Call& call, const Dims& dims) {
  const int64_t s = call.samples, b = call.rows;
  switch (subject().kind) {
    case SCPRIOR_KIND_ENCODER: return {{b, dims.latent}, {b, dims.latent}};
    case SCPRIOR_KIND_DECODER: return {{s, b, static_cast<const Decoder&>(component).hidden_width()}};
    case SCPRIOR_KIND_FLOW: return {{s, b, dims.latent}, {s, b}};
    case SCPRIOR_KIND_PRIOR: return {{s, b}, {n_draws, dims.latent}};
    default: return {{s, b}, {s, b, dims.genes}, {s, b, dims.genes}};
  }
}

TEST_CASE("model: outputs have their shapes for one and many cells, one and several samples", "[shapes]") {
  const auto component = ready(1);
  for (const int64_t samples : {1, 3})
    for (const int64_t rows : {1, 5, 37}) {
      Call call;
      call.samples = samples;
      call.rows = rows;
      const std::vector<at::Tensor> got = outputs(*component, call);
      const std::vector<Shape> wanted = wanted_shapes(*component, call, dims_for(*component));
      for (size_t i = 0; i < wanted.size(); ++i)
        must(got[i].defined() && got[i].sizes() == at::IntArrayRef(wanted[i]), "for ", samples, " samples of ", rows,
             " cells output ", i, " has shape ", shape_text(got[i]), ", wanted ", at::IntArrayRef(wanted[i]));
    }
}

}  // namespace
}  // namespace scprior::conformance
