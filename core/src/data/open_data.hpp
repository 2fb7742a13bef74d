// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "scprior/core/dataset.hpp"

namespace scprior::core {

/// Rows to read at once, by each thread: so few that those of a sparse matrix stay in the processor's cache.
int64_t block_rows(const DatasetInfo& info);

/// Reads rows [first, last) and checks the loader's answer. Errors: as Loader::read; Error{plugin} a malformed block.
CountBlock read_block(const OpenData& data, int64_t first, int64_t last);

/// What to do about a matrix that is no raw counts: names the file's other matrices with the options that select them,
/// and says which of them hold raw counts.
std::string other_matrices_text(const OpenData& data, const DataConfig& config, const PluginHost& host);

}  // namespace scprior::core
