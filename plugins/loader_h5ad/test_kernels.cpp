// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "byte_planes.hpp"
#include "kernels.hpp"

using namespace scprior::h5ad;

namespace {

template <class T>
NumberType type_of() {
  if constexpr (std::is_same_v<T, int8_t>) return NumberType::i8;
  if constexpr (std::is_same_v<T, uint8_t>) return NumberType::u8;
  if constexpr (std::is_same_v<T, int16_t>) return NumberType::i16;
  if constexpr (std::is_same_v<T, uint16_t>) return NumberType::u16;
  if constexpr (std::is_same_v<T, int32_t>) return NumberType::i32;
  if constexpr (std::is_same_v<T, uint32_t>) return NumberType::u32;
  if constexpr (std::is_same_v<T, int64_t>) return NumberType::i64;
  if constexpr (std::is_same_v<T, uint64_t>) return NumberType::u64;
  if constexpr (std::is_same_v<T, float>) return NumberType::f32;
  if constexpr (std::is_same_v<T, double>) return NumberType::f64;
}

constexpr int64_t n_values = 101;  // more than fit into vectors, and a rest

}  // namespace

TEMPLATE_TEST_CASE("numbers of every type become the floats that they are", "[kernels]", int8_t, uint8_t, int16_t,
                   uint16_t, int32_t, uint32_t, int64_t, uint64_t, float, double) {
  std::vector<TestType> values(n_values);
  for (int64_t i = 0; i < n_values; ++i) values[i] = static_cast<TestType>(i);
  values[3] = std::numeric_limits<TestType>::is_signed ? static_cast<TestType>(-7) : TestType{7};
  std::vector<float> floats(n_values);
  REQUIRE(to_floats(type_of<TestType>(), values.data(), n_values, floats.data()));
  for (int64_t i = 0; i < n_values; ++i) REQUIRE(static_cast<double>(floats[i]) == static_cast<double>(values[i]));
}

TEMPLATE_TEST_CASE("a number beyond 2^24 is noticed wherever it stands", "[kernels]", int32_t, uint32_t, int64_t,
                   uint64_t, float, double) {
  std::vector<float> floats(n_values);
  for (int64_t place = 0; place < n_values; ++place) {
    std::vector<TestType> values(n_values, TestType{1});
    values[place] = TestType{16777216};
    REQUIRE(to_floats(type_of<TestType>(), values.data(), n_values, floats.data()));
    values[place] = static_cast<TestType>(16777218);
    REQUIRE_FALSE(to_floats(type_of<TestType>(), values.data(), n_values, floats.data()));
    if constexpr (std::numeric_limits<TestType>::is_signed) {
      values[place] = static_cast<TestType>(-16777216);
      REQUIRE(to_floats(type_of<TestType>(), values.data(), n_values, floats.data()));
      values[place] = static_cast<TestType>(-16777218);
      REQUIRE_FALSE(to_floats(type_of<TestType>(), values.data(), n_values, floats.data()));
    }
  }
}

TEMPLATE_TEST_CASE("NaN and infinity are handed on, for the program to judge", "[kernels]", float, double) {
  std::vector<TestType> values(n_values, TestType{1});
  values[5] = std::numeric_limits<TestType>::quiet_NaN();
  values[90] = -std::numeric_limits<TestType>::infinity();
  std::vector<float> floats(n_values);
  REQUIRE(to_floats(type_of<TestType>(), values.data(), n_values, floats.data()));
  REQUIRE(std::isnan(floats[5]));
  REQUIRE(floats[90] == -std::numeric_limits<float>::infinity());
}

TEMPLATE_TEST_CASE("a place outside the list is noticed wherever it stands", "[kernels]", int8_t, uint8_t, int16_t,
                   uint16_t, int32_t, uint32_t, int64_t, uint64_t) {
  std::vector<int32_t> places(n_values);
  for (int64_t place = 0; place < n_values; ++place) {
    std::vector<TestType> values(n_values);
    for (int64_t i = 0; i < n_values; ++i) values[i] = static_cast<TestType>(i % 100);
    REQUIRE(to_places(type_of<TestType>(), values.data(), n_values, 100, places.data()));
    for (int64_t i = 0; i < n_values; ++i) REQUIRE(places[i] == i % 100);
    std::vector<TestType> wrong{100, std::numeric_limits<TestType>::max()};
    if constexpr (std::numeric_limits<TestType>::is_signed) wrong.push_back(static_cast<TestType>(-1));
    for (const TestType value : wrong) {
      values[place] = value;
      REQUIRE_FALSE(to_places(type_of<TestType>(), values.data(), n_values, 100, places.data()));
    }
  }
}

TEST_CASE("places beyond 32 bits do not wrap round into the list", "[kernels]") {
  const std::vector<int64_t> far{int64_t{1} << 32, -(int64_t{1} << 32)};
  for (const int64_t value : far) {
    int32_t place = 0;
    REQUIRE_FALSE(to_places(NumberType::i64, &value, 1, 100, &place));
    REQUIRE(number_text(NumberType::i64, &value, 0) == std::to_string(value));
  }
}

TEST_CASE("columns that do not ascend are noticed wherever they stand", "[kernels]") {
  std::vector<int32_t> columns(n_values);
  for (int64_t i = 0; i < n_values; ++i) columns[i] = static_cast<int32_t>(2 * i);
  for (int64_t n = 0; n <= n_values; ++n) REQUIRE(ascend(columns.data(), n));
  for (int64_t place = 1; place < n_values; ++place)
    for (const int32_t step : {0, 2}) {
      std::vector<int32_t> wrong = columns;
      wrong[place] = wrong[place - 1] - step;
      REQUIRE_FALSE(ascend(wrong.data(), n_values));
    }
}

TEST_CASE("what is not zero is kept with its place", "[kernels]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> row{0, 3, -0.0f, 0, nan, 7, 0};
  std::vector<int32_t> columns(row.size());
  std::vector<float> values(row.size());
  REQUIRE(keep_nonzero(row.data(), 7, columns.data(), values.data()) == 3);
  REQUIRE(std::vector(columns.begin(), columns.begin() + 3) == std::vector<int32_t>{1, 4, 5});
  REQUIRE(values[0] == 3);
  REQUIRE(std::isnan(values[1]));
  REQUIRE(values[2] == 7);
}

TEST_CASE("values that 16 bits do not hold are noticed wherever they stand", "[kernels]") {
  std::vector<float> values(n_values, 65535);
  values[7] = 0;
  REQUIRE(are_shorts(values.data(), n_values));
  for (int64_t place = 0; place < n_values; ++place)
    for (const float wrong : {65536.0f, 0.5f, -1.0f, std::numeric_limits<float>::quiet_NaN(),
                              std::numeric_limits<float>::infinity()}) {
      std::vector<float> changed = values;
      changed[place] = wrong;
      REQUIRE_FALSE(are_shorts(changed.data(), n_values));
    }
}

TEST_CASE("planes of bytes become items again", "[kernels]") {
  for (const size_t item : {1, 2, 3, 4, 8, 16})
    for (const size_t n : {0, 1, 7, 64, 101}) {
      std::vector<uint8_t> items(n * item), planes(items.size()), joined(items.size());
      for (size_t i = 0; i < items.size(); ++i) items[i] = static_cast<uint8_t>(i * 37 + i / 256);
      for (size_t i = 0; i < n; ++i)
        for (size_t byte = 0; byte < item; ++byte) planes[byte * n + i] = items[i * item + byte];
      join_byte_planes(planes.data(), n, item, joined.data());
      REQUIRE(joined == items);
    }
}
