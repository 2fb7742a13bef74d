// SPDX-License-Identifier: Apache-2.0
#include "chunk_reader.hpp"

#include <algorithm>

#include "byte_planes.hpp"
#include "scprior/error.hpp"

namespace scprior::h5ad {

namespace {

/// No packer makes a chunk twice as large.
constexpr int64_t largest_growth = 2;

}  // namespace

const uint8_t* ChunkReader::read(std::span<const hsize_t> start) {
  values_.resize(static_cast<size_t>(dataset_->packing->bytes()));
  if (fetch(start)) return unpack(start);
  let_hdf5_read(start);
  return values_.data();
}

/// False if the file has no such chunk.
bool ChunkReader::fetch(std::span<const hsize_t> start) {
  const Session session;
  hsize_t size = 0;
  if (H5Dget_chunk_storage_size(dataset_->id, start.data(), &size) < 0 || size == 0) return false;
  if (size > static_cast<hsize_t>(largest_growth * dataset_->packing->bytes() + 64)) damaged(start);
  packed_.resize(size);
  file_->check(H5Dread_chunk(dataset_->id, H5P_DEFAULT, start.data(), &left_out_, packed_.data()), dataset_->name);
  return true;
}

/// What was never written has the value that the dataset says.
void ChunkReader::let_hdf5_read(std::span<const hsize_t> start) {
  const Session session;
  const std::vector<int64_t>& chunk = dataset_->packing->chunk;
  std::vector<hsize_t> size(chunk.begin(), chunk.end()), origin(chunk.size(), 0), inside;
  for (size_t axis = 0; axis < chunk.size(); ++axis)
    inside.push_back(std::min(size[axis], static_cast<hsize_t>(dataset_->extents[axis]) - start[axis]));
  const Handle in_file = file_->good(H5Dget_space(dataset_->id), dataset_->name);
  const Handle in_memory =
      file_->good(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), dataset_->name);
  file_->check(H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, inside.data(), nullptr),
               dataset_->name);
  file_->check(H5Sselect_hyperslab(in_memory, H5S_SELECT_SET, origin.data(), nullptr, inside.data(), nullptr),
               dataset_->name);
  file_->check(H5Dread(dataset_->id, dataset_->type, in_memory, in_file, H5P_DEFAULT, values_.data()), dataset_->name);
}

const uint8_t* ChunkReader::unpack(std::span<const hsize_t> start) {
  const Packing& packing = *dataset_->packing;
  const auto used = [&](const std::optional<unsigned>& filter) { return filter && !(left_out_ >> *filter & 1); };
  const bool shuffled = used(packing.shuffle);
  if (shuffled) planes_.resize(values_.size());
  std::vector<uint8_t>& unpacked = shuffled ? planes_ : values_;
  if (used(packing.deflate)) {
    if (!inflater_.unpack(packed_, unpacked)) damaged(start);
  } else {
    if (packed_.size() != unpacked.size()) damaged(start);
    unpacked.swap(packed_);
  }
  if (shuffled)
    join_byte_planes(planes_.data(), static_cast<size_t>(packing.elements()), static_cast<size_t>(packing.item),
                     values_.data());
  return values_.data();
}

void ChunkReader::damaged(std::span<const hsize_t> start) const {
  std::string place;
  for (const hsize_t element : start) place += (place.empty() ? "" : ", ") + std::to_string(element);
  file_->damaged(dataset_->name, concat("the chunk that begins at element ", place, " does not unpack to ",
                                        dataset_->packing->bytes(), " bytes"));
}

}  // namespace scprior::h5ad
