// SPDX-License-Identifier: Apache-2.0
#include "rounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "child_process.hpp"
#include "scprior/core/exception_text.hpp"
#include "scprior/error.hpp"

namespace scprior::bench {
namespace {

/// `--started` is for the process to know how long it took to get going.
std::vector<std::string> with_start(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  if (words.front() == "/proc/self/exe") {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    words.insert(words.end(), {"--started", concat(std::chrono::nanoseconds(now).count())});
  }
  return words;
}

std::string shown(const Measured& measured) {
  for (const auto& [quantity, unit] : {std::pair{"cells_per_second", "cells/s"}, std::pair{"seconds", "s"}})
    if (const auto found = measured.values.find(quantity); found != measured.values.end())
      return fmt::format("{:.4g} {}", found->second, unit);
  return "done";
}

void run_task(const Task& task, int64_t repetition, Samples& samples) {
  fmt::print(stderr, "{}/{}  {}  ", repetition + 1, task.repetitions, task.name);
  std::string failure;
  try {
    const Ended ended = run_child(with_start(task.command), task.environment);
    failure = ended.reason;
    if (failure.empty()) {
      const Measured measured = measured_from(ended.output);
      samples.add(task.name, repetition, measured);
      fmt::print(stderr, "{}\n", shown(measured));
      return;
    }
  } catch (const std::exception& error) {
    failure = core::exception_text(error);
  }
  samples.add_failure(task.name, failure);
  fmt::print(stderr, "failed: {}\n", failure);
}

}  // namespace

Samples run_rounds(const Plan& plan) {
  Samples samples;
  for (const Task& task : plan.preparations) run_task(task, 0, samples);  // what needs a missing file fails by itself
  int64_t rounds = 0;
  for (const Task& task : plan.tasks) rounds = std::max(rounds, task.repetitions);
  std::vector<Task> order = plan.tasks;
  for (int64_t round = 0; round < rounds; ++round) {
    for (const Task& task : order)
      if (round < task.repetitions && !samples.failures().contains(task.name)) run_task(task, round, samples);
    std::reverse(order.begin(), order.end());
  }
  return samples;
}

}  // namespace scprior::bench
