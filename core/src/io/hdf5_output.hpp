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

enum class Packing { none, gzip };

/// An HDF5 file being written, in AnnData's encodings. Every element carries its encoding-type and encoding-version.
///
/// Objects are named by their path inside the file; groups on the way are made. While one lives, no other thread writes
/// HDF5 through core, and HDF5 prints no errors of this thread. Not so for other users of HDF5 in the process.
class Hdf5Output {
 public:
  /// `shown` is the path that messages name. Errors: Error{io}
  Hdf5Output(const std::filesystem::path& path, const std::filesystem::path& shown);
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
  void tensor(const std::string& name, const at::Tensor& values, Packing packing);

  /// Writes what is left. Errors: Error{io}, e.g. disk full.
  void close();

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
