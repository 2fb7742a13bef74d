// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "@name@.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{.id = "flow_@name@", .version = "0.1.0", .author = "unknown", .license = "Apache-2.0"}),
    scprior::component<@Name@Flow>(
        {.name = "@name@", .summary = "shifts and stretches every latent unit",
         .citation = "", .capabilities = SCPRIOR_OFFERS_INVERSE}));
