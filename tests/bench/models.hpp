// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "measure.hpp"
#include "roofline.hpp"
#include "scprior/core/dataset.hpp"

namespace scprior::bench {

/// The four models of the paper, and the VAE with a dispersion for each gene and cell. "AE", "VAE", ...
const std::vector<std::string>& model_names();
inline const std::string two_heads = "VAE-gene-cell";

/// Settings of the paper's training, as of the command line: the genes of the file, one dispersion per gene unless the
/// name says otherwise, learning rate 5e-5, L1 and L2 penalties 5e-4.
std::vector<std::string> model_settings(const MeasureArguments& arguments);

/// The same model as the roofline sees it.
Network network_of(const std::string& model, int64_t batch, int64_t genes, double nonzeros_per_cell,
                   int64_t components);

/// A configuration with its data, read from the file.
struct Prepared {
  core::ExperimentConfig config;
  core::Dataset data;
};
Prepared prepare(const MeasureArguments& arguments, const core::PluginHost& host);

/// Training cells of which all batches are full, so that all steps cost the same; at most 512 cells of validation.
/// Errors: Error{argument} fewer cells than a batch.
core::Split whole_batches(int64_t n_cells, int64_t batch);

}  // namespace scprior::bench
