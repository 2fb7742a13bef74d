// SPDX-License-Identifier: Apache-2.0
#include "evaluate.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "ordered_sum.hpp"
#include "scprior/error.hpp"
#include "scprior/parallel_each.hpp"

namespace scprior::output {
namespace {

[[noreturn]] void refuse(const Task& task, int64_t entry) {
  const Csr& counts = task.counts;
  const int64_t* row_ptr = counts.row_ptr.data_ptr<int64_t>();
  const int64_t row = std::upper_bound(row_ptr, row_ptr + counts.row_ptr.size(0), entry) - row_ptr - 1;
  const double count = counts.values[entry].item<double>();
  if (count >= 0 && std::isfinite(count))
    fail(Status::argument, "likelihood ", task.name, ": the columns of row ", row,
         " of the batch do not ascend without repetition; a Csr's must (gene ", counts.columns[entry].item<int>(), ")");
  fail(Status::data, "likelihood ", task.name, ": the count of gene ", counts.columns[entry].item<int>(), " in row ",
       row, " of the batch is ", count,
       "; counts must be 0 or more, and finite. Use raw counts, not normalised or scaled values.");
}

/// The gradient of h is summed over the tiles of each group, then over the groups: the same for any number of threads.
constexpr int64_t most_groups = 32;

template <class T>
class Evaluation {
 public:
  Evaluation(const Task& task, const at::Tensor& row_weight, Precision precision, bool gradients)
      : task_(task),
        gradients_(gradients),
        n_genes_(task.counts.n_columns),
        rows_(task.h.size(0)),
        tiles_(n_genes_),
        groups_(std::min(tiles_.count, most_groups)),
        row_weight_(row_weight.defined() ? row_weight.data_ptr<T>() : nullptr),
        tile_log_prob_(at::empty({tiles_.count, rows_}, at::kDouble)),
        invalid_(tiles_.count, -1) {
    for (size_t i = 0; i < 3; ++i) {
      const Layer& layer = task.layers[i];
      if (!layer.exists()) continue;
      if (layer.is_linear()) out_.products[i] = make_products(layer, task.h, gradients, precision);
      bias_[i] = layer.bias.detach().expand({n_genes_}).contiguous();
      if (gradients) out_.bias_gradients[i] = at::empty({n_genes_}, task.h.options());
    }
    if (gradients) h_gradient_.emplace(groups_, out_.products[0]->input_gradient_shape(), task.h.options());
  }

  Evaluated run() {
    parallel_each(
        groups_, [&] { return make_scratch(); },
        [&](const Logits& scratch, int64_t group) { do_group(group, scratch); });
    int64_t found = -1;
    for (const int64_t entry : invalid_)
      if (entry >= 0 && (found < 0 || entry < found)) found = entry;
    if (found >= 0) refuse(task_, found);
    out_.log_prob = tile_log_prob_.sum(0);
    if (gradients_) out_.h_gradient = h_gradient_->sum().narrow(0, 0, rows_).narrow(1, 0, task_.h.size(1));
    return std::move(out_);
  }

 private:
  using Logits = std::array<at::Tensor, 3>;

  Logits make_scratch() const {
    Logits scratch;
    for (size_t i = 0; i < 3; ++i)
      if (out_.products[i]) scratch[i] = out_.products[i]->make_scratch();
    return scratch;
  }

  /// Groups with a tile more than others come first, so that no thread begins one when the others are nearly done.
  int64_t first_tile(int64_t group) const {
    return group * (tiles_.count / groups_) + std::min(group, tiles_.count % groups_);
  }

  void do_group(int64_t group, const Logits& scratch) {
    const at::Tensor sum = gradients_ ? h_gradient_->make_part() : at::Tensor();
    const int64_t first = first_tile(group), last = first_tile(group + 1);
    for (int64_t i = first; i < last; ++i) do_tile(tiles_.at(i), scratch, sum, i == first);
    if (gradients_) h_gradient_->add(group, sum);
  }

