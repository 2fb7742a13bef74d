// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scprior/core/gene_space.hpp"

namespace scprior::core {

/// A gene's name without surrounding white space, and with control characters, which would break tables, made '_'.
std::string clean_gene_name(std::string_view name);
bool is_clean_gene_name(std::string_view name);

/// The genes of a list: one per line, or columns separated by tab or comma. A header is known by the names of its
/// columns (gene_id, gene_symbol, ...); without one the first column is the id and the second, if any, the symbol.
/// Blank lines and lines that start with # are skipped. `where` starts the messages. Errors: Error{config} no gene, a
/// line without a name, a gene twice.
std::vector<Gene> parse_gene_list(const std::string& text, const std::string& where);

}  // namespace scprior::core
