// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "handles.hpp"
#include "scprior/core/dataset.hpp"

namespace scprior::capi {

/// What a scprior_data leads to: opened counts with their tables, and the counts in the gene space last asked for.
class Data : public Object {
 public:
  static constexpr Kind kind = Kind::data;
  static constexpr const char* name = "scprior_data";

  core::DataConfig config;
  core::OpenData open;

  /// The data in a gene space, with the columns of these names as cell types and batches; "" = none.
  /// Errors: as load_dataset.
  core::Dataset in_space(const core::GeneConfig& genes, const std::string& label, const std::string& batch,
                         const core::PluginHost& host);
  core::Dataset in_space(const core::GeneSpace& space, const std::string& label, const std::string& batch,
                         const core::PluginHost& host);

  /// Adds a column to the table of cells, or replaces it.
  void set_column(Column column);

 private:
  core::DataConfig with_columns(const std::string& label, const std::string& batch) const;
  bool has(const core::GeneSpace& space) const;
  core::Dataset recall(const core::DataConfig& config) const;
  const core::Dataset& keep(const core::Dataset& dataset);

  std::optional<core::Dataset> mapped_;  // without its tables: those are open.info
};

}  // namespace scprior::capi
