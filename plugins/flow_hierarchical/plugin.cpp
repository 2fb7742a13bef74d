// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "hierarchical.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "flow_hierarchical",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               scprior::component<scprior::HierarchicalFlow>(
                   {.name = "hierarchical",
                    .summary = "two levels of latent units: the lower depends on the upper and on the cell",
                    .citation = "Tomczak and Welling 2018, AISTATS",
                    .capabilities = SCPRIOR_OFFERS_INVERSE}));
