// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <optional>
#include <utility>

namespace scprior::h5ad {

/// The numbers that a dataset stores. Truth values are stored as i8, half floats are read as f32.
enum class NumberType { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64 };

/// None if the HDF5 type is not a number.
std::optional<NumberType> number_type(hid_t type);

/// The HDF5 type of such a number in memory.
hid_t memory_type(NumberType type);

/// Calls visit with a zero of the C++ type.
template <class Visit>
void visit_number(NumberType type, Visit visit) {
  switch (type) {
    case NumberType::i8: return visit(int8_t{});
    case NumberType::u8: return visit(uint8_t{});
    case NumberType::i16: return visit(int16_t{});
    case NumberType::u16: return visit(uint16_t{});
    case NumberType::i32: return visit(int32_t{});
    case NumberType::u32: return visit(uint32_t{});
    case NumberType::i64: return visit(int64_t{});
    case NumberType::u64: return visit(uint64_t{});
    case NumberType::f32: return visit(float{});
    case NumberType::f64: return visit(double{});
  }
}

}  // namespace scprior::h5ad
