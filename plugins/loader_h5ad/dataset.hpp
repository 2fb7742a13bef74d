// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "file.hpp"

namespace scprior::h5ad {

/// An open HDF5 dataset whose claims were checked: its filters are known, and its size fits what it stores.
struct Dataset {
  std::string name;
  Handle id;
  Handle type;
  std::vector<int64_t> extents;  ///< {} = a single value

  /// Number of elements.
  int64_t count() const;
};

enum class Access {
  whole,    ///< read once, all of it
  by_rows,  ///< read in blocks along the first axis: keeps unpacked what the next block may need
};

/// Errors: Error{data} if it is compressed with a filter that is not there, or claims more values than its bytes can
/// hold; Error{io} if damaged.
Dataset open_dataset(const File& file, const std::string& name, Access access = Access::whole);

/// The numbers that a dataset stores. Truth values are stored as i8, half floats are read as f32.
enum class NumberType { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64 };

/// None if the type is not a number.
std::optional<NumberType> number_type(hid_t type);

/// The type of numbers in `dataset`. Errors: Error{data} if it holds none.
NumberType required_number_type(const File& file, const Dataset& dataset);

/// Reads `count` slices along the first axis from `start`, all of the other axes, into memory of the HDF5 type given.
void read_slices(const File& file, const Dataset& dataset, int64_t start, int64_t count, hid_t memory_type, void* out);

/// As read_slices, as floats. Errors: Error{data} for a finite value beyond 2^24, which a float may not hold exactly.
void read_floats(const File& file, const Dataset& dataset, NumberType type, int64_t start, int64_t count, float* out);

/// Reads elements of a 1-D dataset of whole numbers. Errors: Error{data} if one is outside [0, limit).
void read_indices(const File& file, const Dataset& dataset, int64_t start, int64_t count, int64_t limit, int32_t* out);

}  // namespace scprior::h5ad
