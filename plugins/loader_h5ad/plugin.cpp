// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "h5ad.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{
        .id = "loader_h5ad", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
    scprior::component<scprior::h5ad::H5adLoader>(
        {.name = "h5ad", .summary = "AnnData files (.h5ad) of versions 0.6 to 0.12", .citation = "virshup2024"}));
