// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "@name@.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{.id = "metric_@name@", .version = "0.1.0", .author = "unknown", .license = "Apache-2.0"}),
    scprior::component<@Name@Metric>(
        {.name = "@name@", .summary = "effective number of dimensions of the embedding", .citation = ""}));
