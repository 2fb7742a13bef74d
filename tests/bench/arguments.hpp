// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace scprior::bench {

/// What the command line asks for.
struct Arguments {
  std::string peers;           ///< a Python with torch and anndata, and with scvi-tools where wanted; "" = no peers
  std::filesystem::path data;  ///< folder where simulated files are kept
  std::vector<std::string> models = {"AE", "VAE", "IAF", "VAMP", "VAE-gene-cell"};
  std::vector<int64_t> batches = {128, 512};
  bool quick = false, scaling = false;
  int64_t loss_steps = 0;  ///< 0 = no losses
  int64_t repetitions = 5, tries = 3, cells = 5000, genes = 20000, components = 500, threads = 0;
  double seconds = 2;
  std::vector<std::filesystem::path> outputs;  ///< .json or .tsv

  int64_t load_cells() const { return quick ? cells : 4 * cells; }
  int64_t metric_cells() const { return quick ? 2 * cells : 10 * cells; }
  int64_t umap_cells() const { return quick ? cells : 4 * cells; }
  int64_t report_cells() const { return quick ? cells : 10 * cells; }
  bool paper_sizes() const { return genes == 20000 && components == 500; }
};

}  // namespace scprior::bench
