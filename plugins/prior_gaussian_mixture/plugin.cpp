// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "gaussian_mixture.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{
        .id = "prior_gaussian_mixture", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
    scprior::component<scprior::GaussianMixturePrior>({.name = "gaussian_mixture",
                                                       .summary = "mixture of K Gaussians with learned components",
                                                       .citation = "Jiang et al. 2017, IJCAI"}));
