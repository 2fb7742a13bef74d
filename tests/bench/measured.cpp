// SPDX-License-Identifier: Apache-2.0
#include "measured.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "scprior/error.hpp"

namespace scprior::bench {
namespace {

std::string last_object(const std::string& output) {
  for (size_t end = output.size(); end > 0;) {
    const size_t line_break = end >= 2 ? output.rfind('\n', end - 2) : std::string::npos;
    const size_t begin = line_break == std::string::npos ? 0 : line_break + 1;
    if (output[begin] == '{') return output.substr(begin, end - begin);
    end = begin;
  }
  return "";
}

}  // namespace

std::string to_json(const Measured& measured) {
  nlohmann::json values = nlohmann::json::object();
  for (const auto& [quantity, value] : measured.values)
    if (std::isfinite(value)) values[quantity] = value;
  return nlohmann::json{{"values", values}, {"facts", measured.facts}}.dump();
}

Measured measured_from(const std::string& output) {
  try {
    const nlohmann::json object = nlohmann::json::parse(last_object(output));
    return {object.at("values"), object.at("facts")};
  } catch (const nlohmann::json::exception&) {
    fail(Status::data, "a measurement must end with a line of JSON, but printed ",
         output.empty() ? "nothing" : "\"" + output.substr(0, 200) + "\"");
  }
}

}  // namespace scprior::bench
