// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <fmt/format.h>

#include "commands.hpp"
#include "open_data.hpp"
#include "output_place.hpp"
#include "scprior/core/embedding_file.hpp"
#include "scprior/core/inference.hpp"
#include "scprior/core/model_folder.hpp"
#include "scprior/core/process.hpp"

namespace scprior::app {
namespace {

/// Library sizes of the new cells: drawn from the cells of a data set, or all the same.
at::Tensor library_sizes(const SampleArguments& arguments, const core::SavedModel& saved,
                         const core::PluginHost& host) {
  if (arguments.library_from.empty()) return at::full({arguments.n}, arguments.library, at::kFloat);
  const core::Dataset data = core::load_dataset(data_config(arguments.library_from, {}, host), saved.model.genes, host);
  const at::Generator draw = core::make_generator(
      core::stream_seed(static_cast<uint64_t>(arguments.seed), core::RandomStream::library), at::kCPU);
  const at::Tensor chosen =
      at::randint(data.cells->n_cells(), {arguments.n}, draw, at::TensorOptions(at::kLong)).contiguous();
  return data.cells->read({chosen.data_ptr<int64_t>(), static_cast<size_t>(arguments.n)}).row_sums();
}

}  // namespace

int sample(const SampleArguments& arguments, core::PluginHost& host) {
  need_file_place(arguments.output, arguments.library_from);
  core::prepare_process(arguments.threads);
  core::SavedModel saved = core::open_model(arguments.model_folder, host);
  const CountMatrix counts =
      core::sample_cells(saved.model, library_sizes(arguments, saved, host), static_cast<uint64_t>(arguments.seed));
  core::write_sampled_cells(arguments.output, counts, saved.model.genes, saved.model.config.name);
  fmt::print("{} cells × {} genes drawn from prior \"{}\" in {}\n", counts.rows(), counts.columns(),
             saved.model.config.prior.type, arguments.output);
  return 0;
}

}  // namespace scprior::app
