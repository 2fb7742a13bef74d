// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "scprior/loader.hpp"

namespace scprior::bench {

/// Counts of made-up cells.
struct SimulatedCells {
  CountBlock counts;
  std::vector<int32_t> clusters;  ///< [N], 0 ... 11
};

/// Negative binomial counts of 12 clusters of cells, as sparse as 10x experiments: 7 % are not 0.
///
/// Gene means are log-normal (standard deviation 2 in log space); 6 % of the genes of a cluster are its markers, with
/// log2 fold changes from N(0, 1.5). Inverse dispersions are Gamma(2, 1.5) + 0.1, cluster sizes Dirichlet(4), library
/// sizes log-normal around an eighth of the number of genes, so that the density does not depend on it (2500 for 20 000
/// genes). The counts depend on the sizes alone. Threads: LibTorch's.
SimulatedCells simulate_cells(int64_t n_cells, int64_t n_genes);

/// Writes them as an h5ad file (compressed; float32 values, as anndata has them) with the column "cell_type".
/// Errors: as core::write_h5ad.
void write_simulated(const std::filesystem::path& file, int64_t n_cells, int64_t n_genes);

/// The name of such a file. It changes with the recipe, so that a kept file is never an outdated one.
std::string simulated_name(int64_t n_cells, int64_t n_genes);

}  // namespace scprior::bench
