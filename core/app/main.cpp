// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>

#include "commands.hpp"
#include "scprior/core/report.hpp"

namespace scprior::app {
namespace {

enum ExitCode { done = 0, not_done = 1, usage_or_configuration = 2, data_problem = 3 };

ExitCode exit_code(Status status) {
  switch (status) {
    case Status::argument:
    case Status::config:
    case Status::plugin: return usage_or_configuration;
    case Status::data:
    case Status::io: return data_problem;
    default: return not_done;
  }
}

/// The command line's grammar. `chosen` becomes the function that does what was asked for.
struct CommandLine {
  CLI::App app{"scprior: variational autoencoders with flexible priors for single-cell RNA-seq counts", "scprior"};
  std::vector<std::string> plugin_files;
  RunArguments run_arguments;
  TrainArguments train_arguments;
  EmbedArguments embed_arguments;
  SampleArguments sample_arguments;
  EvaluateArguments evaluate_arguments;
  InfoArguments info_arguments;
  std::string kind, name, file;
  std::function<int(core::PluginHost&)> chosen;

  CLI::App* command(const char* word, const char* help, std::function<int(core::PluginHost&)> body) {
    CLI::App* sub = app.add_subcommand(word, help);
    sub->callback([this, body = std::move(body)] { chosen = body; });
    sub->fallthrough();
    return sub;
  }

  CommandLine() {
    app.set_version_flag("--version", version_text);
    app.set_help_flag("-h,--help", "show this help; `scprior COMMAND --help` shows that of a command");
    app.set_help_all_flag("--help-all", "show the help of all commands");
    app.require_subcommand(1);
    app.add_option("--plugin", plugin_files, "load this plugin file as well (repeatable)")->type_name("FILE");
    app.footer("Exit codes: 0 done; 2 wrong usage or configuration; 3 data cannot be used; 1 anything else.");
    add_work();
    add_looking();
  }

  void add_work() {
    CLI::App* sub = command("run", "train all models of an experiment file and write tables and report",
                            [this](auto& host) { return run(run_arguments, host); });
    sub->add_option("FILE", run_arguments.file, "experiment file (TOML)")->required();
    sub->add_flag("--force", run_arguments.force, "repeat fits that are complete already");
    sub->add_option("--threads", run_arguments.threads, "threads to use; 0 = all cores")->check(CLI::NonNegativeNumber);

    TrainArguments& t = train_arguments;
    sub = command("train", "train one model on a data set, without an experiment file",
                  [this](auto& host) { return train(train_arguments, host); });
    sub->add_option("DATA", t.data, "raw counts, e.g. an .h5ad file")->required();
    sub->add_option("-o,--output", t.model_folder, "folder to write the model to")->required()->type_name("MODEL");
    sub->add_option("--preset", t.preset, "\"paper\": the settings of Dony et al. 2020 (the default)");
    sub->add_option("--prior", t.prior, "prior, e.g. standard_normal, vamp; none = autoencoder");
    sub->add_option("--flow", t.flow, "posterior flow, e.g. identity, iaf");
    sub->add_option("--label", t.label, "column of cell types, remembered for evaluation")->type_name("COLUMN");
    sub->add_option("--seed", t.seed, "random seed (default 0)")->check(CLI::NonNegativeNumber);
    sub->add_option("--threads", t.threads, "threads to use; 0 = all cores")->check(CLI::NonNegativeNumber);
    sub->add_option("--device", t.device, "cpu or cuda");
    sub->add_option("--set", t.settings, "any other setting, e.g. train.max_epochs=100, prior.components=200, latent=32 (repeatable)")
        ->type_name("KEY=VALUE");

    EmbedArguments& e = embed_arguments;
    sub = command("embed", "write the latent representation of cells, in obsm[\"X_scprior\"] of an h5ad file",
                  [this](auto& host) { return embed(embed_arguments, host); });
    sub->add_option("MODEL", e.model_folder, "model folder")->required();
    sub->add_option("DATA", e.data, "raw counts")->required();
    sub->add_option("-o,--output", e.output, "h5ad file to write")->required()->type_name("OUT.h5ad");
    sub->add_option("--set", e.settings, "a setting of the loader, e.g. loader.layer=counts (repeatable)")->type_name("KEY=VALUE");
    sub->add_option("--threads", e.threads, "threads to use; 0 = all cores")->check(CLI::NonNegativeNumber);

    SampleArguments& s = sample_arguments;
    s.library = 1e4;
    sub = command("sample", "draw new cells from a model's prior", [this](auto& host) { return sample(sample_arguments, host); });
    sub->add_option("MODEL", s.model_folder, "model folder")->required();
    sub->add_option("-n", s.n, "number of cells")->required();
    sub->add_option("-o,--output", s.output, "h5ad file to write")->required()->type_name("OUT.h5ad");
    sub->add_option("--library", s.library, "expected counts per cell")->capture_default_str();
    sub->add_option("--library-from", s.library_from, "draw the counts per cell from those of this data set")->type_name("DATA");
    sub->add_option("--seed", s.seed, "random seed (default 0)")->check(CLI::NonNegativeNumber);
    sub->add_option("--threads", s.threads, "threads to use; 0 = all cores")->check(CLI::NonNegativeNumber);

    EvaluateArguments& v = evaluate_arguments;
    sub = command("evaluate", "compute the metrics of a model on a data set",
                  [this](auto& host) { return evaluate(evaluate_arguments, host); });
    sub->add_option("MODEL", v.model_folder, "model folder")->required();
    sub->add_option("DATA", v.data, "raw counts")->required();
    sub->add_option("--label", v.label, "column of cell types, for the silhouette width")->type_name("COLUMN");
    sub->add_option("--batch", v.batch, "column of experimental batches")->type_name("COLUMN");
    sub->add_flag("--test-cells", v.test_cells, "score only the cells held out in training (DATA must be the training data)");
    sub->add_flag("--json", v.json, "print JSON");
    sub->add_option("--set", v.settings, "a setting of the loader, e.g. loader.layer=counts (repeatable)")->type_name("KEY=VALUE");
    sub->add_option("--threads", v.threads, "threads to use; 0 = all cores")->check(CLI::NonNegativeNumber);
  }

