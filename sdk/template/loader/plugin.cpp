// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "@name@.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{.id = "loader_@name@", .version = "0.1.0", .author = "unknown", .license = "Apache-2.0"}),
    scprior::component<@Name@Loader>(
        {.name = "@name@", .summary = "tables of counts in text files, one line per cell", .citation = ""}));
