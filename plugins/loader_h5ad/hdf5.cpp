// SPDX-License-Identifier: Apache-2.0
#include "hdf5.hpp"

#include "lzf.hpp"

namespace scprior::h5ad {

namespace {

std::recursive_mutex& hdf5_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

extern "C" herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* text) {
  if (depth == 0 && error->desc) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

}  // namespace

Session::Session() : lock_(hdf5_mutex()) {
  static const bool registered = register_lzf();
  static_cast<void>(registered);
  // Per thread in thread-safe builds of HDF5, hence here and not once.
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_to_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Session::~Session() {
  H5Eset_auto2(H5E_DEFAULT, print_, print_to_);
}

std::string last_error() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &keep_innermost, &text);
  return text;
}

}  // namespace scprior::h5ad
