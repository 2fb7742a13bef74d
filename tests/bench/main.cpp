// SPDX-License-Identifier: Apache-2.0
// scprior-bench: measures scprior, and its peers where a Python with them is given, and prints tables. README.md says
// what the columns mean. `scprior-bench measure WHAT` is one measurement in a process of its own.
#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>

#include "arguments.hpp"
#include "measure.hpp"
#include "models.hpp"
#include "plan.hpp"
#include "results_file.hpp"
#include "rounds.hpp"
#include "scprior/core/exception_text.hpp"
#include "scprior/core/process.hpp"
#include "scprior/error.hpp"
#include "tables.hpp"

namespace scprior::bench {
namespace {

std::string wrong_ending(const std::string& file) {
  const std::string ending = std::filesystem::path(file).extension();
  return ending == ".json" || ending == ".tsv" ? "" : file + ": the name must end with .json or .tsv";
}

int run_bench(Arguments arguments) {
  core::prepare_process(arguments.threads);
  arguments.threads = at::get_num_threads();  // 0 would mean something else to each peer
  std::filesystem::create_directories(arguments.data);
  const Samples samples = run_rounds(plan_of(arguments), arguments.tries);
  const std::vector<core::Fact> facts = conditions(samples, arguments);
  const std::vector<Bar> bars = bars_of(samples, arguments);

  for (const core::Fact& fact : facts) fmt::print("{:<18}{}\n", fact.name, fact.value);
  for (const auto& tables : {other_tables(samples, arguments), training_tables(samples, arguments)})
    for (const core::ResultTable& table : tables) fmt::print("\n{}", core::to_text(table, false));
  fmt::print("\n{}", core::to_text(bars_table(bars, samples), false));
  for (const auto& [task, reason] : samples.failures()) fmt::print("\nnot measured: {}: {}\n", task, reason);
  for (const std::filesystem::path& file : arguments.outputs) write_results(file, facts, samples, bars);
  return samples.failures().empty() ? 0 : 1;
}

void declare(CLI::App& app, Arguments& a) {
  app.add_option("--peers", a.peers, "a Python with torch and anndata (and scvi-tools): measure these too")
      ->type_name("PYTHON");
  app.add_flag("--quick", a.quick, "3 short repetitions, batch 128 unless given, few cells for metrics and report");
  app.add_flag("--scaling", a.scaling, "cost against the number of cells and of genes too");
  app.add_flag("--loss{500}", a.loss_steps, "losses after 500 steps too; --loss=NUMBER for another number of steps");
  app.add_option("--models", a.models, "which of AE, VAE, IAF, VAMP, VAE-gene-cell")
      ->delimiter(',')
      ->check(CLI::IsMember(model_names()))
      ->type_name("NAME,...");
  app.add_option("--batch", a.batches, "batch sizes (default 128,512)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->type_name("NUMBER,...");
  const auto whole = [&](const char* name, int64_t& value, const char* help) {
    return app.add_option(name, value, help)->type_name("NUMBER")->check(CLI::PositiveNumber);
  };
  whole("--repetitions", a.repetitions, "processes per configuration (default 5)");
  whole("--tries", a.tries, "attempts at a repetition that others do not disturb (default 3)");
  whole("--cells", a.cells, "cells to train on (default 5000)");
  whole("--genes", a.genes, "genes (default 20000)");
  whole("--components", a.components, "pseudo-inputs of VAMP (default 500)");
  whole("--threads", a.threads, "threads (default: all cores)");
  app.add_option("--seconds", a.seconds, "how long a short thing is repeated within a process (default 2)")
      ->type_name("SECONDS");
  app.add_option("--data", a.data, "folder of the simulated files, which are kept")
      ->required()
      ->take_last()
      ->type_name("FOLDER");
  app.add_option("--out", a.outputs, "write what was measured to a .json or .tsv file (repeatable)")
      ->check(wrong_ending)
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.footer("Exit codes: 0 everything was measured; 1 something could not be; 2 wrong usage.");
}

void declare_measure(CLI::App& app, MeasureArguments& m) {
  app.add_option("WHAT", m.what)->required();
  app.add_option("--data", m.data);
  app.add_option("--model", m.model);
  app.add_option("--precision", m.precision);
  app.add_option("--batch", m.batch);
  app.add_option("--components", m.components);
  app.add_option("--cells", m.cells);
  app.add_option("--genes", m.genes);
  app.add_option("--steps", m.steps);
  app.add_option("--seconds", m.seconds);
  app.add_option("--started", m.started);
  app.add_option("--threads", m.threads);
}

int run(int argc, char** argv) {
  const bool measures = argc > 1 && std::string(argv[1]) == "measure";
  CLI::App app(measures ? "one measurement" : "scprior-bench: how fast scprior is on this machine", "scprior-bench");
  Arguments arguments;
  MeasureArguments measurement;
  if (measures)
    declare_measure(app, measurement);
  else
    declare(app, arguments);
  try {
    app.parse(argc - measures, argv + measures);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (measures) {
    std::cout << to_json(measure(measurement)) << std::endl;
    return 0;
  }
  if (arguments.quick) {
    if (app.count("--repetitions") == 0) arguments.repetitions = 3;
    if (app.count("--seconds") == 0) arguments.seconds = 1;
    if (app.count("--batch") == 0) arguments.batches = {128};
  }
  return run_bench(arguments);
}

}  // namespace
}  // namespace scprior::bench

int main(int argc, char** argv) {
  try {
    return scprior::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "scprior-bench: " << scprior::core::exception_text(error) << std::endl;
    return 2;
  }
}
