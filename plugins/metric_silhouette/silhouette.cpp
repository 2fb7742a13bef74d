// SPDX-License-Identifier: Apache-2.0
#include "silhouette.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "distance_sums.hpp"
#include "scprior/cell_statistics.hpp"
#include "scprior/error.hpp"
#include "scprior/parallel.hpp"
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

/// Silhouettes of cells from their sums of distances [cells, types]; own[i] is the type of cell i.
void silhouettes(const at::Tensor& sums, const std::vector<CellType>& types, const int64_t* own, double* out) {
  const int64_t n_types = sums.size(1);
  parallel_for(0, sums.size(0), 256, [&](int64_t first, int64_t last) {
    for (int64_t cell = first; cell < last; ++cell) {
      const double* sum = sums.const_data_ptr<double>() + cell * n_types;
      const int64_t n_own = types[own[cell]].used;
      double b = std::numeric_limits<double>::infinity();
      for (int64_t other = 0; other < n_types; ++other)
        if (other != own[cell]) b = std::min(b, sum[other] / static_cast<double>(types[other].used));
      const double a = n_own > 1 ? sum[own[cell]] / static_cast<double>(n_own - 1) : 0;
      const double larger = std::max(a, b);
      out[cell] = n_own > 1 && larger > 0 ? (b - a) / larger : 0;
    }
  });
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
  std::vector<int64_t> own;
  for (size_t i = 0; i < types.size(); ++i) own.insert(own.end(), types[i].used, static_cast<int64_t>(i));
  std::vector<double> scores(rows.size());
  distance_sums(points, starts, [&](int64_t first, const at::Tensor& sums) {
    silhouettes(sums, types, own.data() + first, scores.data() + first);
  });

  const std::string sampled = labelled <= max_cells_ ? ""
                                                     : concat("estimated from ", rows.size(), " of ", labelled,
                                                              " cells, drawn within cell types");
  double mean = 0;
  MetricResult result;
  result.values.push_back({});
  std::vector<double> per_type;
  std::vector<std::string> names;
  for (size_t i = 0; i < types.size(); ++i) {
    const CellType& type = types[i];
    const double sum = std::accumulate(scores.begin() + starts[i], scores.begin() + starts[i + 1], 0.0);
    const double value = sum / static_cast<double>(type.used);
    mean += value * static_cast<double>(type.cells.size()) / static_cast<double>(labelled);
    const std::string& note = type.cells.size() == 1 ? "a single cell: 0 by definition" : sampled;
    result.values.push_back({type.name, value, Better::higher, note});
    per_type.push_back(value);
    names.push_back(type.name);
  }
  result.values[0] = {"", mean, Better::higher, sampled};
  result.arrays = {{"per_type", at::tensor(per_type, at::kDouble), names}};
  return result;
}

}  // namespace scprior
