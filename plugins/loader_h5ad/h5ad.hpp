// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "scprior/loader.hpp"

namespace scprior::h5ad {

/// Reads AnnData's .h5ad files, versions 0.6 to 0.12.
///
/// Counts are read in blocks of rows when they are asked for, only a matrix stored by columns (CSC) is turned into rows
/// at the first read and kept. The file stays open.
class H5adLoader : public Loader {
 public:
  static OptionTable options();

  /// Errors: Error{config} if both a layer and raw are asked for.
  explicit H5adLoader(const Options& options);
  ~H5adLoader() override;

  bool recognises(const std::string& path) const noexcept override;
  DatasetInfo open(const std::string& path) override;
  CountBlock read(std::span<const int64_t> rows) const override;

 private:
  struct State;

  std::string layer_;
  bool raw_;
  std::string gene_column_;
  std::unique_ptr<State> state_;
};

}  // namespace scprior::h5ad
