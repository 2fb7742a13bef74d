// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "realnvp.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{
                   .id = "prior_realnvp", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
               scprior::component<scprior::RealNvpPrior>(
                   {.name = "realnvp",
                    .summary = "learned density: affine coupling steps take z to a standard normal",
                    .citation = "Dinh et al. 2017, ICLR"}));
