// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "latent_covariance.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "metric_latent_covariance",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               scprior::component<scprior::LatentCovariance>({.name = "latent_covariance",
                   .summary = "covariance of the latent units and its share outside the diagonal",
                   .citation = "Dony et al. 2020, ICML workshop on computational biology"}));
