// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "principal_components.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "metric_principal_components",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               scprior::component<scprior::PrincipalComponents>({.name = "principal_components",
                   .summary = "principal components that hold a share of the latent variance",
                   .citation = "Dony et al. 2020, ICML workshop on computational biology"}));
