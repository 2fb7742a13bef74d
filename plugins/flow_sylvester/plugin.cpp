// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "sylvester.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{
        .id = "flow_sylvester", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
    scprior::component<scprior::SylvesterFlow>(
        {.name = "sylvester",
         .summary = "Sylvester flow: each step bends the posterior of a cell along several directions of its own",
         .citation = "van den Berg et al. 2018, UAI",
         .capabilities = SCPRIOR_OFFERS_INVERSE}));
