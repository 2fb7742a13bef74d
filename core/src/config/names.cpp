// SPDX-License-Identifier: Apache-2.0
#include "config/names.hpp"

#include <algorithm>

#include "scprior/error.hpp"
#include "scprior/options.hpp"

namespace scprior::core::config {
namespace {

constexpr size_t longest_name = 80;
constexpr std::string_view forbidden = "/\\:*?\"<>|";

bool is_bad(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code < 0x20 || code == 0x7f || forbidden.find(c) != std::string_view::npos;
}

}  // namespace

std::string similar_file_hint(const std::filesystem::path& path) {
  std::error_code error;
  std::vector<std::string> neighbours;
  const std::filesystem::path folder = std::filesystem::absolute(path, error).parent_path();
  for (const auto& item : std::filesystem::directory_iterator(folder, error))
    neighbours.push_back(item.path().filename().string());
  return suggestion(path.filename().string(), neighbours);
}

std::string name_problem(const std::string& name) {
  const std::string is = concat("is ", to_toml(name), ", which cannot name a folder: ");
  if (name.empty()) return is + "it is empty";
  if (name.size() > longest_name) return concat(is, "it is longer than ", longest_name, " bytes");
  if (std::any_of(name.begin(), name.end(), is_bad)) return concat(is, "none of ", forbidden, " may occur");
  if (name.front() == '.' || name.front() == ' ' || name.back() == '.' || name.back() == ' ')
    return is + "it may not start or end with a dot or a blank";
  return "";
}

void Names::add(const std::string& name, const Place& place, Problems& problems) {
  if (std::string problem = name_problem(name); !problem.empty()) {
    problems.add(place, key_, problem);
    return;
  }
  const auto [first, is_new] = seen_.emplace(name, place);
  if (!is_new)
    problems.add(place, key_,
                 concat("is ", to_toml(name), ", which is taken (", first->second.text(), "); names must differ"));
}

}  // namespace scprior::core::config
