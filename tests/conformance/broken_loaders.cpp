// SPDX-License-Identifier: Apache-2.0
// Loaders with planted mistakes. The names of components say what is wrong; see planted_bugs.tsv.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "scprior/plugin.hpp"

namespace scprior::toy {
namespace {

/// A correct loader to spoil. The file: "toycounts CELLS GENES ENTRIES", then a line "cell gene count" for each entry,
/// ordered, then "end".
class Triplets : public Loader {
 public:
  bool recognises(const std::string& path) const noexcept override {
    try {
      std::ifstream file(path);
      std::string word;
      return !std::filesystem::is_directory(path) && file >> word && word == "toycounts";
    } catch (...) {
      return false;
    }
  }

  DatasetInfo open(const std::string& path) override {
    std::ifstream file(path);
    std::string word;
    int64_t n_entries = 0;
    if (std::filesystem::is_directory(path) || !file) fail(Status::io, path, ": no such file, or it is a folder");
    if (!(file >> word >> info_.n_cells >> info_.n_genes >> n_entries) || word != "toycounts")
      fail(Status::io, path, ": it does not start with toycounts");
    rows_.resize(info_.n_cells);
    for (int64_t cell, gene, entry = 0; entry < n_entries; ++entry) {
      float count;
      if (!(file >> cell >> gene >> count)) fail(Status::io, path, ": truncated");
      rows_.at(cell).emplace_back(gene, count);
    }
    if (!(file >> word) || word != "end") fail(Status::io, path, ": truncated");
    for (int64_t cell = 0; cell < info_.n_cells; ++cell) info_.cell_names.push_back(concat("cell", cell));
    for (int64_t gene = 0; gene < info_.n_genes; ++gene) info_.gene_names.push_back(concat("gene", gene));
    info_.matrix = "counts";
    return info_;
  }

  CountBlock read(std::span<const int64_t> rows) const override {
    CountBlock block{{0}, {}, {}};
    for (const int64_t row : rows) {
      if (row < 0 || row >= info_.n_cells) fail(Status::argument, "cell ", row, " of ", info_.n_cells);
      append(block, rows_[row]);
    }
    return block;
  }

 protected:
  using Row = std::vector<std::pair<int32_t, float>>;
  static void append(CountBlock& block, const Row& row) {
    for (const auto& [gene, count] : row) {
      block.columns.push_back(gene);
      block.values.push_back(count);
    }
    block.row_ptr.push_back(static_cast<int64_t>(block.columns.size()));
  }
  DatasetInfo info_;
  std::vector<Row> rows_;
};

class ColumnsNotSorted : public Triplets {
  CountBlock read(std::span<const int64_t> rows) const override {
    CountBlock block = Triplets::read(rows);
    for (size_t row = 0; row + 1 < block.row_ptr.size(); ++row) {
      std::reverse(block.columns.begin() + block.row_ptr[row], block.columns.begin() + block.row_ptr[row + 1]);
      std::reverse(block.values.begin() + block.row_ptr[row], block.values.begin() + block.row_ptr[row + 1]);
    }
    return block;
  }
};

/// One buffer for all threads.
class SharedBuffer : public Triplets {
  CountBlock read(std::span<const int64_t> rows) const override {
    CountBlock block{{0}, {}, {}};
    for (const int64_t row : rows) {
      if (row < 0 || row >= info_.n_cells) fail(Status::argument, "cell ", row, " of ", info_.n_cells);
      current_ = row;
      std::this_thread::sleep_for(std::chrono::microseconds(20));  // as reading from a disk would take
      append(block, rows_[current_]);
    }
    return block;
  }
  mutable volatile int64_t current_ = 0;
};

/// As they stand in the file, whatever the order asked for.
class RowsInFileOrder : public Triplets {
  CountBlock read(std::span<const int64_t> rows) const override {
    std::vector<int64_t> sorted(rows.begin(), rows.end());
    std::sort(sorted.begin(), sorted.end());
    return Triplets::read(sorted);
  }
};

class RepetitionsDropped : public Triplets {
  CountBlock read(std::span<const int64_t> rows) const override {
    std::vector<int64_t> once(rows.begin(), rows.end());
    once.erase(std::unique(once.begin(), once.end()), once.end());
    return Triplets::read(once);
  }
};

class OutOfRangeIsLastRow : public Triplets {
  CountBlock read(std::span<const int64_t> rows) const override {
    std::vector<int64_t> inside(rows.begin(), rows.end());
    for (int64_t& row : inside) row = std::clamp<int64_t>(row, 0, info_.n_cells - 1);
    return Triplets::read(inside);
  }
};

/// No rows, no answer.
class EmptyReadRefused : public Triplets {
  CountBlock read(std::span<const int64_t> rows) const override {
    if (rows.empty()) return {};
    return Triplets::read(rows);
  }
};

class TruncatedFileAccepted : public Triplets {
  DatasetInfo open(const std::string& path) override {
    try {
      return Triplets::open(path);
    } catch (const Error&) {
      return info_;
    }
  }
};

class ErrorWithoutPath : public Triplets {
  DatasetInfo open(const std::string& path) override {
    try {
      return Triplets::open(path);
    } catch (const Error&) {
      fail(Status::io, "the file cannot be read");
    }
  }
};

class ErrorOfAnotherKind : public Triplets {
  DatasetInfo open(const std::string& path) override {
    if (!std::filesystem::exists(path)) throw std::invalid_argument(path);
    return Triplets::open(path);
  }
};

class RecognisesEverything : public Triplets {
  bool recognises(const std::string&) const noexcept override { return true; }
};

class NamesMissing : public Triplets {
  DatasetInfo open(const std::string& path) override {
    DatasetInfo info = Triplets::open(path);
    info.gene_names.pop_back();
    return info;
  }
};

class CategoryWithoutName : public Triplets {
  DatasetInfo open(const std::string& path) override {
    DatasetInfo info = Triplets::open(path);
    info.cells.push_back({"batch", Categories{std::vector<int32_t>(info.n_cells, 2), {"a", "b"}}});
    return info;
  }
};

template <class C>
ComponentSpec bug(const char* name) {
  return component<C>({.name = name, .summary = "a planted mistake", .citation = "none"});
}

}  // namespace
}  // namespace scprior::toy

using namespace scprior::toy;

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "broken_loaders",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               bug<Triplets>("right_triplets"), bug<ColumnsNotSorted>("columns_not_sorted"),
               bug<SharedBuffer>("shared_buffer"), bug<RowsInFileOrder>("rows_in_file_order"),
               bug<RepetitionsDropped>("repetitions_dropped"), bug<OutOfRangeIsLastRow>("out_of_range_is_last_row"),
               bug<EmptyReadRefused>("empty_read_refused"), bug<TruncatedFileAccepted>("truncated_file_accepted"),
               bug<ErrorWithoutPath>("error_without_path"), bug<ErrorOfAnotherKind>("error_of_another_kind"),
               bug<RecognisesEverything>("recognises_everything"), bug<NamesMissing>("names_missing"),
               bug<CategoryWithoutName>("category_without_name"));
