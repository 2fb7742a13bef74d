// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "fake_loader.hpp"

using namespace scprior;
using namespace scprior::core;
using namespace scprior::core::test;
using Catch::Matchers::ContainsSubstring;

namespace {

using Texts = std::vector<std::string>;

DatasetInfo info_with(const Column& column) {
  DatasetInfo info;
  info.n_cells = 4;
  info.cells.push_back(column);
  return info;
}

void check_labels(const decltype(Column::values)& values, const std::vector<int64_t>& codes, const Texts& names) {
  const Labels labels = labels_of(info_with({"c", values}), "c");
  CHECK(labels.codes.equal(at::tensor(codes, at::kLong)));
  CHECK(labels.names == names);
}

}  // namespace

TEST_CASE("labels of every kind of column", "[labels]") {
  check_labels(Categories{{2, -1, 0, 2}, {"z", "unused", "a"}}, {1, -1, 0, 1}, {"z", "a"});
  check_labels(Texts{"b", "", "a", "b"}, {1, -1, 0, 1}, {"a", "b"});
  check_labels(std::vector<int64_t>{10, 9, -1, 10}, {2, 1, 0, 2}, {"-1", "9", "10"});
  check_labels(std::vector<bool>{true, false, true, true}, {1, 0, 1, 1}, {"False", "True"});
  check_labels(std::vector<double>{2, NAN, 11, 2}, {0, -1, 1, 0}, {"2", "11"});
}

TEST_CASE("columns that are no labels are refused", "[labels]") {
  const auto text_of = [](const Column& column, const std::string& name) {
    return error_of(Status::data, [&] { labels_of(info_with(column), name); });
  };
  CHECK_THAT(text_of({"age", std::vector<double>{1, 2.5, 3, 4}}, "age"), ContainsSubstring("real numbers (2.5)"));
  CHECK_THAT(text_of({"c", Texts{"", "", "", ""}}, "c"), ContainsSubstring("missing values"));
  CHECK_THAT(text_of({"c", Texts{"a"}}, "c"), ContainsSubstring("1 values for 4 cells"));
  CHECK_THAT(text_of({"cell_type", Texts{}}, "cel_type"), ContainsSubstring("nearest is \"cell_type\""));
  CHECK_THAT(error_of(Status::data, [] { labels_of({}, "c"); }), ContainsSubstring("no columns at all"));
}
