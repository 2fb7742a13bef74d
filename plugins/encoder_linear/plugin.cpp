// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "linear_encoder.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{
        .id = "encoder_linear", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
    scprior::component<scprior::LinearEncoder>({.name = "linear",
                                                .summary = "no hidden layer: mean and log-variance are linear in ln x",
                                                .citation = "Lucas et al. 2019, NeurIPS"}));
