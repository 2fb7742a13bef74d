// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "silhouette.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "metric_silhouette",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               scprior::component<scprior::Silhouette>({.name = "silhouette",
                   .summary = "average silhouette width of the cell types in the latent space",
                   .citation = "Rousseeuw 1987, J. Comput. Appl. Math. 20"}));
