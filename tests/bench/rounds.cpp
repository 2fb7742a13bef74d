// SPDX-License-Identifier: Apache-2.0
#include "rounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "child_process.hpp"
#include "machine.hpp"
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

/// Errors: Error{data} with the reason if the process fails.
Measured try_task(const Task& task) {
  const OtherLoad others;
  const Ended ended = run_child(with_start(task.command), task.environment);
  if (!ended.reason.empty()) fail(Status::data, ended.reason);
  Measured measured = measured_from(ended.output);
  measured.values[others_share] = others.share();
  return measured;
}

Measured least_disturbed(const Task& task, int64_t tries) {
  Measured best = try_task(task);
  for (int64_t i = 1; i < tries && best.values[others_share] > disturbed_share; ++i) {
    fmt::print(stderr, "disturbed, again  ");
    Measured next = try_task(task);
    if (next.values[others_share] < best.values[others_share]) best = std::move(next);
  }
  return best;
}

void run_task(const Task& task, int64_t repetition, int64_t tries, Samples& samples) {
  fmt::print(stderr, "{}/{}  {}  ", repetition + 1, task.repetitions, task.name);
  try {
    const Measured measured = least_disturbed(task, tries);
    samples.add(task.name, repetition, measured);
    fmt::print(stderr, "{}\n", shown(measured));
  } catch (const std::exception& error) {
    const std::string reason = core::exception_text(error);
    samples.add_failure(task.name, reason);
    fmt::print(stderr, "failed: {}\n", reason);
  }
}

}  // namespace

Samples run_rounds(const Plan& plan, int64_t tries) {
  Samples samples, preparations;
  for (const Task& task : plan.preparations) run_task(task, 0, 1, preparations);
  for (const auto& [task, reason] : preparations.failures()) samples.add_failure(task, reason);
  int64_t rounds = 0;
  for (const Task& task : plan.tasks) rounds = std::max(rounds, task.repetitions);
  std::vector<Task> order = plan.tasks;
  for (int64_t round = 0; round < rounds; ++round) {
    for (const Task& task : order)
      if (round < task.repetitions && !samples.failures().contains(task.name)) run_task(task, round, tries, samples);
    std::reverse(order.begin(), order.end());
  }
  return samples;
}

}  // namespace scprior::bench
