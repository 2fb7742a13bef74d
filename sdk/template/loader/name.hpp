// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "scprior/loader.hpp"

/// Reads a table of counts from a text file, one line per cell, with fields separated by tabs or commas.
///
///     first line:  any text, then the names of the genes
///     other lines: name of the cell, then its count of every gene
///
/// Fields are taken as they are, without quotes. The last line ends with a line break, too: a file that was cut off is
/// thus told from a whole one. The table is kept in memory, its zeros are not.
class @Name@Loader : public scprior::Loader {
 public:
  explicit @Name@Loader(const scprior::Options& options);
  static scprior::OptionTable options();

  bool recognises(const std::string& path) const noexcept override;
  scprior::DatasetInfo open(const std::string& path) override;
  scprior::CountBlock read(std::span<const int64_t> rows) const override;

 private:
  std::vector<std::string_view> fields(std::string_view line) const;
  void add_cell(const std::string& place, std::string_view line, scprior::DatasetInfo& info);

  std::string separator_;
  char mark_ = '\t';
  scprior::CountBlock cells_;  ///< all rows
};
