// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>

#include "scprior/core/fit.hpp"
#include "scprior/core/inference.hpp"
#include "scprior/testing/threads.hpp"
#include "tools.hpp"

using namespace scprior;

namespace {

constexpr int64_t n_genes = 700;

using Given = std::map<std::string, OptionValue>;

struct Kind {
  std::string prior, flow = "identity", likelihood = "nb", precision = "float32";
  Given prior_options = {}, layers = {};  // of the prior, of encoder and decoder
};

std::vector<Kind> papers_kinds() {
  const Given papers = {{"components", int64_t{500}}};
  return {{.prior = "none"},
          {.prior = "standard_normal"},
          {.prior = "standard_normal", .precision = "bf16"},
          {.prior = "standard_normal", .flow = "iaf"},
          {.prior = "vamp", .prior_options = papers},
          {.prior = "vamp", .flow = "iaf", .precision = "bf16", .prior_options = papers}};
}

std::vector<Kind> other_kinds() {
  const Given few = {{"components", int64_t{300}}};
  return {{.prior = "standard_normal", .flow = "planar"},
          {.prior = "standard_normal", .flow = "sylvester"},
          {.prior = "standard_normal", .flow = "neural_spline"},
          {.prior = "standard_normal", .flow = "hierarchical", .prior_options = {}},
          {.prior = "hierarchical_vamp", .flow = "hierarchical", .prior_options = few},
          {.prior = "gaussian_mixture", .prior_options = {{"components", int64_t{300}}, {"minimum_scale", 0.1}}},
          {.prior = "student_t"},
          {.prior = "logistic"},
          {.prior = "realnvp"},
          {.prior = "standard_normal", .likelihood = "zinb"},
          {.prior = "standard_normal", .likelihood = "poisson"},
          {.prior = "standard_normal", .layers = {{"activation", "elu"}, {"batch_norm_scale", false}}},
          {.prior = "standard_normal", .layers = {{"activation", "gelu"}}},
          {.prior = "standard_normal", .layers = {{"activation", "silu"}}}};
}

/// The paper's widths.
core::ModelConfig config_of(const Kind& kind, int64_t batch) {
  core::ModelConfig config = test::small_model(kind.prior, kind.flow, kind.prior_options);
  config.latent = 128;
  config.encoder = test::choose(SCPRIOR_KIND_ENCODER, "mlp", kind.layers);
  config.decoder = test::choose(SCPRIOR_KIND_DECODER, "mlp", kind.layers);
  config.likelihood = test::choose(SCPRIOR_KIND_LIKELIHOOD, kind.likelihood);
  config.train.batch_size = batch;
  config.train.max_epochs = 2;
  config.train.precision = kind.precision;
  return config;
}

/// All tensors of the model after two epochs, the losses, and what the model makes of cells, by name.
std::map<std::string, at::Tensor> trained(const core::ModelConfig& config, const core::CellSource& cells, int threads) {
  return testing::with_threads(threads, [&] {
    core::Model model = core::build_model(config, test::numbered_genes(n_genes), test::shipped_plugins(), 3);
    const core::FitOutcome outcome =
        core::fit(model, cells, test::in_order(cells.n_cells()), {.train = config.train, .seed = 3});
    std::map<std::string, at::Tensor> result;
    for (const Module::Entry& entry : model.entries()) result[entry.name] = entry.tensor->detach().clone();
    for (const core::EpochRecord& epoch : outcome.history)
      result[concat("losses of epoch ", epoch.epoch)] =
          at::tensor({epoch.train_loss, epoch.validation_loss, epoch.kl, epoch.penalty}, at::kDouble);
    const auto rows = test::all_rows(cells);
    result["embedding"] = core::embed(model, cells, rows);
    result["log-likelihood"] = core::log_likelihood_bound(model, cells, rows, 2, 1);
    return result;
  });
}

void check_threads(const std::vector<Kind>& kinds, int64_t batch) {
  const auto cells = test::three_types(1300, n_genes);
  for (const Kind& kind : kinds) {
    const core::ModelConfig config = config_of(kind, batch);
    const auto one = trained(config, *cells, 1);
    for (const int threads : {2, 3}) {
      for (const auto& [name, value] : trained(config, *cells, threads)) {
        CAPTURE(kind.prior, kind.flow, kind.likelihood, kind.precision, batch, threads, name);
        CHECK(value.equal(one.at(name)));
      }
    }
  }
}

}  // namespace

// LibTorch shares the work of batches of 512 and of more than 1024 cells in different ways.

TEST_CASE("the paper's models do not depend on the number of threads", "[fit][threads]") {
  check_threads(papers_kinds(), 512);
  check_threads(papers_kinds(), 1040);
}

TEST_CASE("no shipped component depends on the number of threads", "[fit][threads]") {
  check_threads(other_kinds(), 1040);
}
