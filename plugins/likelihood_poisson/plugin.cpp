// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "poisson.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "likelihood_poisson",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               scprior::component<scprior::Poisson>(
                   {.name = "poisson",
                    .summary = "Poisson counts, mean scaled by the cell's size: no variation beyond counting",
                    .citation = "Townes et al. 2019, Genome Biology 20"}));
