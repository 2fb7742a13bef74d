// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scprior/core/dataset.hpp"
#include "scprior/core/results.hpp"

namespace scprior::core {

/// A line of a list of facts: {"LibTorch", "2.13.0"}.
struct Fact {
  std::string name, value;
};

/// A data set of the experiment as the report describes it.
struct DataSummary {
  std::string name;
  std::string file;  ///< name of the file
  DataReport report;
};

struct ReportInput {
  std::string title;
  std::vector<FitRecord> records;
  std::vector<DataSummary> data;
  std::string configuration;           ///< the resolved configuration, TOML
  std::vector<Fact> versions;          ///< see standard_versions(), then a line for each plugin
  std::vector<Fact> machine;           ///< see this_machine(), then threads and device
  std::vector<std::string> citations;  ///< of the components used; the paper and repeated ones need not be named
};

/// Versions of scprior, of LibTorch and of the compiler.
SCPRIOR_API std::vector<Fact> standard_versions();

/// Operating system, processor, cores and memory. What cannot be found out is left out.
SCPRIOR_API std::vector<Fact> this_machine();

/// The report as one HTML file that needs nothing else: tables, figures and their data, configuration and versions.
/// `parts` is the folder of its style sheet and scripts.
/// Errors: Error{io}: a part is missing.
SCPRIOR_API std::string report_html(const ReportInput& input, const std::filesystem::path& parts);

/// Writes the report with the parts of this installation. The file is replaced only once it is complete.
/// Errors: Error{io}.
SCPRIOR_API void write_report(const ReportInput& input, const std::filesystem::path& path);

}  // namespace scprior::core
