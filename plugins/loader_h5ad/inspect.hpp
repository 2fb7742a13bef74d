// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "file.hpp"

namespace scprior::h5ad {

/// True if the file starts as HDF5 files do (or its signature stands at 512, 1024, 2048, ...).
bool has_hdf5_signature(const std::string& path);

/// Errors: Error{io} that says what stands at `path` instead of an HDF5 file.
void require_hdf5(const std::string& path);

/// Errors: Error{data} that says what kind of HDF5 file it is, if it does not have the tables and a matrix of AnnData.
void require_anndata(const File& file);

}  // namespace scprior::h5ad
