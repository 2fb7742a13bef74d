// SPDX-License-Identifier: Apache-2.0
#include "silhouette.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "distance_sums.hpp"
#include "scprior/cell_statistics.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"
#include "stratified_sample.hpp"

namespace scprior {
namespace {

using Better = MetricValue::Better;

/// The cells of one label.
struct CellType {
  std::string name;
  std::vector<int64_t> cells;
  int64_t used = 0;  ///< how many of them are compared: all, or those of a sample
};

MetricResult undefined(const std::string& note) {
  return {{{"", std::numeric_limits<double>::quiet_NaN(), Better::higher, note}}, {}};
}

/// The labels that occur, with their cells. Cells without a label are left out.
std::vector<CellType> cell_types(const Labels& labels, int64_t n_cells) {
  check_shape("the label codes", labels.codes, {n_cells});
  std::vector<CellType> types;
  for (const std::string& name : labels.names) types.push_back({name, {}});
  const at::Tensor codes = labels.codes.to(at::kLong).contiguous();
  const int64_t* code = codes.const_data_ptr<int64_t>();
  for (int64_t cell = 0; cell < n_cells; ++cell) {
    if (code[cell] < -1 || code[cell] >= static_cast<int64_t>(types.size()))
      fail(Status::argument, "cell ", cell, " has the label code ", code[cell], ", wanted -1 (missing) to ",
           static_cast<int64_t>(types.size()) - 1);
    if (code[cell] >= 0) types[code[cell]].cells.push_back(cell);
  }
  std::erase_if(types, [](const CellType& type) { return type.cells.empty(); });
  return types;
}

/// Mean silhouette of the cells [first, first + size of type `own`) of `sums`.
double mean_silhouette(const at::Tensor& sums, const std::vector<CellType>& types, size_t own, int64_t first) {
  const int64_t n_types = sums.size(1), n_own = types[own].used;
  if (n_own == 1) return 0;
  double total = 0;
  for (int64_t cell = first; cell < first + n_own; ++cell) {
    const double* sum = sums.const_data_ptr<double>() + cell * n_types;
    const double a = sum[own] / static_cast<double>(n_own - 1);
    double b = std::numeric_limits<double>::infinity();
    for (size_t other = 0; other < types.size(); ++other)
      if (other != own) b = std::min(b, sum[other] / static_cast<double>(types[other].used));
    const double larger = std::max(a, b);
    if (larger > 0) total += (b - a) / larger;
  }
  return total / static_cast<double>(n_own);
}

}  // namespace

Silhouette::Silhouette(const Options& options) : max_cells_(options.integer("max_cells")) {}

OptionTable Silhouette::options() {
  return {option::integer("max_cells", 100000,
                          "labelled cells up to which the value is exact, beyond: a sample of that size")
              .at_least(2)};
}

MetricResult Silhouette::evaluate(const Evaluation& evaluation) {
  if (!evaluation.labels()) return undefined("no cell types given: name their obs column");
  const int64_t n_cells = evaluation.n_cells();
  check_finite_cells("the latent mean", evaluation.latent_mean());
  std::vector<CellType> types = cell_types(*evaluation.labels(), n_cells);
  if (types.size() < 2) return undefined(concat("needs at least two cell types among the cells, got ", types.size()));

  int64_t labelled = 0;
  for (const CellType& type : types) labelled += static_cast<int64_t>(type.cells.size());
  std::vector<int64_t> rows, starts = {0};  // cells ordered by type
  for (CellType& type : types) {
    const std::vector<int64_t> used =
        labelled <= max_cells_ ? type.cells : sample_cells(evaluation.latent_mean(), type.cells, max_cells_, labelled);
    type.used = static_cast<int64_t>(used.size());
    rows.insert(rows.end(), used.begin(), used.end());
    starts.push_back(static_cast<int64_t>(rows.size()));
  }
  const at::Tensor points = evaluation.latent_mean().detach().index_select(0, at::tensor(rows)).to(at::kDouble);
  const at::Tensor sums = distance_sums(points, starts);  // [rows, types]

  const std::string sampled = labelled <= max_cells_ ? ""
                                                     : concat("estimated from ", rows.size(), " of ", labelled,
                                                              " cells, drawn within cell types");
  double mean = 0;
  MetricResult result;
  result.values.push_back({});
  std::vector<double> per_type;
  std::vector<std::string> names;
  for (size_t own = 0; own < types.size(); ++own) {
    const double value = mean_silhouette(sums, types, own, starts[own]);
    mean += value * static_cast<double>(types[own].cells.size()) / static_cast<double>(labelled);
    const std::string& note = types[own].cells.size() == 1 ? "a single cell: 0 by definition" : sampled;
    result.values.push_back({types[own].name, value, Better::higher, note});
    per_type.push_back(value);
    names.push_back(types[own].name);
  }
  result.values[0] = {"", mean, Better::higher, sampled};
  result.arrays = {{"per_type", at::tensor(per_type, at::kDouble), names}};
  return result;
}

}  // namespace scprior
