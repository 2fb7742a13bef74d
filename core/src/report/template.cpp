// SPDX-License-Identifier: Apache-2.0
#include "report/template.hpp"

#include <system_error>

#include "io/read_file.hpp"
#include "scprior/error.hpp"

namespace scprior::core {

std::string read_part(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    fail(Status::io, path.string(), ": this part of the report is missing: is scprior installed completely?");
  return read_file(path);
}

std::string filled_template(const std::string& text, const std::map<std::string, std::string>& slots,
                            const std::filesystem::path& folder) {
  const std::string file = "file ";
  std::string out;
  size_t at = 0;
  while (true) {
    const size_t begin = text.find("{{", at);
    const size_t end = begin == std::string::npos ? begin : text.find("}}", begin);
    out.append(text, at, begin == std::string::npos ? begin : begin - at);
    if (end == std::string::npos) break;
    const std::string name = text.substr(begin + 2, end - begin - 2);
    if (name.starts_with(file)) {
      const std::string part = read_part(folder / name.substr(file.size()));
      if (part.find("</script") != std::string::npos || part.find("</style") != std::string::npos)
        fail(Status::internal, name, " contains the end of a script or style");
      out += part;
    } else {
      const auto slot = slots.find(name);
      if (slot == slots.end()) fail(Status::internal, "the report's template has an unknown slot: ", name);
      out += slot->second;
    }
    at = end + 2;
  }
  return out;
}

}  // namespace scprior::core
