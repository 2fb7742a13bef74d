// SPDX-License-Identifier: Apache-2.0
// Every prior with every flow, and every other shipped part of a model, on real cells.
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "scprior/core/inference.hpp"
#include "scprior/core/train_model.hpp"
#include "tools.hpp"

using namespace scprior;

namespace {

const core::Dataset& pancreas() {
  static const core::Dataset data = core::load_dataset(
      {.name = "pancreas", .path = SCPRIOR_PANCREAS, .loader = test::choose(SCPRIOR_KIND_LOADER, "h5ad")},
      core::GeneConfig{}, test::shipped_plugins());
  return data;
}

/// Options that make a component small: fewer mixture components than there are cells.
std::map<std::string, OptionValue> small(scprior_kind kind, const std::string& type) {
  for (const OptionSpec& spec : test::shipped_plugins().find(kind, type)->options)
    if (spec.name == "components") return {{"components", int64_t{20}}};
  return {};
}

/// Fifty steps with finite losses, then cells drawn from the prior that are counts.
void check_trains(core::ModelConfig config) {
  INFO(config.name << ", encoder " << config.encoder.type << ", decoder " << config.decoder.type << ", likelihood "
                   << config.likelihood.type);
  config.train.max_epochs = 1;
  config.train.batch_size = 16;
  config.train.steps_per_epoch = 50;
  int64_t steps = 0;
  core::TrainedModel trained =
      core::train_model(pancreas(), config, {}, 1, test::shipped_plugins(), [&](const core::FitProgress& progress) {
        steps += progress.finished == nullptr;
        return std::isfinite(progress.loss);
      });
  CHECK(steps == 50);
  CHECK(trained.outcome.stop == core::StopReason::max_epochs);
  REQUIRE(trained.outcome.history.size() == 1);
  CHECK(std::isfinite(trained.outcome.history[0].validation_loss));

  const CountMatrix cells = core::sample_cells(trained.model, at::full({16}, 5000.0), 2);
  const at::Tensor counts = cells.csr().values;
  CHECK(cells.rows() == 16);
  CHECK(counts.isfinite().all().item<bool>());
  CHECK(at::equal(counts, counts.round()));
  CHECK(counts.min().item<double>() >= 1);  // what is stored is not zero
  CHECK(cells.row_sums().min().item<double>() > 0);
}

}  // namespace

TEST_CASE("every prior trains with every flow, and its samples are cells", "[combinations]") {
  const core::PluginHost& host = test::shipped_plugins();
  for (const std::string& prior : host.names(SCPRIOR_KIND_PRIOR))
    for (const std::string& flow : host.names(SCPRIOR_KIND_FLOW))
      check_trains(test::small_model(prior, flow, small(SCPRIOR_KIND_PRIOR, prior)));
}

TEST_CASE("every encoder, decoder and likelihood trains", "[combinations]") {
  const core::PluginHost& host = test::shipped_plugins();
  for (const std::string& encoder : host.names(SCPRIOR_KIND_ENCODER))
    for (const std::string& decoder : host.names(SCPRIOR_KIND_DECODER))
      for (const std::string& likelihood : host.names(SCPRIOR_KIND_LIKELIHOOD)) {
        core::ModelConfig config = test::small_model("vamp", "iaf", {{"components", int64_t{20}}});
        if (encoder != "mlp") config.encoder = test::choose(SCPRIOR_KIND_ENCODER, encoder);
        if (decoder != "mlp") config.decoder = test::choose(SCPRIOR_KIND_DECODER, decoder);
        config.likelihood = test::choose(SCPRIOR_KIND_LIKELIHOOD, likelihood);
        check_trains(config);
      }
}
