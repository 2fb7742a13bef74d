// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "iaf.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{
                   .id = "flow_iaf", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
               scprior::component<scprior::InverseAutoregressiveFlow>(
                   {.name = "iaf",
                    .summary = "inverse autoregressive flow: latent units of a cell may depend on each other",
                    .citation = "Kingma et al. 2016, NeurIPS",
                    .capabilities = SCPRIOR_OFFERS_INVERSE}));
