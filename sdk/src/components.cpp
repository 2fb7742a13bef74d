// SPDX-License-Identifier: Apache-2.0
// Key functions and defaults of the interfaces: their virtual tables and type information live in this library.
#include "scprior/decoder.hpp"
#include "scprior/encoder.hpp"
#include "scprior/error.hpp"
#include "scprior/flow.hpp"
#include "scprior/likelihood.hpp"
#include "scprior/loader.hpp"
#include "scprior/metric.hpp"
#include "scprior/prior.hpp"

namespace scprior {

Component::Component() = default;
Component::~Component() = default;
void Component::build(const Dims&, at::Generator) {}

Encoder::~Encoder() = default;
Decoder::~Decoder() = default;

Flow::~Flow() = default;
bool Flow::is_identity() const { return false; }
int64_t Flow::context_width() const { return 0; }
at::Tensor Flow::inverse(const at::Tensor&, const at::Tensor&) {
  fail(Status::unsupported, "this flow offers no inverse");
}
std::optional<FlowMoments> Flow::moments(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&) {
  return std::nullopt;
}

Prior::~Prior() = default;
int64_t Prior::n_initial_cells() const { return 0; }
void Prior::initialise(const CellBatch&, at::Generator) {}
void Prior::prepare(const Encode&) {}
std::optional<at::Tensor> Prior::kl(const Posterior&) { return std::nullopt; }

Likelihood::~Likelihood() = default;
Loader::~Loader() = default;
Evaluation::~Evaluation() = default;
Metric::~Metric() = default;

}  // namespace scprior
