// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/negative_binomial.hpp"

#include <vector>

#include "negative_binomial_tile.hpp"
#include "scprior/parallel.hpp"

namespace scprior::kernels {
namespace {

#define SCPRIOR_NEGATIVE_BINOMIAL(T)                                                       \
  SCPRIOR_MULTIVERSION void best_##T(NegativeBinomialTile<T>& tile) { compute(tile); }     \
  void baseline_##T(NegativeBinomialTile<T>& tile) { compute(tile); }                      \
  void run(NegativeBinomialTile<T>& tile, InstructionSet instructions) {                   \
    instructions == InstructionSet::best ? best_##T(tile) : baseline_##T(tile);            \
  }
SCPRIOR_NEGATIVE_BINOMIAL(float)
SCPRIOR_NEGATIVE_BINOMIAL(double)
#undef SCPRIOR_NEGATIVE_BINOMIAL

int64_t pieces(int64_t n, int64_t piece) { return (n + piece - 1) / piece; }

}  // namespace

template <class T>
int64_t negative_binomial(const NegativeBinomialBlock<T>& block, InstructionSet instructions) {
  using Tile = NegativeBinomialTile<T>;
  const int64_t genes = block.counts.n_columns, rows = block.n_rows;
  const int64_t across = pieces(genes, Tile::max_genes), down = pieces(rows, Tile::max_rows);
  std::vector<double> sums(across * rows);                             // [across, R]
  std::vector<T> gradients(block.gene_gradient ? down * genes : 0);    // [down, G]
  std::vector<int64_t> invalid(across * down, -1);
  parallel_for(0, across * down, 1, [&](int64_t first, int64_t last) {
    for (int64_t piece = first; piece < last; ++piece) {
      const int64_t x = piece / down, y = piece % down, gene = x * Tile::max_genes, row = y * Tile::max_rows;
      Tile tile{&block, row, std::min(rows, row + Tile::max_rows), gene, std::min(genes, gene + Tile::max_genes),
                sums.data() + x * rows + row, block.gene_gradient ? gradients.data() + y * genes + gene : nullptr, -1};
      run(tile, instructions);
      invalid[piece] = tile.invalid;
    }
  });
  for (int64_t row = 0; row < rows; ++row) {
    double sum = 0;
    for (int64_t x = 0; x < across; ++x) sum += sums[x * rows + row];
    block.log_prob[row] = sum;
  }
  if (block.gene_gradient) {
    for (int64_t gene = 0; gene < genes; ++gene) {
      double sum = 0;
      for (int64_t y = 0; y < down; ++y) sum += gradients[y * genes + gene];
      block.gene_gradient[gene] = static_cast<T>(sum);
    }
  }
  int64_t found = -1;
  for (const int64_t entry : invalid)
    if (entry >= 0 && (found < 0 || entry < found)) found = entry;
  return found;
}

template SCPRIOR_API int64_t negative_binomial<float>(const NegativeBinomialBlock<float>&, InstructionSet);
template SCPRIOR_API int64_t negative_binomial<double>(const NegativeBinomialBlock<double>&, InstructionSet);

}  // namespace scprior::kernels
