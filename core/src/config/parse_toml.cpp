// SPDX-License-Identifier: Apache-2.0
// The only file that includes toml++ (it costs seconds to compile).
#include "config/parse_toml.hpp"

#include "config/names.hpp"

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "scprior/error.hpp"

namespace scprior::core::config {
namespace {

constexpr std::uintmax_t largest_file = 16 << 20;

/// Turns toml++'s tree into ours.
class Converter {
 public:
  Converter(std::string source, const Place* fixed) : source_(std::move(source)), fixed_(fixed) {}

  Node node(const toml::node& from, const Place& fallback) const {
    Node out;
    out.place = place(from.source(), fallback);
    if (const auto* table = from.as_table()) {
      out.value = members(*table, out.place);
    } else if (const auto* array = from.as_array()) {
      List list;
      for (const toml::node& element : *array) list.push_back(node(element, out.place));
      out.value = std::move(list);
    } else if (const auto* text = from.as_string()) {
      out.value = text->get();
    } else if (const auto* integer = from.as_integer()) {
      out.value = integer->get();
    } else if (const auto* real = from.as_floating_point()) {
      out.value = real->get();
    } else if (const auto* boolean = from.as_boolean()) {
      out.value = boolean->get();
    } else {
      out.value = DateOrTime{};
    }
    return out;
  }

 private:
  Table members(const toml::table& from, const Place& fallback) const {
    Table out;
    for (auto&& [key, value] : from) {
      const Place at = place(key.source(), fallback);
      out.push_back({std::string(key.str()), at, node(value, at)});
    }
    return out;
  }

  Place place(const toml::source_region& region, const Place& fallback) const {
    if (fixed_ != nullptr) return *fixed_;
    if (region.begin.line == 0) return fallback;
    return {source_, static_cast<int64_t>(region.begin.line), static_cast<int64_t>(region.begin.column), ""};
  }

  std::string source_;
  const Place* fixed_;
};

std::string read_file(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status))
    fail(Status::config, file.string(), ": there is no such file", similar_file_hint(file));
  if (std::filesystem::is_directory(status))
    fail(Status::config, file.string(), ": is a folder; name the TOML file of the experiment");
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(Status::config, file.string(), ": cannot be read: ", std::strerror(errno));
  char magic[4] = {};
  in.read(magic, sizeof magic);
  if (std::memcmp(magic, "\x89HDF", 4) == 0)
    fail(Status::config, file.string(),
         ": is an HDF5 file (data), but a TOML file is wanted here; `scprior train` trains one model on a data file");
  const auto size = std::filesystem::file_size(file, error);
  if (!error && size > largest_file)
    fail(Status::config, file.string(), ": has ", size >> 20, " MB; an experiment file is a short TOML text");
  in.clear();
  in.seekg(0);
  std::ostringstream out;
  out << in.rdbuf();
  if (in.bad()) fail(Status::config, file.string(), ": cannot be read: ", std::strerror(errno));
  return out.str();
}

}  // namespace

Node parse_toml_text(const std::string& text, const std::string& source) {
  try {
    const toml::table root = toml::parse(std::string_view(text), std::string_view(source));
    const Place start{source, 1, 1, ""};
    return Converter(source, nullptr).node(root, start);
  } catch (const toml::parse_error& error) {
    const auto& begin = error.source().begin;
    const Place at{source, static_cast<int64_t>(begin.line), static_cast<int64_t>(begin.column), ""};
    fail(Status::config, at.text(), ": not valid TOML: ", error.description(),
         ". Is a quote, a bracket or a comma missing here, or just before?");
  }
}

Node parse_toml_file(const std::filesystem::path& file) { return parse_toml_text(read_file(file), file.string()); }

std::optional<Node> parse_toml_value(const std::string& text, const Place& place) {
  if (text.find_first_of("\r\n") != std::string::npos) return std::nullopt;
  try {
    const std::string document = "value = " + text;
    const toml::table root = toml::parse(std::string_view(document));
    return Converter("", &place).node(*root.get("value"), place);
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

}  // namespace scprior::core::config
