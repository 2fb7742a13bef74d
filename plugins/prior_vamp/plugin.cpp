// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "vamp.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{
                   .id = "prior_vamp", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
               scprior::component<scprior::VampPrior>({.name = "vamp",
                                                       .summary = "mixture of the posteriors of K learned pseudo-cells",
                                                       .citation = "Tomczak and Welling 2018, AISTATS",
                                                       .capabilities = SCPRIOR_WANTS_CELLS}));
