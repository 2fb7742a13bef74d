// SPDX-License-Identifier: Apache-2.0
#include "numbers.hpp"

namespace scprior::h5ad {

std::optional<NumberType> number_type(hid_t type) {
  const size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT: return size <= 4 ? NumberType::f32 : NumberType::f64;
    case H5T_ENUM: return size == 1 ? std::optional(NumberType::i8) : std::nullopt;
    case H5T_INTEGER: {
      const bool is_signed = H5Tget_sign(type) != H5T_SGN_NONE;
      if (size == 1) return is_signed ? NumberType::i8 : NumberType::u8;
      if (size == 2) return is_signed ? NumberType::i16 : NumberType::u16;
      if (size <= 4) return is_signed ? NumberType::i32 : NumberType::u32;
      return is_signed ? NumberType::i64 : NumberType::u64;
    }
    default: return std::nullopt;
  }
}

hid_t memory_type(NumberType type) {
  switch (type) {
    case NumberType::i8: return H5T_NATIVE_INT8;
    case NumberType::u8: return H5T_NATIVE_UINT8;
    case NumberType::i16: return H5T_NATIVE_INT16;
    case NumberType::u16: return H5T_NATIVE_UINT16;
    case NumberType::i32: return H5T_NATIVE_INT32;
    case NumberType::u32: return H5T_NATIVE_UINT32;
    case NumberType::i64: return H5T_NATIVE_INT64;
    case NumberType::u64: return H5T_NATIVE_UINT64;
    case NumberType::f32: return H5T_NATIVE_FLOAT;
    case NumberType::f64: return H5T_NATIVE_DOUBLE;
  }
  return H5I_INVALID_HID;
}

}  // namespace scprior::h5ad
