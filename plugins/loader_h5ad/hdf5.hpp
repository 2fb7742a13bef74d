// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

namespace scprior::h5ad {

/// While one lives, no other thread of this plugin calls HDF5, and HDF5 prints no errors.
///
/// Some builds of HDF5 are not thread-safe. The lock covers this plugin; whoever else uses HDF5 in the process with
/// such a build must not do so while a loader opens or reads.
class Session {
 public:
  Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_to_ = nullptr;
};

/// An HDF5 identifier of any kind, given back when it goes. Needs a Session.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    if (id_ > 0) H5Idec_ref(id_);
  }

  operator hid_t() const { return id_; }
  bool valid() const { return id_ >= 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

/// What HDF5 says of the failure that just happened: its innermost message, or "".
std::string last_error();

}  // namespace scprior::h5ad
