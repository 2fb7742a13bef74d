// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "identity.hpp"

SCPRIOR_PLUGIN((scprior::PluginInfo{
                   .id = "flow_identity", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
               scprior::component<scprior::IdentityFlow>({.name = "identity",
                                                          .summary = "no flow: a Gaussian posterior",
                                                          .citation = "Kingma and Welling 2014, ICLR",
                                                          .capabilities = SCPRIOR_OFFERS_INVERSE}));
