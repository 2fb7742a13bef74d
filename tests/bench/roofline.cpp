// SPDX-License-Identifier: Apache-2.0
#include "roofline.hpp"

namespace scprior::bench {
namespace {

// A product costs 2 FLOP a multiplication; trained forwards and backwards it is three: values, weight gradient, input
// gradient.
constexpr double product = 2, trained = 3;

struct Weights {
  double encoder, heads, decoder, flow;  // of the small layers

  explicit Weights(const Network& n) {
    const double outer = static_cast<double>(n.outer), inner = static_cast<double>(n.inner),
                 latent = static_cast<double>(n.latent);
    encoder = outer * inner;
    heads = static_cast<double>(n.posterior_heads) * inner * latent;
    decoder = latent * inner + inner * outer;
    // A step's network: z and the context into the hidden layer, two outputs for each unit of z.
    flow = static_cast<double>(n.flow_steps) * 4 * latent * latent;
  }
  double sum() const { return encoder + heads + decoder + flow; }
};

}  // namespace

Work work_of(const Network& network, bool bf16) {
  const double batch = static_cast<double>(network.batch), genes = static_cast<double>(network.genes),
               outer = static_cast<double>(network.outer), latent = static_cast<double>(network.latent),
               heads = static_cast<double>(network.output_heads), k = static_cast<double>(network.pseudo_inputs);
  const Weights small(network);
  const double output_weights = heads * genes * outer;
  Work work;
  work.output_flops = trained * product * batch * output_weights;
  // The first layer's input needs no gradient, so it has two products; that of pseudo-inputs does.
  work.other_flops = trained * product * batch * small.sum() + 2 * product * batch * network.nonzeros_per_cell * outer;
  const double pseudo_entries = k * network.nonzeros_per_cell;
  work.other_flops += trained * product * (pseudo_entries * outer + k * (small.encoder + small.heads));
  work.other_flops += trained * product * 2 * batch * k * latent;  // mixture density: z and z² against all components
  const double parameters = output_weights + genes * outer + 2 * genes + small.sum() + pseudo_entries;
  work.bytes = 24 * parameters;             // weight, mean and variance: read 12, write 12
  if (bf16) work.bytes += 4 * output_weights;  // their copy in bf16: written once, read once
  return work;
}

double seconds_at_limit(const Work& work, const Rates& rates, bool bf16) {
  return work.output_flops / (bf16 ? rates.gemm_bf16 : rates.gemm_float32) + work.other_flops / rates.gemm_float32 +
         work.bytes / rates.memory;
}

}  // namespace scprior::bench
