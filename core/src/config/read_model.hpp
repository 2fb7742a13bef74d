// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/read_component.hpp"

namespace scprior::core::config {

/// What a model inherits: the preset, changed by [train] and [model_defaults].
struct ModelBase {
  ModelConfig config;                ///< its components are in slots
  std::vector<ComponentSlot> slots;  ///< in the order of component_fields()
};

ModelBase preset_model(const TrainConfig& train);

/// [model_defaults], or `base` unchanged if the file has none.
ModelBase read_model_defaults(const Table& root, const ModelBase& base, const PluginHost& host, Problems& problems);

/// One [[model]]. A model without a name is named after its components.
ModelConfig read_model(const Node& node, const ModelBase& base, const PluginHost& host, Problems& problems);

}  // namespace scprior::core::config
