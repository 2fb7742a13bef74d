// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>

#include "commands.hpp"
#include "scprior/core/exception_text.hpp"
#include "scprior/core/process.hpp"
#include "scprior/core/report.hpp"
#include "usage.hpp"

namespace scprior::app {
namespace {

ExitCode exit_code(Status status) {
  switch (status) {
    case Status::argument:
    case Status::config:
    case Status::unsupported:
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
  DescribeArguments describe_arguments;
  NewArguments new_arguments;
  std::string kind, file;
  std::function<int(core::PluginHost&)> chosen;

  CLI::App* command(const char* word, const char* help, std::function<int(core::PluginHost&)> body) {
    CLI::App* sub = app.add_subcommand(word, help);
    sub->callback([this, body = std::move(body)] { chosen = body; });
    sub->fallthrough();
    return sub;
  }

  static CLI::Option* positional(CLI::App* sub, const char* word, std::string& value, const char* help) {
    return sub->add_option(word, value, help)->required()->type_name("");
  }
  static CLI::Option* text(CLI::App* sub, const char* option, std::string& value, const char* type, const char* help) {
    return sub->add_option(option, value, help)->type_name(type);
  }
  static CLI::Option* whole(CLI::App* sub, const char* option, int64_t& value, int64_t min, const char* help) {
    return sub->add_option(option, value, help)->check(whole_number(min))->type_name("NUMBER");
  }
  static void threads(CLI::App* sub, int64_t& value) {
    whole(sub, "--threads", value, 0, "threads to use; 0 = all cores");
  }
  static void seed(CLI::App* sub, int64_t& value) { whole(sub, "--seed", value, 0, "random seed (default 0)"); }
  static void settings(CLI::App* sub, std::vector<std::string>& values, const char* help) {
    sub->add_option("--set", values, help)->type_name("KEY=VALUE")->allow_extra_args(false);
  }
  static void loader_settings(CLI::App* sub, std::vector<std::string>& values) {
    settings(sub, values, "a setting of the loader, e.g. loader.layer=counts (repeatable)");
  }

  CommandLine() {
    app.set_version_flag("--version", version_text, "show the versions of scprior and what it is built with");
    app.set_help_flag("-h,--help", "show this help; `scprior COMMAND --help` shows that of a command");
    app.set_help_all_flag("--help-all", "show the help of all commands");
    app.require_subcommand(1);
    app.add_option("--plugin", plugin_files, "load this plugin file as well (repeatable)")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.footer("Exit codes: 0 done; 2 wrong usage or configuration; 3 data cannot be used; 1 anything else.");
    add_training();
    add_use_of_models();
    add_looking();
    add_making();
  }

  void add_training() {
    CLI::App* sub = command("run", "train all models of an experiment file and write tables and report",
                            [this](auto& host) { return run(run_arguments, host); });
    positional(sub, "FILE", run_arguments.file, "experiment file (TOML)");
    sub->add_flag("--force", run_arguments.force, "repeat fits that are complete already");
    threads(sub, run_arguments.threads);

    TrainArguments& t = train_arguments;
    sub = command("train", "train one model on a data set, without an experiment file",
                  [this](auto& host) { return train(train_arguments, host); });
    positional(sub, "DATA", t.data, "raw counts, e.g. an .h5ad file");
    text(sub, "-o,--output", t.model_folder, "MODEL", "folder to write the model to")->required();
    text(sub, "--preset", t.preset, "NAME", "\"paper\": the settings of Dony et al. 2020 (the default)");
    text(sub, "--prior", t.prior, "NAME", "prior, e.g. standard_normal, vamp; none = autoencoder");
    text(sub, "--flow", t.flow, "NAME", "posterior flow, e.g. identity, iaf");
    text(sub, "--label", t.label, "COLUMN", "column of cell types, remembered for evaluation");
    seed(sub, t.seed);
    threads(sub, t.threads);
    text(sub, "--device", t.device, "NAME", "cpu or cuda");
    settings(sub, t.settings,
             "any other setting, e.g. train.max_epochs=100, prior.components=200, latent=32 (repeatable)");
  }

  void add_use_of_models() {
    EmbedArguments& e = embed_arguments;
    CLI::App* sub = command("embed", "write the latent representation of cells, in obsm[\"X_scprior\"] of an h5ad file",
                            [this](auto& host) { return embed(embed_arguments, host); });
    positional(sub, "MODEL", e.model_folder, "model folder");
    positional(sub, "DATA", e.data, "raw counts");
    text(sub, "-o,--output", e.output, "OUT.h5ad", "h5ad file to write")->required();
    loader_settings(sub, e.settings);
    threads(sub, e.threads);

    SampleArguments& s = sample_arguments;
    s.library = 1e4;
    sub = command("sample", "draw new cells from a model's prior",
                  [this](auto& host) { return sample(sample_arguments, host); });
    positional(sub, "MODEL", s.model_folder, "model folder");
    whole(sub, "-n", s.n, 1, "number of cells")->required();
    text(sub, "-o,--output", s.output, "OUT.h5ad", "h5ad file to write")->required();
    sub->add_option("--library", s.library, "expected counts per cell")
        ->check(positive_number())
        ->type_name("NUMBER")
        ->capture_default_str();
    text(sub, "--library-from", s.library_from, "DATA", "draw the counts per cell from those of this data set");
    seed(sub, s.seed);
    threads(sub, s.threads);

    EvaluateArguments& v = evaluate_arguments;
    sub = command("evaluate", "compute the metrics of a model on a data set",
                  [this](auto& host) { return evaluate(evaluate_arguments, host); });
    positional(sub, "MODEL", v.model_folder, "model folder");
    positional(sub, "DATA", v.data, "raw counts");
    text(sub, "--label", v.label, "COLUMN", "column of cell types, for the silhouette width");
    text(sub, "--batch", v.batch, "COLUMN", "column of experimental batches");
    sub->add_flag("--test-cells", v.test_cells,
                  "score only the cells held out in training (DATA must be the training data)");
    sub->add_flag("--json", v.json, "print JSON");
    loader_settings(sub, v.settings);
    threads(sub, v.threads);
  }

  void add_looking() {
    CLI::App* sub = command("list", "list the components there are", [this](auto& host) { return list(kind, host); });
    text(sub, "KIND", kind, "", "loader, encoder, flow, prior, decoder, likelihood or metric; all if not given");
    sub = command("describe", "show a component's options, or those of a section of the experiment file",
                  [this](auto& host) { return describe(describe_arguments, host); });
    text(sub, "KIND", describe_arguments.kind, "",
         "kind of component; or a section: train, split, genes, data, model; all sections if not given");
    text(sub, "NAME", describe_arguments.name, "", "the component");
    auto* toml = sub->add_flag("--toml", describe_arguments.toml, "print a block to paste into an experiment file");
    sub->add_flag("--markdown", describe_arguments.markdown, "print the table of options of a plugin's README")
        ->excludes(toml);
    sub = command("check", "validate an experiment file, and look into its data files, without training",
                  [this](auto& host) { return check(file, host); });
    positional(sub, "FILE", file, "experiment file (TOML)");
    sub = command("info", "show what a data file holds and whether it can be used",
                  [this](auto& host) { return info(info_arguments, host); });
    positional(sub, "DATA", info_arguments.data, "data file");
    loader_settings(sub, info_arguments.settings);
    command("plugins", "show the plugin files, what they offer, and why some are refused",
            [](auto& host) { return plugins(host); });
  }

  void add_making() {
    NewArguments& n = new_arguments;
    CLI::App* sub = command("new", "start a plugin of your own: write a project that builds, with its tests",
                            [this](auto& host) { return new_plugin(new_arguments, host); });
    positional(sub, "KIND", n.kind, "loader, encoder, flow, prior, decoder, likelihood or metric");
    positional(sub, "NAME", n.name, "name of the component: small letters, digits and _");
    text(sub, "-o,--output", n.folder, "FOLDER", "folder to write to (default KIND_NAME)");
    text(sub, "--tier", n.tier, "c|c++", "language of the plugin; c for priors only (default c++)");
  }
};

int main_guarded(int argc, char** argv) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return static_cast<ExitCode>(line.app.exit(error));  // --help, --version
    std::fprintf(stderr, "scprior: %s\n", usage_text(line.app, error).c_str());
    return usage_or_configuration;
  }
  core::PluginHost host;
  for (const std::string& file : line.plugin_files) host.load_file(file);
  host.load_standard_folders();
  return line.chosen(host);
}

}  // namespace

std::string version_text() {
  std::string text = "scprior " + core::version();
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
  } catch (const std::filesystem::filesystem_error& error) {
    std::fprintf(stderr, "scprior: %s\n", scprior::core::exception_text(error).c_str());
    return scprior::app::data_problem;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scprior: %s\n", scprior::core::exception_text(error).c_str());
  } catch (...) {
    std::fprintf(stderr, "scprior: internal error of unknown kind\n");
  }
  return scprior::app::not_done;
}
