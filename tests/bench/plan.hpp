// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "arguments.hpp"

namespace scprior::bench {

/// One configuration, measured by one process per repetition.
struct Task {
  std::string name;
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
  int64_t repetitions = 1;
};

struct Plan {
  std::vector<Task> preparations;  ///< simulate the files that are missing
  std::vector<Task> tasks;
};
Plan plan_of(const Arguments& arguments);

// Names of tasks, by which the tables find them.

inline const std::string ours = "scprior";
inline const std::string eager = "PyTorch", eager_penalised = "PyTorch --reg", eager_tuned = "PyTorch tuned",
                         scvi = "scvi-tools";

/// precision: "" for peers, which compute in float32.
std::string train_name(const std::string& program, const std::string& model, int64_t batch,
                       const std::string& precision = "");
std::string scaling_name(int64_t cells, int64_t genes);
std::string loss_name(const std::string& model, const std::string& precision);
std::string first_step_name(const std::string& model);
inline const std::string limits_name = "limits", load_name = "load", load_peer_name = "load anndata",
                         embed_name = "embed VAE", metrics_name = "metrics", umap_name = "umap", report_name = "report";

/// Of scprior's training.
inline const std::vector<std::string> precisions = {"float32", "bf16"};
/// Sizes that --scaling measures: cells by genes, growing from the first of each list.
struct Size {
  int64_t cells, genes;
};
std::vector<Size> sizes_by_cells(const Arguments& arguments);
std::vector<Size> sizes_by_genes(const Arguments& arguments);

}  // namespace scprior::bench
