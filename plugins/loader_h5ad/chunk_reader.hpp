// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "dataset.hpp"
#include "inflater.hpp"

namespace scprior::h5ad {

/// Reads chunks of a dataset that has a packing. Only the reading of the packed bytes takes a Session: several readers
/// unpack side by side. For one thread at a time.
class ChunkReader {
 public:
  ChunkReader(const File& file, const Dataset& dataset) : file_(&file), dataset_(&dataset) {}

  /// All elements of the chunk that begins at element `start` [axes], also those beyond the edge of the dataset, of
  /// which nothing is known. They stay until the next read. Errors: Error{io} if the file is damaged.
  const uint8_t* read(std::span<const hsize_t> start);

 private:
  bool fetch(std::span<const hsize_t> start);
  void let_hdf5_read(std::span<const hsize_t> start);
  const uint8_t* unpack(std::span<const hsize_t> start);
  [[noreturn]] void damaged(std::span<const hsize_t> start) const;

  const File* file_;
  const Dataset* dataset_;
  Inflater inflater_;
  std::vector<uint8_t> packed_, planes_, values_;
  uint32_t left_out_ = 0;  ///< bit n: the chunk was not put through filter n
};

}  // namespace scprior::h5ad
