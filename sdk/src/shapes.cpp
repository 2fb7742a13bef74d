// SPDX-License-Identifier: Apache-2.0
#include "scprior/shapes.hpp"

#include <algorithm>
#include <string>

#include "scprior/error.hpp"

namespace scprior {
namespace {

template <class Range>
std::string shape_text(const Range& lengths) {
  std::string text = "[";
  for (int64_t length : lengths) {
    if (text.size() > 1) text += ", ";
    text += length == any_length ? "any" : std::to_string(length);
  }
  return text + "]";
}

}  // namespace

void check_shape(std::string_view name, const at::Tensor& tensor, std::initializer_list<int64_t> expected) {
  if (!tensor.defined()) fail(Status::argument, name, " is undefined, expected shape ", shape_text(expected));
  const auto sizes = tensor.sizes();
  const bool fits = std::equal(sizes.begin(), sizes.end(), expected.begin(), expected.end(),
                               [](int64_t got, int64_t want) { return want == any_length || got == want; });
  if (!fits) fail(Status::argument, name, " has shape ", shape_text(sizes), ", expected ", shape_text(expected));
}

}  // namespace scprior
