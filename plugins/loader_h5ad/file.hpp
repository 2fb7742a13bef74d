// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hdf5.hpp"

namespace scprior::h5ad {

/// An HDF5 file open for reading. Objects are named by their path inside it: "obs/cell_type". Needs a Session.
class File {
 public:
  /// Errors: Error{io} if HDF5 cannot open it: truncated, damaged, in use, written by a newer HDF5.
  explicit File(const std::string& path);

  const std::string& path() const { return path_; }
  hid_t id() const { return id_; }
  bool has(const std::string& object) const;
  bool is_group(const std::string& object) const;
  bool is_dataset(const std::string& object) const;
  /// Names in a group, in alphabetical order; none if there is no such group.
  std::vector<std::string> children(const std::string& group) const;

  /// Error{io}: HDF5 could not read `object`, though it is there.
  [[noreturn]] void damaged(const std::string& object) const;
  [[noreturn]] void damaged(const std::string& object, const std::string& why) const;
  /// Wraps what HDF5 returned for `object`; fails as damaged() if that is an error.
  Handle good(hid_t id, const std::string& object) const;
  void check(herr_t status, const std::string& object) const;

 private:
  bool has_link(const std::string& step) const;
  H5I_type_t type_of(const std::string& object) const;

  std::string path_;
  Handle id_;
};

}  // namespace scprior::h5ad
