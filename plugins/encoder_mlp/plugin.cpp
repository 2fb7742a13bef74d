// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "mlp_encoder.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{
        .id = "encoder_mlp", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
    scprior::component<scprior::MlpEncoder>({.name = "mlp",
                                             .summary = "multilayer perceptron with linear heads",
                                             .citation = "Dony et al. 2020, ICML workshop on computational biology"}));
