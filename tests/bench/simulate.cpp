// SPDX-License-Identifier: Apache-2.0
#include "simulate.hpp"

#include <cmath>
#include <random>

#include "scprior/core/h5ad_writer.hpp"
#include "scprior/error.hpp"
#include "scprior/parallel.hpp"

namespace scprior::bench {
namespace {

constexpr int n_clusters = 12;
constexpr int64_t block_cells = 500;

using Engine = std::mt19937_64;

double uniform(Engine& engine) { return std::uniform_real_distribution<double>(0, 1)(engine); }

struct Recipe {
  std::vector<std::vector<double>> share;  // [cluster][gene], sums to 1 over genes
  std::vector<double> theta;               // [gene]
  std::discrete_distribution<int32_t> cluster;
  double median_library = 0;

  explicit Recipe(int64_t n_genes) : theta(static_cast<size_t>(n_genes)) {
    Engine engine(7);
    std::lognormal_distribution<double> mean(0, 2);
    std::normal_distribution<double> fold_change(0, 1.5);
    std::gamma_distribution<double> dispersion(2, 1.5), size(4, 1);
    std::vector<double> base(theta.size()), weights(n_clusters);
    for (double& value : base) value = mean(engine);
    for (int k = 0; k < n_clusters; ++k) {
      std::vector<double> means = base;
      double sum = 0;
      for (double& value : means) {
        if (uniform(engine) < 0.06) value *= std::exp2(fold_change(engine));
        sum += value;
      }
      for (double& value : means) value /= sum;
      share.push_back(std::move(means));
    }
    for (double& value : theta) value = dispersion(engine) + 0.1;
    for (double& weight : weights) weight = size(engine);
    cluster = std::discrete_distribution<int32_t>(weights.begin(), weights.end());
    median_library = static_cast<double>(n_genes) / 8;
  }
};

/// A draw of the logarithmic distribution p^k / (-k ln(1 - p)), k >= 1. Source: Kemp (1981), algorithm LK.
int64_t draw_logarithmic(double p, Engine& engine) {
  const double v = uniform(engine);
  if (v >= p) return 1;
  const double q = -std::expm1(std::log1p(-p) * uniform(engine));
  if (v <= q * q && v > 0) return std::max<int64_t>(1, static_cast<int64_t>(1 + std::log(v) / std::log(q)));
  return v >= q ? 1 : 2;
}

/// Appends the counts of a cell. NB(mean m, inverse dispersion θ) is a Poisson number of logarithmic draws, at rate
/// θ ln(1 + m / θ): the events of one Poisson process that runs through all genes, so that a gene without a count costs
/// no random number.
void draw_cell(const Recipe& recipe, const std::vector<double>& share, double library, Engine& engine,
               CountBlock& block) {
  std::exponential_distribution<double> gap(1);
  double position = 0, next = gap(engine);
  for (size_t gene = 0; gene < share.size(); ++gene) {
    const double theta = recipe.theta[gene], mean = library * share[gene];
    position += theta * std::log1p(mean / theta);
    int64_t count = 0;
    for (; next < position; next += gap(engine)) count += draw_logarithmic(mean / (mean + theta), engine);
    if (count == 0) continue;
    block.columns.push_back(static_cast<int32_t>(gene));
    block.values.push_back(static_cast<float>(count));
  }
  block.row_ptr.push_back(static_cast<int64_t>(block.columns.size()));
}

SimulatedCells draw_block(const Recipe& recipe, int64_t number, int64_t n_cells) {
  Engine engine(11 + static_cast<uint64_t>(number));
  std::discrete_distribution<int32_t> draw_cluster = recipe.cluster;
  std::lognormal_distribution<double> library(std::log(recipe.median_library), 0.45);
  SimulatedCells cells;
  cells.counts.row_ptr = {0};
  for (int64_t cell = 0; cell < n_cells; ++cell) {
    const int32_t cluster = draw_cluster(engine);
    cells.clusters.push_back(cluster);
    draw_cell(recipe, recipe.share[static_cast<size_t>(cluster)], library(engine), engine, cells.counts);
  }
  return cells;
}

void append(SimulatedCells& all, const SimulatedCells& block) {
  const int64_t before = all.counts.row_ptr.back();
  for (size_t row = 1; row < block.counts.row_ptr.size(); ++row)
    all.counts.row_ptr.push_back(before + block.counts.row_ptr[row]);
  all.counts.columns.insert(all.counts.columns.end(), block.counts.columns.begin(), block.counts.columns.end());
  all.counts.values.insert(all.counts.values.end(), block.counts.values.begin(), block.counts.values.end());
  all.clusters.insert(all.clusters.end(), block.clusters.begin(), block.clusters.end());
}

std::vector<std::string> numbered(const std::string& word, int64_t n) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < n; ++i) names.push_back(word + std::to_string(i));
  return names;
}

}  // namespace

SimulatedCells simulate_cells(int64_t n_cells, int64_t n_genes) {
  const Recipe recipe(n_genes);
  const int64_t n_blocks = (n_cells + block_cells - 1) / block_cells;
  std::vector<SimulatedCells> blocks(static_cast<size_t>(n_blocks));
  parallel_for(0, n_blocks, 1, [&](int64_t first, int64_t last) {
    for (int64_t b = first; b < last; ++b)
      blocks[static_cast<size_t>(b)] = draw_block(recipe, b, std::min(block_cells, n_cells - b * block_cells));
  });
  SimulatedCells all;
  all.counts.row_ptr = {0};
  for (SimulatedCells& block : blocks) {
    append(all, block);
    block = {};
  }
  return all;
}

std::string simulated_name(int64_t n_cells, int64_t n_genes) {
  return concat("nb-", n_cells, "x", n_genes, "-v1.h5ad");
}

void write_simulated(const std::filesystem::path& file, int64_t n_cells, int64_t n_genes) {
  SimulatedCells cells = simulate_cells(n_cells, n_genes);
  core::H5adContents contents;
  contents.cells = {numbered("cell", n_cells),
                    {{"cell_type", Categories{std::move(cells.clusters), numbered("type", n_clusters)}}}};
  contents.genes.names = numbered("gene", n_genes);
  contents.matrix = std::move(cells.counts);
  core::write_h5ad(file, contents);
}

}  // namespace scprior::bench
