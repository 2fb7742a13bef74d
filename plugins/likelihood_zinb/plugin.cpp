// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "zero_inflated_negative_binomial.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "likelihood_zinb",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               scprior::component<scprior::ZeroInflatedNegativeBinomial>(
                   {.name = "zinb",
                    .summary = "negative binomial counts with extra zeros of learned probability",
                    .citation = "Lopez et al. 2018, Nature Methods 15"}));
