// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace scprior::bench {

/// What the machine reaches at best.
struct Rates {
  double gemm_float32 = 0;  ///< FLOP/s
  double gemm_bf16 = 0;     ///< FLOP/s
  double memory = 0;        ///< bytes read and written per second
};

/// What decides the cost of a training step of the paper's networks.
struct Network {
  int64_t batch = 128;
  int64_t genes = 20000;
  double nonzeros_per_cell = 1400;
  int64_t outer = 512, inner = 256, latent = 128;  ///< widths of the hidden layers, and of z
  int64_t output_heads = 1;                        ///< 2: a dispersion for each gene and cell
  int64_t posterior_heads = 2;                     ///< mean and log-variance; 1 for an autoencoder; + 1 for a context
  int64_t flow_steps = 0;                          ///< of a flow whose networks have one hidden layer as wide as z
  int64_t pseudo_inputs = 0;                       ///< sparse, with as many entries as a cell
};

/// What one step must do at least: a lower bound of its cost, not a model of any program.
struct Work {
  double output_flops = 0;  ///< the output layer's three products, dense; the only ones that bf16 speeds up
  double other_flops = 0;   ///< small layers, sparse first layer, pseudo-inputs; in float32
  double bytes = 0;         ///< weights and Adam's two moments read and written
};
Work work_of(const Network& network, bool bf16);

/// The shortest time of a step: every product at the best rate of products, then every byte at that of memory.
double seconds_at_limit(const Work& work, const Rates& rates, bool bf16);

}  // namespace scprior::bench
