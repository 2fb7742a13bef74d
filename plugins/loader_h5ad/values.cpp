// SPDX-License-Identifier: Apache-2.0
#include "values.hpp"

#include <charconv>

#include "scprior/error.hpp"

namespace scprior::h5ad {

namespace {

constexpr int64_t largest_attribute = 1 << 24;

/// The shortest text that reads back as the same number, with a mark that it is no whole number: "1.0".
std::string text_of(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  const std::string shortest(text, end);
  return shortest.find_first_of(".en") == std::string::npos ? shortest + ".0" : shortest;
}

ValueKind kind_of(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_STRING: return ValueKind::text;
    case H5T_FLOAT: return ValueKind::real;
    case H5T_ENUM: return H5Tget_nmembers(type) == 2 ? ValueKind::boolean : ValueKind::other;
    case H5T_INTEGER:  // beyond the signed range nothing but a real number holds it
      return H5Tget_size(type) == 8 && H5Tget_sign(type) == H5T_SGN_NONE ? ValueKind::real : ValueKind::integer;
    default: return ValueKind::other;
  }
}

herr_t give_back_texts(hid_t type, hid_t space, void* texts) {
#if H5_VERSION_GE(1, 12, 0)
  return H5Treclaim(type, space, H5P_DEFAULT, texts);
#else
  return H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
#endif
}

}  // namespace

Values Values::of_dataset(const File& file, const std::string& name) {
  Values values(file, name);
  Dataset dataset = open_dataset(file, name);
  if (dataset.extents.size() > 1)
    fail(Status::data, file.path(), ": ", name, " has ", dataset.extents.size(), " axes, expected a list of values");
  values.count_ = dataset.count();
  values.object_ = std::move(dataset.id);
  values.type_ = std::move(dataset.type);
  values.describe_type();
  return values;
}

Values Values::of_field(const File& file, const std::string& name, const std::string& field) {
  Values values = of_dataset(file, name);
  const int member = H5Tget_member_index(values.type_, field.c_str());
  if (member < 0) fail(Status::data, file.path(), ": ", name, " has no field ", field);
  values.type_ = file.good(H5Tget_member_type(values.type_, static_cast<unsigned>(member)), name);
  values.field_ = field;
  values.describe_type();
  return values;
}

std::optional<Values> Values::of_attribute(const File& file, const std::string& object, const std::string& attribute) {
  if (H5Aexists_by_name(file.id(), object.c_str(), attribute.c_str(), H5P_DEFAULT) <= 0) return std::nullopt;
  Values values(file, object + "@" + attribute);
  values.is_attribute_ = true;
  values.object_ =
      file.good(H5Aopen_by_name(file.id(), object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), values.name_);
  values.type_ = file.good(H5Aget_type(values.object_), values.name_);
  const Handle space = file.good(H5Aget_space(values.object_), values.name_);
  const hssize_t count = H5Sget_simple_extent_type(space) == H5S_NULL ? 0 : H5Sget_simple_extent_npoints(space);
  if (count < 0 || count > largest_attribute) file.damaged(values.name_);
  values.count_ = count;
  values.describe_type();
  return values;
}

void Values::describe_type() {
  kind_ = kind_of(type_);
}

void Values::read(hid_t element_type, void* out) const {
  if (count_ == 0) return;
  Handle record;
  if (!field_.empty()) {
    record = file_->good(H5Tcreate(H5T_COMPOUND, H5Tget_size(element_type)), name_);
    file_->check(H5Tinsert(record, field_.c_str(), 0, element_type), name_);
  }
  const hid_t type = record.valid() ? static_cast<hid_t>(record) : element_type;
  file_->check(is_attribute_ ? H5Aread(object_, type, out) : H5Dread(object_, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out),
               name_);
}

std::vector<std::string> Values::long_texts() const {
  const Handle type = file_->good(H5Tcopy(H5T_C_S1), name_);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5Tget_cset(type_));
  std::vector<char*> pointers(static_cast<size_t>(count_), nullptr);
  read(type, pointers.data());
  std::vector<std::string> result;
  result.reserve(pointers.size());
  for (const char* const pointer : pointers) result.emplace_back(pointer ? pointer : "");
  const hsize_t n = static_cast<hsize_t>(count_);
  const Handle space = file_->good(H5Screate_simple(1, &n, nullptr), name_);
  if (n > 0) give_back_texts(type, space, pointers.data());
  return result;
}

std::vector<std::string> Values::fixed_texts() const {
  const size_t size = H5Tget_size(type_);
  const bool spaces = H5Tget_strpad(type_) == H5T_STR_SPACEPAD;
  std::vector<char> bytes(static_cast<size_t>(count_) * size);
  read(type_, bytes.data());
  std::vector<std::string> result;
  result.reserve(static_cast<size_t>(count_));
  for (int64_t i = 0; i < count_; ++i) {
    std::string text(bytes.data() + static_cast<size_t>(i) * size, size);
    text.resize(std::min(text.size(), text.find('\0')));
    if (spaces) text.resize(text.find_last_not_of(' ') + 1);
    result.push_back(std::move(text));
  }
  return result;
}

std::vector<std::string> Values::texts() const {
  std::vector<std::string> result;
  switch (kind_) {
    case ValueKind::text: return H5Tis_variable_str(type_) > 0 ? long_texts() : fixed_texts();
    case ValueKind::integer:
      for (const int64_t value : integers()) result.push_back(std::to_string(value));
      break;
    case ValueKind::real:
      for (const double value : reals()) result.push_back(text_of(value));
      break;
    case ValueKind::boolean:
      for (const bool value : booleans()) result.push_back(value ? "True" : "False");
      break;
    case ValueKind::other: break;
  }
  return result;
}

std::vector<double> Values::reals() const {
  std::vector<double> result(static_cast<size_t>(count_));
  read(H5T_NATIVE_DOUBLE, result.data());
  return result;
}

std::vector<int64_t> Values::integers() const {
  std::vector<int64_t> result(static_cast<size_t>(count_));
  read(H5T_NATIVE_INT64, result.data());
  return result;
}

std::vector<bool> Values::booleans() const {
  const std::vector<int64_t> numbers = integers();
  std::vector<bool> result;
  result.reserve(numbers.size());
  for (const int64_t number : numbers) result.push_back(number != 0);
  return result;
}

std::string text_attribute(const File& file, const std::string& object, const std::string& attribute) {
  const auto values = Values::of_attribute(file, object, attribute);
  if (!values || values->kind() != ValueKind::text || values->count() != 1) return "";
  return values->texts().front();
}

}  // namespace scprior::h5ad
