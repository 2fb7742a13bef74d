// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/inference.hpp"

#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>

#include "scprior/testing/threads.hpp"
#include "tools.hpp"

using namespace scprior;
using namespace scprior::test;

namespace {

constexpr int64_t n_cells = 90, n_genes = 50;

/// A model that knows about how many counts there are.
core::Model fitted(const std::string& prior, const std::string& flow, const core::CellSource& cells) {
  core::ModelConfig config = small_model(prior, flow);
  config.train.max_epochs = 20;
  config.train.batch_size = 16;
  config.train.learning_rate = 0.02;
  core::Model model = core::build_model(config, numbered_genes(n_genes), shipped_plugins(), 1);
  core::fit(model, cells, in_order(n_cells), {.train = config.train, .seed = 1});
  model.prepare_prior();
  return model;
}

at::Tensor gathered(const std::function<void(const core::BlockSink&)>& produce) {
  std::vector<at::Tensor> blocks;
  produce([&](int64_t, const at::Tensor& block) { blocks.push_back(block.clone()); });
  return at::cat(blocks);
}

/// Another flow without what is optional.
class ForwardOnly : public Flow {
 public:
  explicit ForwardOnly(Flow& inner) : inner_(inner) {}
  int64_t context_width() const override { return inner_.context_width(); }
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override { return inner_.forward(z0, context); }

 private:
  Flow& inner_;
};

}  // namespace

TEST_CASE("the variance of an embedding is that of draws of q(z | x)", "[inference]") {
  const auto cells = three_types(n_cells, n_genes);
  const auto rows = all_rows(*cells);
  for (const char* flow : {"identity", "iaf"}) {
    core::Model model = fitted("standard_normal", flow, *cells);
    model.config.embedding_samples = 400;
    const at::Tensor variance = core::embedding_variance(model, *cells, rows);
    std::vector<at::Tensor> draws;
    for (uint64_t seed = 0; seed < 400; ++seed) draws.push_back(core::sample_posterior(model, *cells, rows, seed));
    const at::Tensor ratio = at::stack(draws).var(0) / variance;
    INFO(flow);
    // Cells share their noise: the mean of ratios has a standard deviation of 0.04.
    CHECK(ratio.mean().item<double>() > 0.85);
    CHECK(ratio.mean().item<double>() < 1.15);
    CHECK(ratio.min().item<double>() > 0.5);
    CHECK(ratio.max().item<double>() < 2);
  }
}

TEST_CASE("a flow's own moments are those of the host's draws", "[inference]") {
  const auto cells = three_types(n_cells, n_genes);
  const auto rows = all_rows(*cells);
  core::Model model = fitted("standard_normal", "iaf", *cells);
  const at::Tensor mean = core::embed(model, *cells, rows), variance = core::embedding_variance(model, *cells, rows);
  const std::unique_ptr<Flow> own = std::move(model.flow);
  model.flow = std::make_unique<ForwardOnly>(*own);
  CHECK(core::embed(model, *cells, rows).allclose(mean, 1e-5, 1e-5));
  CHECK(core::embedding_variance(model, *cells, rows).allclose(variance, 1e-4, 1e-6));
}

TEST_CASE("an embedding behind a flow depends neither on the other cells nor on threads", "[inference]") {
  const auto cells = three_types(n_cells, n_genes);
  const auto rows = all_rows(*cells);
  core::Model model = fitted("standard_normal", "iaf", *cells);
  const auto embedded = [&](int threads, const std::vector<int64_t>& some) {
    return testing::with_threads(threads, [&] { return core::embed(model, *cells, some); });
  };
  const at::Tensor all = embedded(1, rows);
  CHECK(embedded(2, rows).equal(all));
  CHECK(embedded(3, rows).equal(all));
  CHECK(embedded(2, {40, 7}).allclose(at::stack({all[40], all[7]}), 1e-5, 1e-6));
}

TEST_CASE("the bound of a batch averages to the loss of the same draws", "[inference]") {
  const auto cells = three_types(n_cells, n_genes);
  const auto rows = all_rows(*cells);
  core::Model autoencoder = fitted("none", "identity", *cells);
  const at::Tensor z = core::embed(autoencoder, *cells, rows);
  CHECK(core::log_likelihood_bound(autoencoder, *cells, rows, 3, 1)
            .allclose(core::log_likelihood(autoencoder, *cells, rows, z), 1e-6));

  core::Model model = fitted("standard_normal", "identity", *cells);
  const at::Tensor bound = core::log_likelihood_bound(model, *cells, rows, 200, 1);
  const at::Tensor fit = core::mean_log_likelihood(model, *cells, rows, 200, 1);
  // What is left is the KL divergence to N(0, 1): ½ Σ (μ² + σ² - ln σ² - 1).
  const at::Tensor mean = core::embed(model, *cells, rows), variance = core::embedding_variance(model, *cells, rows);
  const at::Tensor kl = 0.5 * (mean.square() + variance - variance.log() - 1).sum(1);
  CHECK((fit - bound).allclose(kl.to(at::kDouble), 1e-4, 1e-3));
}

TEST_CASE("expected counts are those at the embedding, in proportion to the library", "[inference]") {
  const auto cells = three_types(n_cells, n_genes);
  const auto rows = all_rows(*cells);
  core::Model model = fitted("standard_normal", "identity", *cells);
  const auto counts = [&](double library, std::vector<int64_t> genes) {
    return gathered([&](const core::BlockSink& sink) {
      core::expected_counts(model, *cells, rows, library, genes, sink);
    });
  };
  const at::Tensor own = counts(0, {}), scaled = counts(1e4, {}), chosen = counts(1e4, {7, 3});
  const at::Tensor library = cells->read(rows).row_sums();
  CHECK(own.allclose(scaled * (library / 1e4).unsqueeze(1), 1e-4));
  CHECK(own[0].sum().item<double>() == 0);  // the empty cell
  CHECK(chosen.equal(scaled.index_select(1, at::tensor({7, 3}, at::kLong))));
  CHECK_THROWS_AS(counts(0, {n_genes}), Error);
  CHECK_THROWS_AS(counts(-1, {}), Error);
}

TEST_CASE("counts drawn for a cell do not depend on the other cells asked for", "[inference]") {
  const auto cells = three_types(n_cells, n_genes);
  core::Model model = fitted("standard_normal", "iaf", *cells);
  const auto counts = [&](std::vector<int64_t> rows, uint64_t seed) {
    return gathered([&](const core::BlockSink& sink) { core::posterior_counts(model, *cells, rows, seed, sink); });
  };
  const at::Tensor all = counts(all_rows(*cells), 1);
  CHECK(counts({40, 7}, 1).equal(at::stack({all[40], all[7]})));
  CHECK_FALSE(counts({40}, 2).equal(all[40].unsqueeze(0)));
  CHECK_FALSE(all[40].equal(all[41]));
  CHECK(all.equal(all.floor()));
  CHECK(all.min().item<double>() >= 0);
  CHECK(all[0].sum().item<double>() == 0);
}

TEST_CASE("an inference stops on request", "[inference]") {
  const auto cells = three_types(n_cells, n_genes);
  const auto rows = all_rows(*cells);
  core::Model model = fitted("standard_normal", "identity", *cells);
  int64_t calls = 0;
  const auto stop = [&](int64_t done, int64_t total) {
    CHECK(done <= total);
    return ++calls < 3;
  };
  CHECK_THROWS_AS(core::posterior_counts(model, *cells, rows, 1, [](int64_t, const at::Tensor&) {}, stop), Error);
  CHECK(calls == 3);
}
