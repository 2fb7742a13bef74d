// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "standard_normal.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{
        .id = "prior_standard_normal", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
    scprior::component<scprior::StandardNormalPrior>({.name = "standard_normal",
                                                      .summary = "independent N(0, 1) latent units",
                                                      .citation = "Kingma and Welling 2014, ICLR",
                                                      .capabilities = SCPRIOR_OFFERS_KL}));
