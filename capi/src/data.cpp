// SPDX-License-Identifier: Apache-2.0
#include "data.hpp"

#include <algorithm>

#include <ATen/core/Tensor.h>

#include "matrix_loader.hpp"
#include "runtime.hpp"
#include "scprior.h"
#include "scprior/core/load_config.hpp"
#include "structs.hpp"
#include "text.hpp"

using namespace scprior;

namespace scprior::capi {

core::DataConfig Data::with_columns(const std::string& label, const std::string& batch) const {
  core::DataConfig named = config;
  named.label = label;
  named.batch = batch;
  return named;
}

bool Data::has(const core::GeneSpace& space) const {
  const auto same = [](const core::Gene& a, const core::Gene& b) { return a.id == b.id && a.symbol == b.symbol; };
  return mapped_ && mapped_->space.name == space.name &&
         std::equal(space.genes.begin(), space.genes.end(), mapped_->space.genes.begin(), mapped_->space.genes.end(),
                    same);
}

core::Dataset Data::recall(const core::DataConfig& named) const {
  for (const std::string& column : {named.label, named.batch})
    if (!column.empty()) core::labels_of(open.info, column);
  core::Dataset dataset = *mapped_;
  dataset.config = named;
  dataset.info = open.info;
  return dataset;
}

const core::Dataset& Data::keep(const core::Dataset& dataset) {
  mapped_ = dataset;
  mapped_->info = {};
  return dataset;
}

core::Dataset Data::in_space(const core::GeneConfig& genes, const std::string& label, const std::string& batch,
                             const core::PluginHost& host) {
  const core::DataConfig named = with_columns(label, batch);
  if (mapped_ && has(core::load_gene_space(genes, open.info))) return recall(named);
  return keep(core::load_dataset(named, open, genes, host));
}

core::Dataset Data::in_space(const core::GeneSpace& space, const std::string& label, const std::string& batch,
                             const core::PluginHost& host) {
  const core::DataConfig named = with_columns(label, batch);
  if (has(space)) return recall(named);
  return keep(core::load_dataset(named, open, space, host));
}

void Data::set_column(Column column) {
  auto& columns = open.info.cells;
  const auto has_name = [&](const Column& other) { return other.name == column.name; };
  const auto same = std::find_if(columns.begin(), columns.end(), has_name);
  if (same == columns.end())
    columns.push_back(std::move(column));
  else
    *same = std::move(column);
}

namespace {

std::vector<std::string> numbered(int64_t n) {
  std::vector<std::string> names;
  for (int64_t i = 1; i <= n; ++i) names.push_back(std::to_string(i));
  return names;
}

std::string column_name(const char* column) {
  std::string name = text_of(column, "column");
  need(!name.empty(), "column is an empty text; a column needs a name");
  return name;
}

}  // namespace
}  // namespace scprior::capi

int32_t scprior_data_new(const scprior_matrix* matrix, const char* const* gene_names, const char* const* cell_names,
                         scprior_data** out) {
  return capi::guarded([&] {
    capi::need(out, "out is NULL");
    constexpr size_t size_1_0 = offsetof(scprior_matrix, owner) + sizeof(void*);
    const auto given = capi::read_struct(matrix, size_1_0, "scprior_matrix");
    const auto loader = std::make_shared<capi::MatrixLoader>(given);
    const auto data = std::make_shared<capi::Data>();
    data->config.name = "data";
    data->open.loader_name = "matrix";
    data->open.info = loader->open("");
    capi::need(gene_names, "gene_names is NULL; genes are matched to those of a model by their names");
    data->open.info.gene_names = capi::texts_of(gene_names, given.n_genes, "gene_names");
    data->open.info.cell_names =
        cell_names ? capi::texts_of(cell_names, given.n_cells, "cell_names") : capi::numbered(given.n_cells);
    data->open.loader = loader;
    *out = capi::handle_of<capi::Data, scprior_data>(data);
    loader->take_over();
  });
}

