// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "laplace.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "prior_laplace", .version = "0.3.0", .license = "Apache-2.0"}),
               scprior::component<LaplacePrior>({.name = "laplace", .summary = "independent Laplace distributions"}));
