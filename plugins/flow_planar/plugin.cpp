// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "planar.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{
                   .id = "flow_planar", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
               scprior::component<scprior::PlanarFlow>(
                   {.name = "planar",
                    .summary = "planar flow: each step bends the posterior along one direction",
                    .citation = "Rezende and Mohamed 2015, ICML",
                    .capabilities = SCPRIOR_OFFERS_INVERSE}));
