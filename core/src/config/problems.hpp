// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/document.hpp"

namespace scprior::core::config {

/// Everything that is wrong with a configuration, reported together.
class Problems {
 public:
  /// key: the full key, "model.prior.components"; "" = the file as a whole.
  void add(const Place& place, const std::string& key, const std::string& text);

  /// As add, unless the same was said of the same key elsewhere.
  void add_once(const Place& place, const std::string& key, const std::string& text);

  bool empty() const { return problems_.empty(); }

  /// Errors: Error{config} if there is a problem: one `place: key: text` per problem, in the order of the file.
  void throw_if_any() const;

 private:
  struct Problem {
    Place place;
    std::string key, text;
  };
  std::vector<Problem> problems_;
};

}  // namespace scprior::core::config
