// SPDX-License-Identifier: Apache-2.0
#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <numeric>

#include "commands.hpp"
#include "interrupt.hpp"
#include "open_data.hpp"
#include "output_place.hpp"
#include "scprior/core/embedding_file.hpp"
#include "scprior/core/inference.hpp"
#include "scprior/core/model_folder.hpp"
#include "scprior/core/process.hpp"

namespace scprior::app {

int embed(const EmbedArguments& arguments, core::PluginHost& host) {
  need_file_place(arguments.output, arguments.data);
  core::prepare_process(arguments.threads);
  core::SavedModel saved = core::open_model(arguments.model_folder, host);
  const core::Dataset data =
      core::load_dataset(data_config(arguments.data, arguments.settings, host), saved.model.genes, host);
  fmt::print(stderr, "{}\n", core::describe_dataset(data));
  std::vector<int64_t> rows(data.cells->n_cells());
  std::iota(rows.begin(), rows.end(), 0);
  catch_interrupt();
  const at::Tensor embedding =
      core::embed(saved.model, *data.cells, rows, [](int64_t, int64_t) { return !interrupted(); });
  core::write_embedding(arguments.output, data, embedding, saved.model.config.name);
  fmt::print("{} cells × {} latent units in obsm[\"X_scprior\"] of {}\n", embedding.size(0), embedding.size(1),
             arguments.output);
  return 0;
}

}  // namespace scprior::app
