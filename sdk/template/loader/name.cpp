// SPDX-License-Identifier: Apache-2.0
#include "@name@.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "scprior/error.hpp"

using namespace scprior;

namespace {

constexpr float largest_exact = 1 << 24;  // a float holds whole numbers up to here

/// The next line without its end; false at the end of the file.
bool next_line(std::istream& in, std::string& line, const std::string& path) {
  if (!std::getline(in, line)) return false;
  if (in.eof()) fail(Status::data, path, ": its last line has no end: is the file cut off? If not, add a line break");
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

float number(std::string_view text, const std::string& place, const std::string& gene) {
  float value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(std::abs(value) <= largest_exact))
    fail(Status::data, place, ": the count of gene ", gene, " is \"", text, "\"; wanted a number up to 2^24");
  return value;
}

}  // namespace

OptionTable @Name@Loader::options() {
  return {option::choice("separator", {"auto", "tab", "comma"}, "auto",
                         "what stands between fields; auto = a tab if the first line has one, else a comma")};
}

@Name@Loader::@Name@Loader(const Options& options) : separator_(options.text("separator")) {}

bool @Name@Loader::recognises(const std::string& path) const noexcept {
  const std::string_view name = path;
  return name.ends_with(".tsv") || name.ends_with(".csv");
}

std::vector<std::string_view> @Name@Loader::fields(std::string_view line) const {
  std::vector<std::string_view> found;
  for (size_t end; (end = line.find(mark_)) != line.npos; line.remove_prefix(end + 1))
    found.push_back(line.substr(0, end));
  found.push_back(line);
  return found;
}

void @Name@Loader::add_cell(const std::string& place, std::string_view line, DatasetInfo& info) {
  const std::vector<std::string_view> parts = fields(line);
  if (parts.size() != info.gene_names.size() + 1)
    fail(Status::data, place, ": has ", parts.size(), " fields; wanted ", info.gene_names.size() + 1,
         ", as the first line has: is the file cut off, or its separator another?");
  info.cell_names.emplace_back(parts[0]);
  for (size_t gene = 0; gene < info.gene_names.size(); ++gene) {
    const float value = number(parts[gene + 1], place, info.gene_names[gene]);
    if (value == 0) continue;
    cells_.columns.push_back(static_cast<int32_t>(gene));
    cells_.values.push_back(value);
  }
  cells_.row_ptr.push_back(static_cast<int64_t>(cells_.values.size()));
}

DatasetInfo @Name@Loader::open(const std::string& path) {
  std::error_code error;
  std::ifstream in(path);
  std::string line;
  if (!std::filesystem::is_regular_file(path, error) || !in)
    fail(Status::io, path, ": cannot be read: there is no such file, or it may not be opened");
  if (!next_line(in, line, path))
    fail(Status::data, path, ": is empty; wanted a first line with the names of the genes");
  mark_ = separator_ == "tab" || (separator_ == "auto" && line.find('\t') != line.npos) ? '\t' : ',';

  DatasetInfo info;
  info.matrix = "table";
  const std::vector<std::string_view> header = fields(line);
  info.gene_names.assign(header.begin() + 1, header.end());
  if (info.gene_names.empty())
    fail(Status::data, path, ":1: has one field only; wanted names of genes, separated by tabs or commas");
  cells_ = {{0}, {}, {}};
  for (int64_t n = 2; next_line(in, line, path); ++n) add_cell(concat(path, ':', n), line, info);
  if (in.bad()) fail(Status::io, path, ": cannot be read to its end");
  info.n_cells = static_cast<int64_t>(info.cell_names.size());
  info.n_genes = static_cast<int64_t>(info.gene_names.size());
  return info;
}

CountBlock @Name@Loader::read(std::span<const int64_t> rows) const {
  CountBlock block{{0}, {}, {}};
  const int64_t n_cells = static_cast<int64_t>(cells_.row_ptr.size()) - 1;
  for (const int64_t row : rows) {
    if (row < 0 || row >= n_cells) fail(Status::argument, "row ", row, " is not among the ", n_cells, " cells");
    const int64_t from = cells_.row_ptr[static_cast<size_t>(row)], to = cells_.row_ptr[static_cast<size_t>(row) + 1];
    block.columns.insert(block.columns.end(), cells_.columns.begin() + from, cells_.columns.begin() + to);
    block.values.insert(block.values.end(), cells_.values.begin() + from, cells_.values.begin() + to);
    block.row_ptr.push_back(static_cast<int64_t>(block.values.size()));
  }
  return block;
}
