// SPDX-License-Identifier: Apache-2.0
#include "scprior/plugin.hpp"

#include "student_t.hpp"

SCPRIOR_PLUGIN(
    (scprior::PluginInfo{
        .id = "prior_student_t", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
    scprior::component<scprior::StudentTPrior>({.name = "student_t",
                                                .summary = "independent Student-t latent units: heavy tails",
                                                .citation = "Mathieu et al. 2019, ICML"}));
