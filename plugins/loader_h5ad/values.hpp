// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataset.hpp"

namespace scprior::h5ad {

enum class ValueKind { text, integer, real, boolean, other };

/// The values of a dataset, of one field of a compound dataset, or of an attribute, as one list. Needs a Session, and
/// the File that it was made from.
class Values {
 public:
  static Values of_dataset(const File& file, const std::string& name);
  static Values of_field(const File& file, const std::string& name, const std::string& field);
  /// None if there is no such attribute.
  static std::optional<Values> of_attribute(const File& file, const std::string& object, const std::string& attribute);

  ValueKind kind() const { return kind_; }
  int64_t count() const { return count_; }
  /// Numbers and truth values appear as Python prints them. None if the kind is other.
  std::vector<std::string> texts() const;
  /// The following are for the kinds integer, real and boolean.
  std::vector<double> reals() const;
  std::vector<int64_t> integers() const;
  std::vector<bool> booleans() const;

 private:
  Values(const File& file, std::string name) : file_(&file), name_(std::move(name)) {}
  void describe_type();
  void read(hid_t element_type, void* out) const;
  std::vector<std::string> long_texts() const;
  std::vector<std::string> fixed_texts() const;

  const File* file_;
  std::string name_;
  bool is_attribute_ = false;
  std::string field_;
  Handle object_;
  Handle type_;
  ValueKind kind_ = ValueKind::other;
  int64_t count_ = 0;
};

/// The single text of an attribute, or "" if there is none.
std::string text_attribute(const File& file, const std::string& object, const std::string& attribute);

}  // namespace scprior::h5ad
