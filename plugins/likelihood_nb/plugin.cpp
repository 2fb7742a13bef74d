// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "negative_binomial.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{
                   .id = "likelihood_nb", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
               scprior::component<scprior::NegativeBinomial>(
                   {.name = "nb",
                    .summary = "negative binomial counts, mean scaled by the cell's size, learned dispersion",
                    .citation = "Dony et al. 2020, ICML workshop on computational biology"}));
