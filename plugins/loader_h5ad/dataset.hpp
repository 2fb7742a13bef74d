// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "file.hpp"
#include "numbers.hpp"
#include "packing.hpp"

namespace scprior::h5ad {

/// An open HDF5 dataset whose claims were checked: its filters are known, and its size fits what it stores.
struct Dataset {
  std::string name;
  Handle id;
  Handle type;
  std::vector<int64_t> extents;    ///< {} = a single value
  std::optional<Packing> packing;  ///< none: HDF5 has to read it

  /// Number of elements, and of those in one slice along the first axis.
  int64_t count() const;
  int64_t slice_size() const;
};

enum class Access {
  whole,    ///< read once, all of it
  by_rows,  ///< read in blocks along the first axis: HDF5 keeps unpacked what the next block may need
};

/// Errors: Error{data} if it is compressed with a filter that is not there, or claims more values than its bytes can
/// hold; Error{io} if damaged.
Dataset open_dataset(const File& file, const std::string& name, Access access = Access::whole);

/// The type of numbers in `dataset`. Errors: Error{data} if it holds none.
NumberType required_number_type(const File& file, const Dataset& dataset);

/// Reads `count` slices along the first axis from `start`, all of the other axes, into memory of the HDF5 type given.
void read_slices(const File& file, const Dataset& dataset, int64_t start, int64_t count, hid_t type, void* out);

}  // namespace scprior::h5ad
