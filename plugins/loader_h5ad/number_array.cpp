// SPDX-License-Identifier: Apache-2.0
#include "number_array.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "chunk_reader.hpp"
#include "kernels.hpp"
#include "scprior/error.hpp"
#include "scprior/parallel_each.hpp"

namespace scprior::h5ad {

namespace {

/// What HDF5 reads at once where it has to: little, so that it stays in a processor's cache until it is converted.
constexpr int64_t bytes_at_once = 1 << 20;

}  // namespace

/// Reads slices of one band. Of a band that is needed in part all is unpacked and kept: the next block of rows needs
/// the rest.
class NumberArray::Reader {
 public:
  explicit Reader(const NumberArray& array) : array_(&array) {
    if (array.dataset_.packing) chunks_.emplace(*array.file_, array.dataset_);
  }

  /// Slices [begin, end), which are of one band. They stay until the next read.
  const uint8_t* read(int64_t begin, int64_t end) {
    if (!chunks_) return read_by_hdf5(begin, end);
    const int64_t band = begin / array_->band_, first = band * array_->band_;
    const int64_t last = std::min(first + array_->band_, array_->extents()[0]);
    if (begin == first && end == last) return read_band(first, last - first);
    kept_ = array_->cache_->find(band);
    const uint8_t* const bytes =
        kept_->complete([&](int64_t chunk, uint8_t* to) { read_chunk(first, last - first, chunk, to); });
    return bytes + bytes_of(begin - first);
  }

 private:
  size_t bytes_of(int64_t slices) const { return static_cast<size_t>(slices * array_->width() * array_->item_); }

  const uint8_t* read_by_hdf5(int64_t begin, int64_t end) {
    buffer_.resize(bytes_of(end - begin));
    const Session session;
    read_slices(*array_->file_, array_->dataset_, begin, end - begin, memory_type(array_->type_), buffer_.data());
    return buffer_.data();
  }

  const uint8_t* read_band(int64_t first, int64_t slices) {
    if (array_->extents().size() == 1) return unpacked(first, 0);
    buffer_.resize(bytes_of(slices));
    for (int64_t chunk = 0; chunk < array_->chunks_of_band(); ++chunk) read_chunk(first, slices, chunk, buffer_.data());
    return buffer_.data();
  }

  /// Puts one chunk of the band where it belongs among the slices.
  void read_chunk(int64_t first, int64_t slices, int64_t chunk, uint8_t* to) {
    const int64_t chunk_width = array_->chunk_width(), column = chunk * chunk_width, item = array_->item_;
    const uint8_t* from = unpacked(first, column);
    if (chunk_width == array_->width()) {
      std::memcpy(to, from, bytes_of(slices));
      return;
    }
    const size_t length = static_cast<size_t>(std::min(chunk_width, array_->width() - column) * item);
    to += column * item;
    for (int64_t slice = 0; slice < slices; ++slice, from += chunk_width * item, to += bytes_of(1))
      std::memcpy(to, from, length);
  }

  const uint8_t* unpacked(int64_t slice, int64_t column) {
    const hsize_t start[2] = {static_cast<hsize_t>(slice), static_cast<hsize_t>(column)};
    return chunks_->read({start, array_->extents().size()});
  }

  const NumberArray* array_;
  std::optional<ChunkReader> chunks_;
  std::vector<uint8_t> buffer_;
  std::shared_ptr<Band> kept_;
};

NumberArray::NumberArray(const File& file, const std::string& name)
    : file_(&file),
      dataset_(open_dataset(file, name, Access::by_rows)),
      type_(required_number_type(file, dataset_)),
      item_(static_cast<int64_t>(H5Tget_size(memory_type(type_)))) {
  if (extents().empty() || extents().size() > 2)
    fail(Status::data, file.path(), ": ", name, " has ", extents().size(),
         " axes, expected a list or a table of numbers");
  const int64_t slice_bytes = std::max<int64_t>(1, width() * item_);
  band_ = dataset_.packing ? dataset_.packing->chunk[0] : std::max<int64_t>(1, bytes_at_once / slice_bytes);
  if (dataset_.packing) cache_ = std::make_unique<BandCache>(band_ * slice_bytes, chunks_of_band());
}

int64_t NumberArray::chunk_width() const {
  return extents().size() == 1 ? 1 : dataset_.packing->chunk[1];
}

int64_t NumberArray::chunks_of_band() const {
  return (width() + chunk_width() - 1) / chunk_width();
}

void NumberArray::read(int64_t start, int64_t count, const Take& take) const {
  if (count == 0 || width() == 0) return;
  const int64_t end = start + count, first_band = start / band_, n_bands = (end - 1) / band_ - first_band + 1;
  parallel_each(
      n_bands, [&] { return Reader(*this); },
      [&](Reader& reader, int64_t i) {
        const int64_t from = std::max(start, (first_band + i) * band_);
        const int64_t to = std::min(end, (first_band + i + 1) * band_);
        take(reader.read(from, to), from - start, to - from);
      });
}

void NumberArray::read_floats(int64_t start, int64_t count, float* out) const {
  read(start, count, [&](const void* values, int64_t first, int64_t slices) {
    if (!to_floats(type_, values, slices * width(), out + first * width())) refuse_inexact(values, slices * width());
  });
}

void NumberArray::read_places(int64_t start, int64_t count, int64_t limit, int32_t* out) const {
  read(start, count, [&](const void* values, int64_t first, int64_t slices) {
    if (to_places(type_, values, slices, limit, out + first)) return;
    int64_t place = 0;
    const auto inside = [&](double number) { return number >= 0 && number < static_cast<double>(limit); };
    while (inside(number_at(type_, values, place))) ++place;
    fail(Status::data, file_->path(), ": ", dataset_.name, " holds ", number_text(type_, values, place),
         ", but the matrix ends at ", limit - 1, "; the file is damaged, write it again");
  });
}

void NumberArray::refuse_inexact(const void* values, int64_t n) const {
  for (int64_t place = 0; place < n; ++place)
    if (const double size = std::abs(number_at(type_, values, place)); size > largest_exact && std::isfinite(size))
      fail(Status::data, file_->path(), ": ", dataset_.name, " holds the value ", number_text(type_, values, place),
           "; counts above 16777216 cannot be held exactly. Are these counts of reads or molecules?");
  fail(Status::internal, dataset_.name, ": no value above 16777216");
}

}  // namespace scprior::h5ad
