// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "neural_spline.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{
        .id = "flow_neural_spline", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
    scprior::component<scprior::NeuralSplineFlow>({.name = "neural_spline",
                                                   .summary = "coupling flow of monotone rational-quadratic splines",
                                                   .citation = "Durkan et al. 2019, NeurIPS",
                                                   .capabilities = SCPRIOR_OFFERS_INVERSE}));