  void add_looking() {
    CLI::App* sub = command("list", "list the components there are", [this](auto& host) { return list(kind, host); });
    sub->add_option("KIND", kind, "loader, encoder, flow, prior, decoder, likelihood or metric");
    sub = command("describe", "show a component's options, or those of a section of the experiment file",
                  [this](auto& host) { return describe(kind, name, host); });
    sub->add_option("KIND", kind, "kind of component; or a section: train, split, genes, data, model")->required();
    sub->add_option("NAME", name, "the component");
    sub = command("check", "validate an experiment file without training", [this](auto& host) { return check(file, host); });
    sub->add_option("FILE", file, "experiment file (TOML)")->required();
    sub = command("info", "show what a data file holds and whether it can be used",
                  [this](auto& host) { return info(info_arguments, host); });
    sub->add_option("DATA", info_arguments.data, "data file")->required();
    sub->add_option("--set", info_arguments.settings, "a setting of the loader, e.g. loader.layer=counts (repeatable)")
        ->type_name("KEY=VALUE");
    command("plugins", "show the plugin files, and why some are not loaded", [](auto& host) { return plugins(host); });
  }
};

int main_guarded(int argc, char** argv) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = line.app.exit(error);
    return code == 0 ? done : usage_or_configuration;
  }
  core::PluginHost host;
  for (const std::string& file : line.plugin_files) host.load_file(file);
  host.load_standard_folders();
  return line.chosen(host);
}

}  // namespace

std::string version_text() {
  std::string text = concat("scprior ", SCPRIOR_VERSION_MAJOR, '.', SCPRIOR_VERSION_MINOR, '.', SCPRIOR_VERSION_PATCH);
  for (const core::Fact& fact : core::standard_versions())
    if (fact.name != "scprior") text += concat("\n", fact.name, ' ', fact.value);
  return text;
}

}  // namespace scprior::app

int main(int argc, char** argv) {
  try {
    return scprior::app::main_guarded(argc, argv);
  } catch (const scprior::Error& error) {
    std::fprintf(stderr, "scprior: %s\n", error.what());
    return scprior::app::exit_code(error.status());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scprior: internal error: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "scprior: internal error of unknown kind\n");
  }
  return scprior::app::not_done;
}
