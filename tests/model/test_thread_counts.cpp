// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <map>
#include <string>

#include "scprior/core/fit.hpp"
#include "scprior/testing/threads.hpp"
#include "tools.hpp"

using namespace scprior;

namespace {

constexpr int64_t n_genes = 700;

struct Kind {
  std::string prior, flow, precision;
  std::map<std::string, OptionValue> prior_options;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"none", "identity", "float32", {}},
      {"standard_normal", "identity", "float32", {}},
      {"standard_normal", "identity", "bf16", {}},
      {"standard_normal", "iaf", "float32", {}},
      {"standard_normal", "sylvester", "float32", {}},
      {"standard_normal", "neural_spline", "float32", {}},
      {"vamp", "identity", "float32", {{"components", int64_t{500}}}},
      {"vamp", "iaf", "bf16", {{"components", int64_t{500}}}},
      {"gaussian_mixture", "identity", "float32", {{"components", int64_t{300}}}},
      {"realnvp", "identity", "float32", {}},
  };
  return all;
}

/// The paper's widths.
core::ModelConfig config_of(const Kind& kind, int64_t batch) {
  core::ModelConfig config = test::small_model(kind.prior, kind.flow, kind.prior_options);
  config.latent = 128;
  config.encoder = test::choose(SCPRIOR_KIND_ENCODER, "mlp", {});
  config.decoder = test::choose(SCPRIOR_KIND_DECODER, "mlp", {});
  config.train.batch_size = batch;
  config.train.max_epochs = 2;
  config.train.precision = kind.precision;
  return config;
}

/// All tensors of the model after two epochs, by name, and the losses.
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
    return result;
  });
}

}  // namespace

TEST_CASE("a training of the paper's widths does not depend on the number of threads", "[fit][threads]") {
  const int64_t batch = GENERATE(512, 1040);  // LibTorch shares their work in different ways
  const auto cells = test::three_types(1300, n_genes);
  for (const Kind& kind : kinds()) {
    const core::ModelConfig config = config_of(kind, batch);
    const auto one = trained(config, *cells, 1);
    for (const int threads : {2, 3}) {
      for (const auto& [name, value] : trained(config, *cells, threads)) {
        CAPTURE(kind.prior, kind.flow, kind.precision, batch, threads, name);
        CHECK(value.equal(one.at(name)));
      }
    }
  }
}
