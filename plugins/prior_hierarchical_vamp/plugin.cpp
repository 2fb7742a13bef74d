// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "hierarchical_vamp.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "prior_hierarchical_vamp",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               scprior::component<scprior::HierarchicalVampPrior>(
                   {.name = "hierarchical_vamp",
                    .summary = "VampPrior on the upper latent units, a network from them to the lower ones",
                    .citation = "Tomczak and Welling 2018, AISTATS",
                    .capabilities = SCPRIOR_WANTS_CELLS}));
