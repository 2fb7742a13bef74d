// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "measure.hpp"
#include "memory.hpp"
#include "models.hpp"
#include "stopwatch.hpp"

namespace scprior::bench {
namespace {

/// Has the system keep the file in memory: what is measured is reading, not the disk.
void warm(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> buffer(1 << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()))) {
  }
}

}  // namespace

Measured measure_load(const MeasureArguments& arguments) {
  core::PluginHost host;
  host.load_standard_folders();
  warm(arguments.data);
  const Stopwatch watch;
  const Prepared prepared = prepare(arguments, host);
  const double seconds = watch.seconds(), n_cells = static_cast<double>(prepared.data.cells->n_cells()),
               n_entries =
                   prepared.data.report.density * n_cells * static_cast<double>(prepared.data.cells->n_genes());
  return {{{"seconds", seconds},
           {"cells_per_second", n_cells / seconds},
           {"bytes_per_second", 8 * n_entries / seconds},  // float32 value and int32 column, as the file has them
           {"peak_bytes", resident_memory().peak}},
          {}};
}

}  // namespace scprior::bench
