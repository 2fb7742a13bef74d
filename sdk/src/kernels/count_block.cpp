// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/count_block.hpp"

#include <vector>

#include "count_tile.hpp"
#include "scprior/kernels/flush_denormals.hpp"

namespace scprior::kernels {
namespace {

int64_t pieces(int64_t n, int64_t piece) { return (n + piece - 1) / piece; }

/// The gradient of a parameter per gene: one sum for each band of rows, then all of them in order.
template <class T>
class GeneGradient {
 public:
  GeneGradient(const CountParameter<T>& parameter, int64_t bands, int64_t genes)
      : out_(parameter.cells ? nullptr : parameter.gene_gradient),
        bands_(bands),
        genes_(genes),
        sums_(out_ ? bands * genes : 0) {}

  T* at(int64_t band, int64_t gene) { return out_ ? sums_.data() + band * genes_ + gene : nullptr; }

  void finish() const {
    for (int64_t gene = 0; out_ && gene < genes_; ++gene) {
      double sum = 0;
      for (int64_t band = 0; band < bands_; ++band) sum += sums_[band * genes_ + gene];
      out_[gene] = static_cast<T>(sum);
    }
  }

 private:
  T* out_;
  int64_t bands_, genes_;
  std::vector<T> sums_;  // [bands, G]
};

}  // namespace

template <class T>
int64_t run_tiles(const CountBlock<T>& block, InstructionSet instructions, void (*compute)(CountTile<T>&)) {
  using Tile = CountTile<T>;
  const int64_t genes = block.n_genes, rows = block.n_rows;
  const int64_t across = pieces(genes, Tile::max_genes), down = pieces(rows, Tile::max_rows);
  std::vector<double> sums(across * rows);  // [across, R]
  GeneGradient<T> dispersion(block.dispersion, down, genes), inflation(block.inflation, down, genes);
  std::vector<int64_t> invalid(across * down, -1);
  parallel_for(0, across * down, 1, [&](int64_t first, int64_t last) {
    const FlushDenormals flush;
    for (int64_t piece = first; piece < last; ++piece) {
      const int64_t x = piece / down, y = piece % down, gene = x * Tile::max_genes, row = y * Tile::max_rows;
      Tile tile{&block,
                instructions,
                row,
                std::min(rows, row + Tile::max_rows),
                gene,
                std::min(genes, gene + Tile::max_genes),
                sums.data() + x * rows + row,
                dispersion.at(y, gene),
                inflation.at(y, gene),
                -1};
      compute(tile);
      invalid[piece] = tile.invalid;
    }
  });
  for (int64_t row = 0; row < rows; ++row) {
    double sum = 0;
    for (int64_t x = 0; x < across; ++x) sum += sums[x * rows + row];
    block.log_prob[row] = sum;
  }
  dispersion.finish();
  inflation.finish();
  int64_t found = -1;
  for (const int64_t entry : invalid)
    if (entry >= 0 && (found < 0 || entry < found)) found = entry;
  return found;
}

template int64_t run_tiles<float>(const CountBlock<float>&, InstructionSet, void (*)(CountTile<float>&));
template int64_t run_tiles<double>(const CountBlock<double>&, InstructionSet, void (*)(CountTile<double>&));

}  // namespace scprior::kernels
