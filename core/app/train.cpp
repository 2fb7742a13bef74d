// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "commands.hpp"
#include "interrupt.hpp"
#include "output_place.hpp"
#include "progress.hpp"
#include "scprior/core/load_config.hpp"
#include "scprior/core/process.hpp"
#include "scprior/core/train_model.hpp"

namespace scprior::app {
namespace {

/// The named arguments as settings.
std::vector<std::string> settings_of(const TrainArguments& arguments) {
  std::vector<std::string> settings;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) settings.push_back(fmt::format("{}={}", key, value));
  };
  add("preset", arguments.preset);
  add("prior", arguments.prior);
  add("flow", arguments.flow);
  add("device", arguments.device);
  if (arguments.seed >= 0) add("seed", std::to_string(arguments.seed));
  if (arguments.threads >= 0) add("threads", std::to_string(arguments.threads));
  settings.insert(settings.end(), arguments.settings.begin(), arguments.settings.end());
  return settings;
}

/// A text about settings, with the arguments named as the user typed them: --prior, not --set prior.
std::string as_typed(std::string text, const TrainArguments& arguments) {
  const std::pair<std::string, bool> given[] = {
      {"preset", !arguments.preset.empty()}, {"prior", !arguments.prior.empty()}, {"flow", !arguments.flow.empty()},
      {"device", !arguments.device.empty()}, {"seed", arguments.seed >= 0},       {"threads", arguments.threads >= 0}};
  for (const auto& [name, is_given] : given) {
    const std::string setting = "--set " + name;
    for (size_t at = text.find(setting); is_given && at != std::string::npos; at = text.find(setting, at + 1)) {
      const char next = text[at + setting.size()];
      if (next == ':' || next == ')') text.replace(at, setting.size(), "--" + name);
    }
  }
  return text;
}

core::ExperimentConfig configuration_of(const TrainArguments& arguments, const core::PluginHost& host) {
  try {
    return core::fit_from_settings(arguments.data, arguments.label, settings_of(arguments), host);
  } catch (const Error& error) {
    throw Error(error.status(), as_typed(error.what(), arguments));
  }
}

}  // namespace

int train(const TrainArguments& arguments, core::PluginHost& host) {
  const core::ExperimentConfig config = configuration_of(arguments, host);
  core::parse_device(config.device);
  need_folder_place(arguments.model_folder);
  core::prepare_process(config.threads);
  const core::ModelConfig& model = config.models.front();
  const core::Dataset data = core::load_dataset(config.data.front(), config.genes, host);
  fmt::print(stderr, "{}\n", core::describe_dataset(data));
  catch_interrupt();
  ProgressLine line(fmt::format("{} on {}", model.name, config.data.front().name));
  core::TrainedModel trained =
      core::train_model(data, model, config, config.seeds.front(), host, [&](const core::FitProgress& progress) {
        line.show(progress);
        return !interrupted();
      });
  line.finish();
  core::save_model(arguments.model_folder, trained.model, trained.file);

  const core::FitOutcome& outcome = trained.outcome;
  if (outcome.stop == core::StopReason::not_finite)
    fail(Status::numeric, outcome.message, " The model is in ", arguments.model_folder, '.');
  fmt::print("{} epochs in {} ({:.0f} cells/s): {}\n", outcome.history.size(), duration_text(outcome.seconds),
             outcome.cells_per_second, to_text(outcome.stop));
  if (outcome.best_epoch > 0) {
    const core::EpochRecord& best = outcome.history[static_cast<size_t>(outcome.best_epoch - 1)];
    fmt::print(
        "best epoch {}: validation loss {:.2f} with penalties {:.2f} (training: reconstruction {:.2f}, KL {:.2f})\n",
        best.epoch, best.validation_loss, best.penalty, best.reconstruction, best.kl);
  }
  fmt::print("model: {}\n", arguments.model_folder);
  if (outcome.stop != core::StopReason::cancelled) return done;
  fmt::print(stderr, "scprior: stopped on request; the model is {}\n",
             outcome.best_epoch > 0 ? fmt::format("that of epoch {}, the best so far", outcome.best_epoch)
                                    : "unfinished: not one epoch was completed");
  return not_done;
}

}  // namespace scprior::app
