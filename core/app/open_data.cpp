// SPDX-License-Identifier: Apache-2.0
#include "open_data.hpp"

#include "scprior/core/load_config.hpp"

namespace scprior::app {

core::DataConfig data_config(const std::string& path, const std::vector<std::string>& settings,
                             const core::PluginHost& host) {
  for (const std::string& setting : settings)
    if (setting.rfind("loader", 0) != 0)
      fail(Status::config, "--set ", setting,
           ": here only settings of the loader are known, e.g. --set loader.layer=counts");
  return core::fit_from_settings(path, "", settings, host).data.front();
}

}  // namespace scprior::app
