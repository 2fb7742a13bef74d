// SPDX-License-Identifier: Apache-2.0
// A plugin with nothing wrong but what its build changes.
#include "scprior/plugin.hpp"

class RefusedFlow : public scprior::Flow {
 public:
  scprior::FlowResult forward(const at::Tensor& z0, const at::Tensor&) override { return {z0, {}}; }
};

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "refused", .version = "1"}),
               scprior::component<RefusedFlow>({.name = "refused", .summary = "is never loaded"}));
