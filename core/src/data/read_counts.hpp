// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "data/gene_mapping.hpp"
#include "scprior/core/memory_source.hpp"

namespace scprior::core {

/// Reads all cells of a file into memory, in the genes of the space. `report` gets what is counted on the way;
/// `way_out` says what can be done where the matrix is no matrix of raw counts.
/// Errors: as Loader::read; Error{data} values that are no raw counts, or no counts in the space.
std::shared_ptr<MemorySource> read_counts(const OpenData& data, const GeneMapping& mapping, int64_t n_space_genes,
                                          const std::function<std::string()>& way_out, DataReport& report);

}  // namespace scprior::core
