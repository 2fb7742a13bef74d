// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "reconstruction_loss.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "metric_reconstruction_loss",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               scprior::component<scprior::ReconstructionLoss>({.name = "reconstruction_loss",
                   .summary = "negative log-likelihood of the test cells, in nats per cell",
                   .citation = "Dony et al. 2020, ICML workshop on computational biology"}));
