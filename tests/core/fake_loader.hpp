// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "scprior/core/dataset.hpp"

namespace scprior::core::test {

using CountRows = std::vector<std::vector<float>>;  ///< [cells][genes]

/// What the loader "fake" finds under a path: dense matrices by name.
struct FakeFile {
  DatasetInfo info;  // n_cells, n_genes, matrix and other_matrices are filled in by make_file
  std::map<std::string, CountRows> matrices;
};

/// The files there are. Zeros are stored explicitly, as a loader may.
std::map<std::string, FakeFile>& fake_files();

/// A file with one matrix, "X", and names cell1, cell2, ...
FakeFile make_file(const std::vector<std::string>& genes, const CountRows& counts);

/// A host that knows the loader "fake", which has an option `layer` and `gene_column`, and recognises files ending in
/// .fake.
const PluginHost& fake_host();

/// Registers the file and names it: loader "fake", path `name`.
DataConfig fake_config(const FakeFile& file, const std::string& name = "data.fake");

/// load_dataset of the file: into `space`, or into the gene space of that name.
Dataset load(const FakeFile& file, const GeneSpace& space);
Dataset load(const FakeFile& file, const std::string& space = "dataset");

/// Text of the Error that `body` throws, of the given status; anything else fails the test.
std::string error_of(Status status, const std::function<void()>& body);

}  // namespace scprior::core::test
