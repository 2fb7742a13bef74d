// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scprior/core/plugin_host.hpp"

// What the program's commands take. Each command is a function that throws scprior::Error and
// returns an exit code.

namespace scprior::app {

/// not_done: cancelled, a fit failed, or anything that is neither the user's command nor the data.
enum ExitCode { done = 0, not_done = 1, usage_or_configuration = 2, data_problem = 3 };

struct RunArguments {
  std::string file;
  bool force = false;
  int64_t threads = -1;  ///< -1 = as the file says
};
int run(const RunArguments& arguments, core::PluginHost& host);

struct TrainArguments {
  std::string data, model_folder, preset, prior, flow, label, device;
  std::vector<std::string> settings;
  int64_t seed = -1, threads = -1;
};
int train(const TrainArguments& arguments, core::PluginHost& host);

struct EmbedArguments {
  std::string model_folder, data, output;
  std::vector<std::string> settings;
  int64_t threads = 0;
};
int embed(const EmbedArguments& arguments, core::PluginHost& host);

struct SampleArguments {
  std::string model_folder, output, library_from;
  int64_t n = 0, seed = 0, threads = 0;
  double library = 0;
};
int sample(const SampleArguments& arguments, core::PluginHost& host);

struct EvaluateArguments {
  std::string model_folder, data, label, batch;
  std::vector<std::string> settings;
  bool json = false, test_cells = false;
  int64_t threads = 0;
};
int evaluate(const EvaluateArguments& arguments, core::PluginHost& host);

int list(const std::string& kind, const core::PluginHost& host);
int plugins(const core::PluginHost& host);

struct DescribeArguments {
  std::string kind, name;
  bool toml = false, markdown = false;
};
int describe(const DescribeArguments& arguments, const core::PluginHost& host);

struct NewArguments {
  std::string kind, name, folder, tier = "c++";
};
int new_plugin(const NewArguments& arguments, const core::PluginHost& host);

int check(const std::string& file, core::PluginHost& host);

struct InfoArguments {
  std::string data;
  std::vector<std::string> settings;
};
int info(const InfoArguments& arguments, core::PluginHost& host);

std::string version_text();

}  // namespace scprior::app
