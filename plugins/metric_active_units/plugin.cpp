// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "active_units.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "metric_active_units",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               scprior::component<scprior::ActiveUnits>({.name = "active_units",
                   .summary = "latent units whose mean varies between cells",
                   .citation = "Burda et al. 2016, ICLR"}));
