// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/count_matrix.hpp"

namespace scprior {

/// The entries of `csr` by columns. They may come in any order within a row.
ColumnPattern transpose_pattern(const Csr& csr);

}  // namespace scprior
