// SPDX-License-Identifier: Apache-2.0
#include "h5ad.hpp"

#include <algorithm>

#include "hdf5.hpp"
#include "inspect.hpp"
#include "matrix.hpp"
#include "scprior/error.hpp"
#include "scprior/options.hpp"
#include "table.hpp"

namespace scprior::h5ad {

namespace {

/// Where a matrix and the table of its genes lie.
struct Place {
  std::string matrix;
  std::string genes;
  std::string shown;  ///< as users know it
};

std::vector<Place> places_of(const File& file) {
  std::vector<Place> places;
  if (file.has("X")) places.push_back({"X", "var", "X"});
  for (const std::string& layer : file.children("layers"))
    places.push_back({"layers/" + layer, "var", "layers/" + layer});
  for (const char* const raw : {"raw/", "raw."})  // with a dot before AnnData 0.7
    if (file.has(std::string(raw) + "X")) places.push_back({std::string(raw) + "X", std::string(raw) + "var", "raw/X"});
  return places;
}

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

std::vector<std::string> shown_names(const std::vector<Place>& places) {
  std::vector<std::string> names;
  for (const Place& place : places) names.push_back(place.shown);
  return names;
}

/// ". Did you mean NAME?" or "".
std::string suggestion(const std::string& name, const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(name, known);
  return nearest.empty() ? "" : ". Did you mean " + nearest + "?";
}

Place chosen_place(const File& file, const std::vector<Place>& places, const std::string& wanted) {
  for (const Place& place : places)
    if (place.shown == wanted) return place;
  const std::vector<std::string> names = shown_names(places);
  fail(Status::data, file.path(), ": there is no ", wanted, "; the file offers ", joined(names),
       suggestion(wanted, names), wanted == "X" ? ". Choose one by the options layer or raw" : "");
}

std::vector<std::string> gene_names(const File& file, const std::string& path, const Table& genes,
                                    const std::string& column) {
  if (column.empty() || column == genes.index) return genes.names;
  std::vector<std::string> known{genes.index};
  for (const Column& candidate : genes.columns) {
    if (candidate.name == column) return texts_of(candidate);
    known.push_back(candidate.name);
  }
  fail(Status::data, file.path(), ": gene_column = \"", column, "\": ", path, " has no such column; it has ",
       joined(known), suggestion(column, known));
}

void require_shape(const File& file, const Matrix& matrix, const Place& place, int64_t n_cells, int64_t n_genes) {
  if (matrix.rows() == n_cells && matrix.columns() == n_genes) return;
  const std::string shape = concat(matrix.rows(), " x ", matrix.columns());
  if (matrix.rows() == n_genes && matrix.columns() == n_cells)
    fail(Status::data, file.path(), ": ", place.shown, " is transposed: it has the shape ", shape, ", but there are ",
         n_cells, " cells (obs) and ", n_genes, " genes (", place.genes,
         "). In Python: anndata.AnnData(X=matrix.T, obs=obs, var=var).write_h5ad(...)");
  fail(Status::data, file.path(), ": ", place.shown, " has the shape ", shape, ", but there are ", n_cells,
       " cells (obs) and ", n_genes, " genes (", place.genes, "); the file is damaged, write it again with anndata");
}

bool is_named_h5ad(const std::string& path) {
  std::string end = path.size() < 5 ? "" : path.substr(path.size() - 5);
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return std::tolower(c); });
  return end == ".h5ad";
}

}  // namespace

struct H5adLoader::State {
  explicit State(const std::string& path) : file(path) {}
  File file;
  std::unique_ptr<Matrix> matrix;
};

OptionTable H5adLoader::options() {
  return {
      option::text("layer", "", "read this layer instead of X"),
      option::boolean("raw", false, "read raw/X, with its own genes, instead of X"),
      option::text("gene_column", "", "column of var that names the genes; empty = its index"),
  };
}

H5adLoader::H5adLoader(const Options& options)
    : layer_(options.text("layer")), raw_(options.boolean("raw")), gene_column_(options.text("gene_column")) {
  if (raw_ && !layer_.empty())
    fail(Status::config, "loader h5ad: layer = \"", layer_, "\" and raw = true exclude each other; choose one");
}

H5adLoader::~H5adLoader() {
  const Session session;
  state_.reset();
}

bool H5adLoader::recognises(const std::string& path) const noexcept {
  try {
    if (is_named_h5ad(path)) return true;
    if (!has_hdf5_signature(path)) return false;
    const Session session;
    const File file(path);
    return file.has("X") && file.has("obs");
  } catch (...) {
    return false;
  }
}

DatasetInfo H5adLoader::open(const std::string& path) {
  require_hdf5(path);
  const Session session;
  auto state = std::make_unique<State>(path);
  const File& file = state->file;
  require_anndata(file);

  const std::vector<Place> places = places_of(file);
  const Place place = chosen_place(file, places, raw_ ? "raw/X" : layer_.empty() ? "X" : "layers/" + layer_);
  DatasetInfo info;
  Table cells = read_table(file, "obs", info.notes);
  Table genes = read_table(file, place.genes, info.notes);
  state->matrix = open_matrix(file, place.matrix);
  info.n_cells = static_cast<int64_t>(cells.names.size());
  info.n_genes = static_cast<int64_t>(genes.names.size());
  require_shape(file, *state->matrix, place, info.n_cells, info.n_genes);

  info.gene_names = gene_names(file, place.genes, genes, gene_column_);
  info.cell_names = std::move(cells.names);
  info.cells = std::move(cells.columns);
  for (Column& column : genes.columns)
    if (is_text(column)) info.genes.push_back({column.name, texts_of(std::move(column))});
  if (!gene_column_.empty() && gene_column_ != genes.index) info.genes.push_back({genes.index, std::move(genes.names)});
  info.matrix = place.shown;
  for (const Place& other : places)
    if (other.shown != place.shown) info.other_matrices.push_back(other.shown);
  state_ = std::move(state);
  return info;
}

CountBlock H5adLoader::read(std::span<const int64_t> rows) const {
  if (!state_) fail(Status::argument, "loader h5ad: read before open");
  const int64_t n_rows = state_->matrix->rows();
  for (const int64_t row : rows)
    if (row < 0 || row >= n_rows)
      fail(Status::argument, state_->file.path(), ": cell ", row, " asked for, but there are ", n_rows, " cells");
  return state_->matrix->read(rows);
}

}  // namespace scprior::h5ad
