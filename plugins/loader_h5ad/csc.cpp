// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <variant>

#include "kernels.hpp"
#include "matrix.hpp"
#include "row_lists.hpp"
#include "scprior/parallel.hpp"

namespace scprior::h5ad {

namespace {

constexpr int64_t entries_at_once = 1 << 16;
/// Fewer are not worth a thread: every thread that takes part keeps something for each row.
constexpr int64_t entries_of_thread = 1 << 20;

/// Columns in the order of the file: no row can be had without reading all. The first read turns the matrix into rows,
/// which stay in memory: 4 bytes an entry, or 8 if 16 bits are too few for a count or a column.
class CscMatrix : public Matrix {
 public:
  CscMatrix(const File& file, const std::string& path) : Matrix(file, path) {
    std::tie(rows_, columns_) = sparse_shape(file, path);
    parts_ = open_compressed(file, path, columns_);
  }

 private:
  /// By the first entry that they hold: columns ascend from one to the next.
  template <class Entry>
  using Turned = std::map<int64_t, RowLists<Entry>>;

  CountBlock read_ascending(std::span<const int64_t> rows) const override {
    std::call_once(turned_once_, [&] {
      if (columns_ > largest_short + 1 || !turn<ShortEntry>()) turn<Entry>();
    });
    return std::visit([&](const auto& turned) { return gather(turned, rows); }, turned_);
  }

  /// False if an entry does not fit.
  template <class Entry>
  bool turn() const {
    Turned<Entry> turned;
    std::mutex mutex;
    std::atomic<bool> fits = true;
    parallel_for(0, parts_.starts.back(), entries_of_thread, [&](int64_t first, int64_t last) {
      RowLists<Entry> lists(rows_);
      for (int64_t start = first; start < last && fits; start += entries_at_once)
        if (!append(start, std::min(start + entries_at_once, last), lists)) fits = false;
      lists.finish();
      const std::lock_guard lock(mutex);
      turned.emplace(first, std::move(lists));
    });
    if (fits) turned_ = std::move(turned);
    return fits;
  }

  template <class Entry>
  bool append(int64_t start, int64_t end, RowLists<Entry>& lists) const {
    std::vector<int32_t> rows(static_cast<size_t>(end - start));
    std::vector<float> values(rows.size());
    parts_.indices.read_places(start, end - start, rows_, rows.data());
    parts_.values.read_floats(start, end - start, values.data());
    if (std::is_same_v<Entry, ShortEntry> && !are_shorts(values.data(), end - start)) return false;
    const auto& starts = parts_.starts;
    int64_t column = std::upper_bound(starts.begin(), starts.end(), start) - starts.begin() - 1;
    for (int64_t entry = start; entry < end; ++column)
      for (const int64_t stop = std::min(starts[column + 1], end); entry < stop; ++entry)
        lists.append(rows[entry - start], {static_cast<decltype(Entry::column)>(column),
                                           static_cast<decltype(Entry::value)>(values[entry - start])});
    return true;
  }

  template <class Entry>
  CountBlock gather(const Turned<Entry>& turned, std::span<const int64_t> rows) const {
    CountBlock block;
    block.row_ptr = {0};
    for (const int64_t row : rows) {
      block.row_ptr.push_back(block.row_ptr.back());
      for (const auto& [first, lists] : turned) block.row_ptr.back() += lists.length(row);
    }
    block.columns.resize(static_cast<size_t>(block.row_ptr.back()));
    block.values.resize(block.columns.size());
    int64_t place = 0;
    for (const int64_t row : rows)
      for (const auto& [first, lists] : turned) {
        lists.copy(row, block.columns.data() + place, block.values.data() + place);
        place += lists.length(row);
      }
    return block;
  }

  Compressed parts_;
  mutable std::once_flag turned_once_;
  mutable std::variant<Turned<ShortEntry>, Turned<Entry>> turned_;
};

}  // namespace

std::unique_ptr<Matrix> open_csc(const File& file, const std::string& path) {
  return std::make_unique<CscMatrix>(file, path);
}

}  // namespace scprior::h5ad
