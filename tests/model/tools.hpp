// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/core/fit.hpp"
#include "scprior/core/memory_source.hpp"
#include "scprior/core/plugin_host.hpp"

namespace scprior::test {

/// The shipped plugins, loaded once.
const core::PluginHost& shipped_plugins();

/// A choice with the component's defaults, but for what is given.
core::ComponentChoice choose(scprior_kind kind, const std::string& type, std::map<std::string, OptionValue> given = {});

/// A small model: widths 32 and 16, 6 latent units, learning rate 1e-3.
core::ModelConfig small_model(const std::string& prior, const std::string& flow,
                              std::map<std::string, OptionValue> prior_options = {});

/// Cells of three types that differ in a third of the genes each; Poisson counts. Cell 0 is empty.
std::shared_ptr<core::MemorySource> three_types(int64_t n_cells, int64_t n_genes);

core::GeneSpace numbered_genes(int64_t n_genes);

/// 80 % training, 10 % validation, 10 % test, in order.
core::Split in_order(int64_t n_cells);

std::vector<int64_t> all_rows(const core::CellSource& cells);

}  // namespace scprior::test
