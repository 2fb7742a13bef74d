// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/names.hpp"
#include "config/read_experiment.hpp"
#include "config/settings.hpp"
#include "scprior/core/load_config.hpp"

namespace scprior::core {
namespace {

namespace fs = std::filesystem;
using config::Member;
using config::Node;
using config::Place;
using config::Problems;
using config::Table;

/// `seed = 3` of one fit is `seeds = [3]` of an experiment.
void replace_seed(Table& root) {
  Node seed{Place{config::command_line, 0, 0, ""}, int64_t{0}, ""};
  if (const Member* given = find(root, "seed")) seed = given->value;
  std::erase_if(root, [](const Member& member) { return member.key == "seed"; });
  root.push_back({"seeds", seed.place, Node{seed.place, config::List{seed}, ""}});
}

}  // namespace

ExperimentConfig fit_from_settings(const fs::path& data, const std::string& label,
                                   const std::vector<std::string>& settings, const PluginHost& host) {
  std::error_code error;
  if (data.empty()) fail(Status::io, "the path of the data file is an empty text");
  if (!fs::exists(data, error))
    fail(Status::io, data.string(), ": there is no such file", config::similar_file_hint(data));
  Problems problems;
  const Place here{config::command_line, 0, 0, ""};
  config::Settings draft;
  draft.root.push_back({"schema", here, Node{here, newest_schema, ""}});
  draft.data.push_back({"path", here, Node{here, data.string(), ""}});
  if (!label.empty()) draft.data.push_back({"label", here, Node{here, label, ""}});
  config::add_settings(settings, config::command_line, draft, problems);
  replace_seed(draft.root);
  draft.root.push_back({"data", here, Node{here, config::List{Node{here, draft.data, ""}}, ""}});
  draft.root.push_back({"model", here, Node{here, config::List{Node{here, draft.model, ""}}, ""}});

  const Node root{here, draft.root, ""};
  ExperimentConfig config =
      config::read_experiment(root, fs::current_path(), {.only_known_metrics = true}, host, problems);
  problems.throw_if_any();
  return config;
}

}  // namespace scprior::core
