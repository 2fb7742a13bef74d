// SPDX-License-Identifier: Apache-2.0
#include "bars.hpp"

#include <cmath>

#include "plan.hpp"
#include "shares.hpp"

namespace scprior::bench {
namespace {

const std::vector<std::string> without_mixture = {"AE", "VAE", "IAF"};

Summary scaled(Summary summary, double factor) {
  return {summary.median * factor, summary.min * factor, summary.max * factor, summary.n};
}

class Bars {
 public:
  Bars(const Samples& samples, const Arguments& arguments) : samples_(samples), arguments_(arguments) {}

  std::vector<Bar> all() {
    against(without_mixture, eager_tuned, 128, 1.8, 2.6);
    against(without_mixture, eager_penalised, 128, 4.5, 6.5);
    against(without_mixture, eager_penalised, 512, 4.3, 6.5);
    against({"VAMP"}, eager_tuned, 128, 2.5, 3.6);
    against({"VAMP"}, eager_penalised, 128, 5, 7);
    against({"VAMP"}, eager_penalised, 512, 7, 10);
    against({"VAE"}, scvi, 128, 4, 6);
    mixture_step(128, 1.6);
    mixture_step(512, 1.25);
    roofline("float32", 75);
    roofline("bf16", 62);
    add({"VAE: peak memory beyond the data", "batch 512", "float32", "GB", false, 0.6,
         {{"VAE", scaled(samples_.of(train_name(ours, "VAE", 512, "float32"), "beyond_data_bytes"), 1e-9)}}});
    if (arguments_.loss_steps > 0)
      for (const std::string& model : arguments_.models) loss(model);
    others();
    return std::move(bars_);
  }

 private:
  void add(Bar bar) {
    if (!arguments_.paper_sizes()) bar.note = "stated for 20000 genes, K = 500";
    bars_.push_back(std::move(bar));
  }

  void against(const std::vector<std::string>& models, const std::string& peer, int64_t batch, double float32,
               double bf16) {
    for (const auto& [precision, bound] : {std::pair<std::string, double>{"float32", float32}, {"bf16", bf16}}) {
      Bar bar{"faster than " + peer, "batch " + std::to_string(batch), precision, "×", true, bound};
      for (const std::string& model : models)
        bar.measured.emplace_back(model, samples_.ratio(train_name(ours, model, batch, precision),
                                                        train_name(peer, model, batch), "cells_per_second"));
      add(std::move(bar));
    }
  }

  void mixture_step(int64_t batch, double bound) {
    add({"step of VAMP against that of VAE", "batch " + std::to_string(batch), "float32", "×", false, bound,
         {{"VAMP", samples_.ratio(train_name(ours, "VAMP", batch, "float32"), train_name(ours, "VAE", batch, "float32"),
                                  "step_seconds")}}});
  }

  void roofline(const std::string& precision, double bound) {
    add({"share of the roofline", "batch 512", precision, "%", true, bound,
         {{"VAE", scaled(shares_of(samples_, arguments_, "VAE", 512, precision).roofline, 100)}}});
  }

  void loss(const std::string& model) {
    const std::vector<double> half = samples_.values(loss_name(model, "bf16"), "validation_loss"),
                              full = samples_.values(loss_name(model, "float32"), "validation_loss");
    Bar bar{"loss after 500 steps: bf16 against float32", "batch 128", "bf16", "relative", false, 1e-3};
    bar.measured = {{model, summarise(combine(half, full, [](double a, double b) { return std::abs(a / b - 1); }))}};
    if (arguments_.loss_steps != 500) bar.note = "here after " + std::to_string(arguments_.loss_steps);
    add(std::move(bar));
  }

  /// A bar that is stated for a number of cells.
  void of_cells(Bar bar, int64_t stated, int64_t cells) {
    if (cells != stated) bar.note = "stated for " + std::to_string(stated) + " cells, here " + std::to_string(cells);
    bars_.push_back(std::move(bar));
  }

  void others() {
    const Summary faster = samples_.ratio(load_name, load_peer_name, "bytes_per_second");
    add({"h5ad read faster than by anndata", "gzip", "", "×", true, 3, {{"", faster}}});
    add({"embed", "20000 genes", "float32", "cells/s", true, 15000,
         {{"VAE", samples_.of(embed_name, "cells_per_second")}}});
    of_cells({"exact silhouette", "128 units", "", "s", false, 8, {{"", samples_.of(metrics_name, "silhouette")}}},
             50000, arguments_.metric_cells());
    of_cells({"metrics, UMAP and report", "VAE", "", "s", false, 90, {{"", samples_.of(report_name, "seconds")}}},
             50000, arguments_.report_cells());
    bars_.push_back({"start of the program to the end of the first step", "pancreas", "float32", "s", false, 1.5,
                     {{"VAE", samples_.of(first_step_name("VAE"), "seconds")},
                      {"VAMP", samples_.of(first_step_name("VAMP"), "seconds")}}});
  }

  const Samples& samples_;
  const Arguments& arguments_;
  std::vector<Bar> bars_;
};

}  // namespace

std::string to_text(Verdict verdict) {
  return verdict == Verdict::met ? "met" : verdict == Verdict::not_met ? "not met" : "not measured";
}

Verdict Bar::verdict() const {
  if (!note.empty()) return Verdict::not_measured;
  bool complete = true;
  for (const auto& [model, summary] : measured) {
    if (summary.n == 0)
      complete = false;
    else if (at_least ? summary.median < bound : summary.median > bound)
      return Verdict::not_met;
  }
  return complete ? Verdict::met : Verdict::not_measured;
}

std::vector<Bar> bars_of(const Samples& samples, const Arguments& arguments) { return Bars(samples, arguments).all(); }

}  // namespace scprior::bench
