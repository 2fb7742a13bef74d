// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "@name@.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{.id = "prior_@name@", .version = "0.1.0", .author = "unknown", .license = "Apache-2.0"}),
    scprior::component<@Name@Prior>(
        {.name = "@name@", .summary = "one Gaussian with learned mean and scale",
         .citation = "", .capabilities = SCPRIOR_OFFERS_KL}));
