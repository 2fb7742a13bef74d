// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/model_folder.hpp"

#include <ATen/ATen.h>

#include "io/read_file.hpp"
#include "io/replace_file.hpp"
#include "model/safetensors.hpp"
#include "scprior/core/gene_space.hpp"

namespace scprior::core {
namespace {

namespace fs = std::filesystem;

constexpr const char* model_name = "model.toml";
constexpr const char* weights_name = "weights.safetensors";
constexpr const char* genes_name = "genes.tsv";
constexpr const char* strangers =
    "; the files of this folder are not of one model, take the whole folder from its source again";

/// Puts the stored tensors into the model. Shapes must agree, unless the module lets the saved model decide.
void load_weights(Model& model, NamedTensors tensors, const fs::path& path) {
  for (const Module::Entry& entry : model.entries()) {
    const auto found = tensors.find(entry.name);
    if (found == tensors.end()) fail(Status::data, path.string(), ": tensor ", entry.name, " is missing", strangers);
    const at::Tensor& stored = found->second;
    if (stored.scalar_type() != entry.tensor->scalar_type())
      fail(Status::data, path.string(), ": tensor ", entry.name, " has type ", at::toString(stored.scalar_type()),
           ", expected ", at::toString(entry.tensor->scalar_type()), strangers);
    if (!entry.traits.shape_from_data && stored.sizes() != entry.tensor->sizes())
      fail(Status::data, path.string(), ": tensor ", entry.name, " has shape ", stored.sizes(),
           ", expected ", entry.tensor->sizes(), strangers);
    at::Tensor value = stored;
    if (entry.traits.trainable) value.set_requires_grad(true);
    *entry.tensor = value;
    tensors.erase(found);
  }
  if (!tensors.empty())
    fail(Status::data, path.string(), ": tensor ", tensors.begin()->first, " is of no component of this model",
         strangers);
  for (const Model::Part& part : model.parts()) part.module->loaded();
}

/// What is wrong with a model's description is wrong with data, not with what the user configured.
ModelFile read_description(const fs::path& path, const PluginHost& host) {
  try {
    return read_model_toml(read_file(path), path.string(), host);
  } catch (const Error& error) {
    if (error.status() != Status::config) throw;
    throw Error(Status::data, error.what());
  }
}

}  // namespace

void save_model(const fs::path& folder, const Model& model, const ModelFile& file) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(Status::io, folder.string(), ": the folder cannot be made (", error.message(), ")");
  NamedTensors tensors;
  for (const Module::Entry& entry : model.entries()) tensors.emplace(entry.name, *entry.tensor);
  write_genes(folder / genes_name, model.genes);
  write_safetensors(folder / weights_name, tensors);
  replace_file(folder / model_name, {write_model_toml(file)});  // last: without it the folder is no model
}

SavedModel open_model(const fs::path& folder, const PluginHost& host) {
  if (!fs::is_directory(folder))
    fail(Status::io, folder.string(), fs::exists(folder) ? ": is a file" : ": there is no such folder",
         "; a model is a folder with ", model_name, ", ", weights_name, " and ", genes_name);
  for (const char* name : {model_name, weights_name, genes_name})
    if (!fs::is_regular_file(folder / name))
      fail(Status::io, folder.string(), ": is no complete model folder: ", name, " is missing");
  SavedModel saved;
  saved.file = read_description(folder / model_name, host);
  const GeneSpace genes = read_genes(folder / genes_name, saved.file.genes.space);
  if (static_cast<int64_t>(genes.genes.size()) != saved.file.n_genes)
    fail(Status::data, (folder / genes_name).string(), ": holds ", genes.genes.size(),
         " genes, the model was trained on ", saved.file.n_genes, strangers);
  saved.model = build_model(saved.file.model, genes, host, static_cast<uint64_t>(saved.file.seed));
  load_weights(saved.model, read_safetensors(folder / weights_name), folder / weights_name);
  saved.model.prepare_prior();
  return saved;
}

}  // namespace scprior::core
