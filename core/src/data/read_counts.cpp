// SPDX-License-Identifier: Apache-2.0
#include "data/read_counts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "data/block_mapper.hpp"
#include "data/count_check.hpp"
#include "data/open_data.hpp"
#include "scprior/error.hpp"
#include "scprior/parallel_each.hpp"

namespace scprior::core {
namespace {

/// Middle value; the mean of the two middle ones if their number is even.
double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const size_t half = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + half, values.end());
  if (values.size() % 2 == 1) return values[half];
  return (values[half] + *std::max_element(values.begin(), values.begin() + half)) / 2;
}

/// The cells of a file, block by block.
struct Blocks {
  const OpenData& data;
  int64_t step = block_rows(data.info);

  int64_t size() const { return (data.info.n_cells + step - 1) / step; }
  int64_t first_cell(int64_t block) const { return block * step; }
  CountBlock read(int64_t block) const {
    return read_block(data, first_cell(block), std::min(first_cell(block + 1), data.info.n_cells));
  }
};

/// Thrown for a block that the mapper did not take. What is wrong with it is found out when all threads are done.
struct NoCounts {
  int64_t block;
};

[[noreturn]] void explain(const Blocks& blocks, int64_t block, const std::string& way_out) {
  CountCheck check;
  check.add(blocks.read(block), blocks.first_cell(block));
  if (check.raw()) fail(Status::data, "genes of the same name sum to more than 16777216 counts in one cell");
  fail(Status::data, blocks.data.info.matrix, " is ", check.explain(blocks.data.info), ". ", way_out);
}

}  // namespace

std::shared_ptr<MemorySource> read_counts(const OpenData& data, const GeneMapping& mapping, int64_t n_space_genes,
                                          const std::function<std::string()>& way_out, DataReport& report) {
  const Blocks blocks{data};
  std::vector<PackedCells> chunks(static_cast<size_t>(blocks.size()));
  std::vector<double> sums(static_cast<size_t>(data.info.n_cells)), dropped(chunks.size());
  // The first read may have to turn a whole matrix into rows, for which all threads are free only here.
  std::optional<CountBlock> first_block = blocks.read(0);
  try {
    parallel_each(
        blocks.size(), [&] { return BlockMapper(mapping.to_space, n_space_genes); },
        [&](BlockMapper& mapper, int64_t block) {
          const CountBlock counts = block == 0 ? *std::exchange(first_block, std::nullopt) : blocks.read(block);
          if (!mapper.map(counts)) throw NoCounts{block};
          chunks[block] = pack_cells(n_space_genes, mapper.row_ptr(), mapper.columns(), mapper.values());
          std::copy(mapper.row_sums().begin(), mapper.row_sums().end(), sums.begin() + blocks.first_cell(block));
          dropped[block] = mapper.dropped();
        });
  } catch (const NoCounts& refused) {
    explain(blocks, refused.block, way_out());
  }
  auto source = std::make_shared<MemorySource>(n_space_genes);
  for (PackedCells& chunk : chunks) source->append(std::move(chunk));

  for (const double sum : sums) report.total_counts += sum;
  double all = report.total_counts;
  for (const double sum : dropped) all += sum;
  if (all == 0) fail(Status::data, data.info.matrix, " holds nothing but zeros. ", way_out());
  if (report.total_counts == 0)
    fail(Status::data, "all counts of the file lie on genes outside the gene space; its ", mapping.n_matched,
         " genes in the space have none");
  report.dropped_count_share = (all - report.total_counts) / all;
  report.n_empty_cells = std::count(sums.begin(), sums.end(), 0.0);
  report.density = static_cast<double>(source->n_nonzero()) /
                   (static_cast<double>(source->n_cells()) * static_cast<double>(n_space_genes));
  report.median_counts = median(std::move(sums));
  return source;
}

}  // namespace scprior::core
