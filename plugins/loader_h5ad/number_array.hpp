// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "band_cache.hpp"
#include "dataset.hpp"

namespace scprior::h5ad {

/// A dataset of numbers along one or two axes, read by slices along the first. What it reads it unpacks on all threads,
/// where the dataset has a packing; else HDF5 reads, one thread at a time. Any number of threads may read, none within
/// a Session.
class NumberArray {
 public:
  NumberArray() = default;
  /// Needs a Session. Errors: as open_dataset; Error{data} if it holds no numbers, or has no or more than two axes.
  NumberArray(const File& file, const std::string& name);

  const std::vector<int64_t>& extents() const { return dataset_.extents; }
  int64_t count() const { return dataset_.count(); }
  int64_t width() const { return dataset_.slice_size(); }
  NumberType type() const { return type_; }
  int64_t item() const { return item_; }  ///< bytes of a number

  /// Calls take(values, first, slices) for pieces of the slices [start, start + count), on several threads and in no
  /// order. `values` are of type(), `first` counts from `start`. Errors: Error{io} if the file is damaged.
  using Take = std::function<void(const void* values, int64_t first, int64_t slices)>;
  void read(int64_t start, int64_t count, const Take& take) const;

  /// Reads slices as floats. Errors: as read; Error{data} for a finite value beyond 2^24, which a float may not hold
  /// exactly.
  void read_floats(int64_t start, int64_t count, float* out) const;

  /// Reads slices of whole numbers. Errors: as read; Error{data} if one is outside [0, limit).
  void read_places(int64_t start, int64_t count, int64_t limit, int32_t* out) const;

  /// Error{data}: one of the values, which read() handed on, is beyond 2^24.
  [[noreturn]] void refuse_inexact(const void* values, int64_t n) const;

 private:
  class Reader;
  int64_t chunk_width() const;
  int64_t chunks_of_band() const;

  const File* file_ = nullptr;
  Dataset dataset_;
  NumberType type_ = NumberType::f32;
  int64_t item_ = 1;
  int64_t band_ = 1;  ///< slices that are read together
  std::unique_ptr<BandCache> cache_;
};

}  // namespace scprior::h5ad
