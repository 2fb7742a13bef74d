// SPDX-License-Identifier: Apache-2.0
#include "models.hpp"
#include "plan.hpp"
#include "scprior/error.hpp"
#include "shares.hpp"
#include "tables.hpp"
#include "text.hpp"

namespace scprior::bench {
namespace {

std::vector<std::string> speed_cells(const Samples& samples, const std::string& task) {
  return {with_range(samples.of(task, "cells_per_second"), 0), plain(samples.of(task, "step_seconds"), 1, 1e3),
          plain(samples.of(task, "peak_bytes"), 2, 1e-9), plain(samples.of(task, "beyond_data_bytes"), 2, 1e-9)};
}

core::ResultTable own_training(const Samples& samples, const Arguments& arguments) {
  core::ResultTable table =
      make_table("Training with scprior",
                 concat("Gene dispersion unless said otherwise, L1 and L2 penalties, ", arguments.genes, " genes, K = ",
                        arguments.components, ". Medians over repetitions, (smallest-largest)."),
                 {"model", "batch", "precision"},
                 {"cells/s", "step|ms", "peak|GB", "beyond data|GB", "of roofline|%", "of GEMM|%"});
  for (const std::string& model : arguments.models)
    for (const int64_t batch : arguments.batches)
      for (const std::string& precision : precisions) {
        std::vector<std::string> cells = speed_cells(samples, train_name(ours, model, batch, precision));
        const Shares shares = shares_of(samples, arguments, model, batch, precision);
        cells.push_back(with_range(shares.roofline, 0, 100));
        cells.push_back(plain(shares.gemm, 0, 100));
        add_row(table, {model, concat(batch), precision}, cells);
      }
  return table;
}

core::ResultTable peer_training(const Samples& samples, const Arguments& arguments) {
  core::ResultTable table =
      make_table("Training with peers",
                 "float32. --reg: with the penalties as terms of the loss; the others have none. tuned: fused Adam and "
                 "an allocator that keeps memory.",
                 {"program", "model", "batch"}, {"cells/s", "step|ms", "peak|GB", "beyond data|GB"});
  for (const std::string& program : {eager, eager_penalised, eager_tuned, scvi})
    for (const std::string& model : arguments.models)
      for (const int64_t batch : arguments.batches) {
        const std::string task = train_name(program, model, batch);
        if (samples.has(task) || samples.failures().contains(task))
          add_row(table, {program, model, concat(batch)}, speed_cells(samples, task));
      }
  return table;
}

core::ResultTable ratios(const Samples& samples, const Arguments& arguments) {
  core::ResultTable table = make_table("scprior against its peers",
                                       "Ratios of cells/s within a repetition; scprior with penalties.",
                                       {"model", "batch", "precision"}, {eager, eager_penalised, eager_tuned, scvi});
  for (const std::string& model : arguments.models)
    for (const int64_t batch : arguments.batches)
      for (const std::string& precision : precisions) {
        std::vector<std::string> cells;
        for (const std::string& peer : {eager, eager_penalised, eager_tuned, scvi})
          cells.push_back(with_range(samples.ratio(train_name(ours, model, batch, precision),
                                                   train_name(peer, model, batch), "cells_per_second"),
                                     2));
        if (model != two_heads) add_row(table, {model, concat(batch), precision}, cells);
      }
  return table;
}

}  // namespace

std::vector<core::ResultTable> training_tables(const Samples& samples, const Arguments& arguments) {
  std::vector<core::ResultTable> tables = {own_training(samples, arguments)};
  if (!arguments.peers.empty()) {
    tables.push_back(peer_training(samples, arguments));
    tables.push_back(ratios(samples, arguments));
  }
  return tables;
}

}  // namespace scprior::bench