int32_t scprior_data_open(const char* path, const char* loader, const char* const* settings, int64_t n_settings,
                          scprior_data** out) {
  return capi::guarded([&] {
    capi::need(out, "out is NULL");
    const std::string file = capi::text_of(path, "path");
    std::vector<std::string> given;
    if (loader) given.push_back("loader.type=" + std::string(loader));
    for (const std::string& setting : capi::texts_of(settings, n_settings, "settings"))
      given.push_back("loader." + setting);
    const auto plugins = capi::host();
    const auto data = std::make_shared<capi::Data>();
    data->config = core::fit_from_settings(file, "", given, *plugins).data.front();
    data->open = core::open_data(data->config, *plugins);
    *out = capi::handle_of<capi::Data, scprior_data>(data);
  });
}

int32_t scprior_data_set_labels(scprior_data* handle, const char* column, const int32_t* codes,
                                const char* const* names, int64_t n_names) {
  return capi::guarded([&] {
    const capi::InUse<capi::Data> data(handle);
    Categories labels;
    const std::string name = capi::column_name(column);
    labels.names = capi::texts_of(names, n_names, "names");
    capi::need(codes, "codes is NULL");
    labels.codes.assign(codes, codes + data->open.info.n_cells);
    for (size_t cell = 0; cell < labels.codes.size(); ++cell)
      capi::need(labels.codes[cell] >= -1 && labels.codes[cell] < n_names, "codes[", cell, "] is ", labels.codes[cell],
                 ", must be from 0 to ", n_names - 1, ", or -1 for missing");
    data->set_column({name, std::move(labels)});
  });
}

int32_t scprior_data_set_numbers(scprior_data* handle, const char* column, const double* values) {
  return capi::guarded([&] {
    const capi::InUse<capi::Data> data(handle);
    const std::string name = capi::column_name(column);
    capi::need(values, "values is NULL");
    data->set_column({name, std::vector<double>(values, values + data->open.info.n_cells)});
  });
}

int32_t scprior_data_labels(const scprior_data* handle, const char* column, int32_t* codes, char* buffer,
                            size_t capacity, size_t* needed) {
  return capi::guarded([&] {
    const capi::InUse<capi::Data> data(handle);
    const Labels labels = core::labels_of(data->open.info, capi::column_name(column));
    capi::give_list(labels.names, buffer, capacity, needed);
    if (!codes) return;
    const at::Tensor from = labels.codes.contiguous();
    std::copy_n(from.data_ptr<int64_t>(), from.numel(), codes);
  });
}

int32_t scprior_data_size(const scprior_data* handle, int64_t* n_cells, int64_t* n_genes) {
  return capi::guarded([&] {
    const capi::InUse<capi::Data> data(handle);
    if (n_cells) *n_cells = data->open.info.n_cells;
    if (n_genes) *n_genes = data->open.info.n_genes;
  });
}

int32_t scprior_data_names(const scprior_data* handle, const char* what, char* buffer, size_t capacity,
                           size_t* needed) {
  return capi::guarded([&] {
    const capi::InUse<capi::Data> data(handle);
    const std::string wanted = capi::text_of(what, "what");
    const DatasetInfo& info = data->open.info;
    if (wanted == "cells") return capi::give_list(info.cell_names, buffer, capacity, needed);
    if (wanted == "genes") return capi::give_list(info.gene_names, buffer, capacity, needed);
    if (wanted != "columns")
      fail(Status::argument, "what is \"", wanted, "\"", alternatives(wanted, {"cells", "genes", "columns"}));
    std::vector<std::string> names;
    for (const Column& column : info.cells) names.push_back(column.name);
    capi::give_list(names, buffer, capacity, needed);
  });
}

void scprior_data_free(scprior_data* handle) {
  if (!handle) return;
  capi::guarded([&] { capi::registry<capi::Data>().remove(reinterpret_cast<uintptr_t>(handle)); });
}