  void do_tile(const Tile& tile, const Logits& scratch, const at::Tensor& sum, bool first) {
    Logits logits;
    for (size_t i = 0; i < 3; ++i)
      if (out_.products[i]) logits[i] = out_.products[i]->logits(tile, scratch[i]);
    invalid_[tile.index] = (*task_.kernel)(block_of(tile, logits));
    if (!gradients_) return;
    for (size_t i = 0; i < 3; ++i) {
      if (!out_.products[i]) continue;
      out_.products[i]->add_input_gradient(tile, logits[i], sum, first && i == 0);
      out_.products[i]->keep(tile, logits[i]);
      add_up_columns(tile, logits[i], out_.bias_gradients[i].template data_ptr<T>() + tile.first);
    }
  }

  kernels::CountBlock<T> block_of(const Tile& tile, const Logits& logits) {
    const Csr& counts = task_.counts;
    const auto parameter = [&](size_t i) {
      kernels::CountParameter<T> out;
      if (!bias_[i].defined()) return out;
      const T* const bias = bias_[i].template data_ptr<T>() + tile.first;
      if (logits[i].defined()) {
        out.cells = logits[i].template data_ptr<T>();
        out.bias = bias;
      } else {
        out.genes = bias;
        if (gradients_) out.gene_gradient = out_.bias_gradients[i].template data_ptr<T>() + tile.first;
      }
      return out;
    };
    kernels::CountBlock<T> block;
    block.counts = {counts.row_ptr.data_ptr<int64_t>(), counts.columns.data_ptr<int32_t>(),
                    counts.values.data_ptr<T>(), counts.row_ptr.size(0) - 1, n_genes_};
    block.first_gene = tile.first;
    block.n_genes = tile.genes();
    block.row_stride = tiles_.size;
    block.log_size = task_.log_size.data_ptr<T>();
    block.n_rows = rows_;
    block.first_row = task_.first_row;
    const kernels::CountParameter<T> mean = parameter(0);
    block.mean = mean.cells;
    block.bias = mean.bias;
    block.dispersion = parameter(1);
    block.inflation = parameter(2);
    block.row_weight = row_weight_;
    block.log_prob = tile_log_prob_.data_ptr<double>() + tile.index * rows_;
    block.gradients = gradients_;
    return block;
  }

  void add_up_columns(const Tile& tile, const at::Tensor& d, T* out) const {
    const T* row = d.data_ptr<T>();
    std::fill(out, out + tile.genes(), T(0));
    for (int64_t r = 0; r < rows_; ++r, row += tiles_.size) {
      const T weight = row_weight_ ? row_weight_[r] : T(1);
      for (int64_t g = 0; g < tile.genes(); ++g) out[g] += weight * row[g];
    }
  }

  const Task& task_;
  const bool gradients_;
  const int64_t n_genes_, rows_;
  const Tiles tiles_;
  const int64_t groups_;
  const T* row_weight_;
  std::array<at::Tensor, 3> bias_;  // [G] by layer: added to the logits, or the parameter itself
  at::Tensor tile_log_prob_;        // [tiles, R]
  std::vector<int64_t> invalid_;    // by tile: the first entry that is no count, or -1
  std::optional<OrderedSum> h_gradient_;
  Evaluated out_;
};

Evaluated run(const Task& task, const at::Tensor& row_weight, Precision precision, bool gradients) {
  if (task.h.scalar_type() == at::kDouble)
    return Evaluation<double>(task, row_weight, Precision::float32, gradients).run();
  return Evaluation<float>(task, row_weight, precision, gradients).run();
}

}  // namespace

at::Tensor log_prob_of(const Task& task) { return run(task, {}, TrainingScope::precision(), false).log_prob; }

Evaluated evaluate(const Task& task, const at::Tensor& row_weight, Precision precision) {
  return run(task, row_weight, precision, true);
}

}  // namespace scprior::output
