// SPDX-License-Identifier: Apache-2.0
#include "model.hpp"

#include "runtime.hpp"
#include "scprior.h"
#include "scprior/core/load_config.hpp"
#include "scprior/core/model_folder.hpp"
#include "text.hpp"

using namespace scprior;

namespace scprior::capi {

core::TrainedModel& Model::need_trained() {
  need(trained.has_value(), "the model is not trained yet; call scprior_fit() first");
  return *trained;
}

namespace {

using Series = double core::EpochRecord::*;

Series series_of(const std::string& name) {
  static const std::vector<std::pair<std::string, Series>> all = {
      {"train_loss", &core::EpochRecord::train_loss}, {"validation_loss", &core::EpochRecord::validation_loss},
      {"reconstruction", &core::EpochRecord::reconstruction}, {"kl", &core::EpochRecord::kl},
      {"penalty", &core::EpochRecord::penalty}, {"learning_rate", &core::EpochRecord::learning_rate}};
  std::vector<std::string> known;
  for (const auto& [key, member] : all) {
    if (key == name) return member;
    known.push_back(key);
  }
  fail(Status::argument, "series is \"", name, "\"", alternatives(name, known));
}

std::vector<std::string> genes_of(Model& model, std::string core::Gene::* member) {
  std::vector<std::string> texts;
  for (const core::Gene& gene : model.need_trained().model.genes.genes) texts.push_back(gene.*member);
  return texts;
}

}  // namespace
}  // namespace scprior::capi

int32_t scprior_model_new(const char* toml, const char* const* settings, int64_t n_settings, scprior_model** out) {
  return capi::guarded([&] {
    capi::need(out, "out is NULL");
    const auto model = std::make_shared<capi::Model>();
    model->config = core::model_from_settings(capi::text_or_empty(toml),
                                              capi::texts_of(settings, n_settings, "settings"), *capi::host());
    *out = capi::handle_of<capi::Model, scprior_model>(model);
  });
}

int32_t scprior_model_open(const char* folder, scprior_model** out) {
  return capi::guarded([&] {
    capi::need(out, "out is NULL");
    const capi::Computation computation;
    core::SavedModel saved = core::open_model(capi::text_of(folder, "folder"), *capi::host());
    const auto model = std::make_shared<capi::Model>();
    model->config.genes = saved.file.genes;
    model->config.split = saved.file.split;
    model->config.models = {saved.file.model};
    model->trained.emplace();
    model->trained->model = std::move(saved.model);
    model->trained->file = std::move(saved.file);
    *out = capi::handle_of<capi::Model, scprior_model>(model);
  });
}

int32_t scprior_model_save(scprior_model* handle, const char* folder) {
  return capi::guarded([&] {
    const capi::InUse<capi::Model> model(handle);
    const std::string place = capi::text_of(folder, "folder");
    const core::TrainedModel& trained = model->need_trained();
    core::save_model(place, trained.model, trained.file);
  });
}

int32_t scprior_model_cancel(scprior_model* handle) {
  return capi::guarded(
      [&] { capi::registry<capi::Model>().find(reinterpret_cast<uintptr_t>(handle))->cancelled = true; });
}

int32_t scprior_model_history(const scprior_model* handle, const char* series, double* values, int64_t capacity,
                              int64_t* n) {
  return capi::guarded([&] {
    const capi::InUse<capi::Model> model(handle);
    const capi::Series member = capi::series_of(capi::text_of(series, "series"));
    capi::need(capacity >= 0, "capacity is ", capacity, ", must be 0 or more");
    capi::need(values || capacity == 0, "values is NULL, but its capacity is ", capacity);
    const auto& history = model->need_trained().outcome.history;
    const auto size = static_cast<int64_t>(history.size());
    if (n) *n = size;
    for (int64_t i = 0; i < std::min(size, capacity); ++i) values[i] = history[static_cast<size_t>(i)].*member;
  });
}

int32_t scprior_model_size(const scprior_model* handle, int64_t* n_latent, int64_t* n_genes) {
  return capi::guarded([&] {
    const capi::InUse<capi::Model> model(handle);
    const core::Model& trained = model->need_trained().model;
    if (n_latent) *n_latent = trained.config.latent;
    if (n_genes) *n_genes = static_cast<int64_t>(trained.genes.genes.size());
  });
}

int32_t scprior_model_text(const scprior_model* handle, const char* what, char* buffer, size_t capacity,
                           size_t* needed) {
  return capi::guarded([&] {
    const capi::InUse<capi::Model> model(handle);
    const std::string wanted = capi::text_of(what, "what");
    if (wanted == "toml")
      return capi::give_text(core::model_settings_toml(model->config), buffer, capacity, needed);
    if (wanted == "data") return capi::give_text(model->data_text, buffer, capacity, needed);
    if (wanted == "genes") return capi::give_list(capi::genes_of(*model, &core::Gene::id), buffer, capacity, needed);
    if (wanted == "symbols")
      return capi::give_list(capi::genes_of(*model, &core::Gene::symbol), buffer, capacity, needed);
    if (wanted == "label" || wanted == "batch") {
      const core::ModelFile& file = model->need_trained().file;
      return capi::give_text(wanted == "label" ? file.label : file.batch, buffer, capacity, needed);
    }
    fail(Status::argument, "what is \"", wanted, "\"",
         alternatives(wanted, {"toml", "genes", "symbols", "data", "label", "batch"}));
  });
}

void scprior_model_free(scprior_model* handle) {
  if (!handle) return;
  capi::guarded([&] { capi::registry<capi::Model>().remove(reinterpret_cast<uintptr_t>(handle)); });
}
