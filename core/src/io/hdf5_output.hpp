// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>
#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace scprior::core {

/// An HDF5 file built in memory, in AnnData's encodings. Every element carries its encoding-type and encoding-version.
///
/// In memory, because HDF5 is no longer safe to use in a process in which it could not write a file (a full disk).
/// Objects are named by their path inside the file; groups on the way are made. While one lives, no other thread writes
/// HDF5 through core, and HDF5 prints no errors of this thread. Other users of HDF5 in the process (a loader) are not
/// held up: where HDF5 was built without thread safety, they must not work at the same time.
class Hdf5Output {
 public:
  /// `shown` is the path that messages name.
  explicit Hdf5Output(std::filesystem::path shown);
  Hdf5Output(const Hdf5Output&) = delete;
  Hdf5Output& operator=(const Hdf5Output&) = delete;
  ~Hdf5Output();

  /// Makes a group ("" = the file itself) of an encoding.
  void group(const std::string& name, const std::string& encoding, const std::string& version);

  void text_attribute(const std::string& object, const std::string& name, const std::string& value);
  void texts_attribute(const std::string& object, const std::string& name, const std::vector<std::string>& values);
  void integers_attribute(const std::string& object, const std::string& name, const std::vector<int64_t>& values);
  void boolean_attribute(const std::string& object, const std::string& name, bool value);

  void text(const std::string& name, const std::string& value);
  void texts(const std::string& name, const std::vector<std::string>& values);
  void booleans(const std::string& name, const std::vector<bool>& values);
  template <class T>
  void numbers(const std::string& name, const std::vector<T>& values);
  template <class T>
  void packed_numbers(const std::string& name, const std::vector<T>& values);
  /// Of any type; half floats are widened to float.
  void tensor(const std::string& name, const at::Tensor& values);

  /// The bytes of the file.
  std::vector<char> bytes();

 private:
  void dataset(const std::string& name, hid_t type, const std::vector<int64_t>& sizes, const void* values, bool packed,
               const char* encoding);
  void attribute(const std::string& object, const std::string& name, hid_t type, const std::vector<int64_t>* sizes,
                 const void* values);
  hid_t checked(hid_t id) const;
  [[noreturn]] void failed() const;

  std::unique_lock<std::recursive_mutex> lock_;
  std::filesystem::path shown_;
  H5E_auto2_t print_ = nullptr;
  void* print_to_ = nullptr;
  hid_t file_ = H5I_INVALID_HID;
};

}  // namespace scprior::core
