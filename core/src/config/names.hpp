// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "config/problems.hpp"

namespace scprior::core::config {

/// Why `name` cannot be the name of a folder, or "".
std::string name_problem(const std::string& name);

/// For a file that is not there: "; did you mean "NAME"?" with a file beside it of a similar name, or "".
std::string similar_file_hint(const std::filesystem::path& path);

/// Names of data sets or models: usable as folders, and different.
class Names {
 public:
  /// key: "model.name".
  explicit Names(std::string key) : key_(std::move(key)) {}
  void add(const std::string& name, const Place& place, Problems& problems);

 private:
  std::string key_;
  std::map<std::string, Place> seen_;
};

}  // namespace scprior::core::config
