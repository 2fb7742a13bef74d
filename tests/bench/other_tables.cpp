// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "machine.hpp"
#include "plan.hpp"
#include "rounds.hpp"
#include "scprior/error.hpp"
#include "tables.hpp"
#include "text.hpp"

namespace scprior::bench {
namespace {

core::ResultTable limits(const Samples& samples) {
  core::ResultTable table = make_table("What this machine reaches", "Through LibTorch; of the best shape of a product.",
                                       {""}, {"rate", "unit"});
  const auto row = [&](const char* what, const char* quantity, const char* unit) {
    add_row(table, {what}, {with_range(samples.of(limits_name, quantity), 0, 1e-9), unit});
  };
  row("matrix product, float32", "gemm_float32", "GFLOP/s");
  row("matrix product, bf16", "gemm_bf16", "GFLOP/s");
  row("copy, read + written", "copy", "GB/s");
  row("update in place, read + written", "update", "GB/s");
  return table;
}

core::ResultTable everything_else(const Samples& samples, const Arguments& arguments) {
  core::ResultTable table =
      make_table("Loading, embedding, metrics, report", "", {"what", "cells"}, {"measured", "unit"});
  const auto row = [&](const std::string& what, int64_t cells, const std::string& text, const std::string& unit) {
    add_row(table, {what, cells > 0 ? concat(cells) : ""}, {text, unit});
  };
  const int64_t loaded = arguments.load_cells(), scored = arguments.metric_cells();
  row("load h5ad (gzip)", loaded, with_range(samples.of(load_name, "seconds"), 2), "s");
  row("load h5ad (gzip), uncompressed bytes", loaded, with_range(samples.of(load_name, "bytes_per_second"), 0, 1e-6),
      "MB/s");
  if (!arguments.peers.empty())
    row("the same with anndata.read_h5ad", loaded, with_range(samples.of(load_peer_name, "bytes_per_second"), 0, 1e-6),
        "MB/s");
  row("embed, VAE", arguments.cells, with_range(samples.of(embed_name, "cells_per_second"), 0), "cells/s");
  for (const char* metric : {"silhouette", "active_units", "principal_components", "latent_covariance"})
    row(concat(metric, ", 128 units"), scored, with_range(samples.of(metrics_name, metric), 2), "s");
  row("UMAP, 128 units", arguments.umap_cells(), with_range(samples.of(umap_name, "seconds"), 1), "s");
  row("all metrics, UMAP and report of a VAE", arguments.report_cells(),
      with_range(samples.of(report_name, "seconds"), 1), "s");
  for (const char* model : {"VAE", "VAMP"})
    row(concat("start to end of first step, pancreas, ", model), 0,
        with_range(samples.of(first_step_name(model), "seconds"), 2), "s");
  return table;
}

/// Each size against the first: what is linear grows as the size does.
core::ResultTable scaling(const Samples& samples, const std::string& title, const std::vector<Size>& sizes) {
  core::ResultTable table = make_table(title, "VAE, float32, batch 128.", {"cells", "genes"},
                                       {"size|× first", "step|ms", "pass|s", "pass|× first", "peak|GB", "data|GB",
                                        "beyond data|GB"});
  const auto pass = [&](const Size& size) {
    const Summary step = samples.of(scaling_name(size.cells, size.genes), "step_seconds");
    return step.median * static_cast<double>(size.cells) / 128;
  };
  const auto entries = [](const Size& size) {
    return static_cast<double>(size.cells) * static_cast<double>(size.genes);
  };
  for (const Size& size : sizes) {
    const std::string task = scaling_name(size.cells, size.genes);
    add_row(table, {concat(size.cells), concat(size.genes)},
            {fmt::format("{:.2f}", entries(size) / entries(sizes.front())),
             with_range(samples.of(task, "step_seconds"), 1, 1e3), fmt::format("{:.1f}", pass(size)),
             fmt::format("{:.2f}", pass(size) / pass(sizes.front())), plain(samples.of(task, "peak_bytes"), 2, 1e-9),
             plain(samples.of(task, "data_bytes"), 2, 1e-9), plain(samples.of(task, "beyond_data_bytes"), 2, 1e-9)});
  }
  return table;
}

core::ResultTable losses(const Samples& samples, const Arguments& arguments) {
  core::ResultTable table = make_table(concat("Loss after ", arguments.loss_steps, " steps, batch 128"),
                                       "Nats per cell, penalties included.", {"model", "precision"},
                                       {"training", "validation", "against float32|relative"});
  for (const std::string& model : arguments.models)
    for (const std::string& precision : precisions) {
      const Summary validation = samples.of(loss_name(model, precision), "validation_loss"),
                    full = samples.of(loss_name(model, "float32"), "validation_loss");
      add_row(table, {model, precision},
              {plain(samples.of(loss_name(model, precision), "train_loss"), 3), plain(validation, 3),
               validation.n * full.n > 0 ? fmt::format("{:.1e}", std::abs(validation.median / full.median - 1)) : "-"});
    }
  return table;
}

/// How many repetitions there are, and in how many of them other processes used the machine.
std::string quietness(const Samples& samples) {
  int64_t all = 0, disturbed = 0;
  for (const auto& [task, quantities] : samples.all())
    for (const double share : samples.values(task, others_share)) {
      ++all;
      if (share > disturbed_share) ++disturbed;
    }
  return concat(disturbed, " of ", all, " repetitions");
}

std::string measured_text(const Bar& bar) {
  const int digits = bar.unit == "×" || bar.unit == "GB" || bar.unit == "s" ? 2 : 0;
  std::string text;
  for (const auto& [model, summary] : bar.measured)
    text += concat(text.empty() ? "" : ", ", model.empty() ? "" : model + " ",
                   bar.unit == "relative" && summary.n > 0 ? fmt::format("{:.1e}", summary.median)
                                                           : plain(summary, digits));
  return text;
}

}  // namespace

std::vector<core::Fact> conditions(const Samples& samples, const Arguments& arguments) {
  std::vector<core::Fact> facts = core::this_machine();
  facts.push_back({"Instruction sets", processor_features()});
  facts.push_back({"Threads", concat(arguments.threads)});
  for (const core::Fact& fact : core::standard_versions()) facts.push_back(fact);
  for (const auto& [name, value] : samples.facts()) facts.push_back({name, value});
  facts.push_back({"Data", concat(arguments.cells, " cells, ", arguments.genes, " genes, simulated")});
  facts.push_back({"Repetitions", concat(arguments.repetitions)});
  facts.push_back({"Disturbed", quietness(samples)});
  return facts;
}

std::vector<core::ResultTable> other_tables(const Samples& samples, const Arguments& arguments) {
  std::vector<core::ResultTable> tables = {limits(samples), everything_else(samples, arguments)};
  if (arguments.scaling) {
    tables.push_back(scaling(samples, "Cost against cells", sizes_by_cells(arguments)));
    tables.push_back(scaling(samples, "Cost against genes", sizes_by_genes(arguments)));
  }
  if (arguments.loss_steps > 0) tables.push_back(losses(samples, arguments));
  return tables;
}

core::ResultTable bars_table(const std::vector<Bar>& bars, const Samples& samples) {
  const std::string caption = concat("Medians. Disturbed by other processes: ", quietness(samples), ".");
  core::ResultTable table = make_table("Bars", caption, {"what", "condition", "precision"},
                                       {"bar", "measured", "unit", "verdict"});
  for (const Bar& bar : bars)
    add_row(table, {bar.what, bar.condition, bar.precision},
            {fmt::format("{} {:g}", bar.at_least ? "≥" : "≤", bar.bound), measured_text(bar), bar.unit,
             to_text(bar.verdict()) + (bar.note.empty() ? "" : " (" + bar.note + ")")});
  return table;
}

}  // namespace scprior::bench
