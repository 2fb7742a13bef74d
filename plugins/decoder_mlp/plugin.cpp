// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "mlp_decoder.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{
        .id = "decoder_mlp", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
    scprior::component<scprior::MlpDecoder>({.name = "mlp",
                                             .summary = "multilayer perceptron of hidden blocks",
                                             .citation = "Dony et al. 2020, ICML workshop on computational biology"}));
