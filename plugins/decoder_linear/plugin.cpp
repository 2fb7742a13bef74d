// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "linear_decoder.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{
        .id = "decoder_linear", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
    scprior::component<scprior::LinearDecoder>(
        {.name = "linear",
         .summary = "no hidden layer: ln of the mean is linear in z",
         .citation = "Dony et al. 2020, ICML workshop on computational biology"}));
