// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace scprior::core {

using Json = nlohmann::ordered_json;

/// JSON has no NaN and no infinities: they become the texts "NaN", "Infinity" and "-Infinity".
inline Json number_to_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

/// Errors: nlohmann's type_error if `json` is neither a number nor one of the three texts.
inline double number_from_json(const Json& json) {
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  }
  return json.get<double>();
}

/// Text of users may be no UTF-8; damaged characters are replaced instead of failing a finished fit.
inline std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace scprior::core
