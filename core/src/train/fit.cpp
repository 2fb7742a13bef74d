// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/fit.hpp"

#include <ATen/ATen.h>

#include <chrono>
#include <cmath>

#include "objective/elbo.hpp"
#include "scprior/core/batches.hpp"
#include "train/adam.hpp"
#include "train/best_weights.hpp"
#include "train/initialise_prior.hpp"
#include "train/schedule.hpp"
#include "train/to_device.hpp"

namespace scprior::core {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Sums over the cells of an epoch.
struct Totals {
  double loss = 0, reconstruction = 0, kl = 0;
  int64_t cells = 0;

  void add(const ElboTerms& terms, int64_t batch) {
    const double n = static_cast<double>(batch);
    loss += n * terms.loss.item<double>();
    reconstruction += n * terms.reconstruction.item<double>();
    kl += n * terms.kl.item<double>();
    cells += batch;
  }
  double mean(double total) const { return cells > 0 ? total / static_cast<double>(cells) : 0; }
};

constexpr int64_t evaluation_batch = 512;

/// The monitored loss of `rows` without penalties: full KL weight, the same noise at every call.
Totals validate(Model& model, const CellSource& cells, std::span<const int64_t> rows, const FitOptions& options) {
  const at::NoGradGuard no_grad;
  const at::Generator noise = make_generator(stream_seed(options.seed, RandomStream::evaluation), options.device);
  model.eval();
  model.prepare_prior();
  Totals totals;
  for (size_t first = 0; first < rows.size(); first += evaluation_batch) {
    const auto part = rows.subspan(first, std::min<size_t>(evaluation_batch, rows.size() - first));
    const CellBatch batch = to_device(make_batch(cells, part), options.device);
    totals.add(negative_elbo(model, batch, options.train.samples, options.train.kl_weight, noise),
               static_cast<int64_t>(part.size()));
  }
  return totals;
}

ElboTerms train_step(Model& model, const CellBatch& batch, double kl_weight, double learning_rate,
                     const FitOptions& options, Adam& optimiser, const at::Generator& noise) {
  model.prepare_prior();
  model.train(noise);
  const ElboTerms terms = negative_elbo(model, batch, options.train.samples, kl_weight, noise);
  // A step from a loss that is not finite would spoil the weights that are kept.
  if (std::isfinite(terms.loss.item<double>())) {
    terms.loss.backward();
    optimiser.step(learning_rate);
  }
  return terms;
}

std::string not_finite_text(const std::string& what, const EpochRecord& epoch) {
  return concat(what, " (learning rate ", epoch.learning_rate, "). The best weights before it are kept",
                epoch.epoch == 1 ? ", which are those of the start" : "",
                ". A smaller train.learning_rate usually helps.");
}

std::string not_finite_text(const ElboTerms& terms, const EpochRecord& epoch, int64_t step) {
  const auto shown = [](double value) { return std::isnan(value) ? "nan" : concat(value); };  // not "-nan"
  return not_finite_text(concat("the loss is not finite at step ", step, " of epoch ", epoch.epoch,
                                ": the reconstruction loss is ", shown(terms.reconstruction.item<double>()),
                                ", the KL term is ", shown(terms.kl.item<double>())),
                         epoch);
}

}  // namespace

std::string to_text(StopReason reason) {
  switch (reason) {
    case StopReason::max_epochs: return "all epochs run";
    case StopReason::no_improvement: return "no improvement";
    case StopReason::cancelled: return "cancelled";
    case StopReason::not_finite: return "loss not finite";
  }
  return "";
}

FitOutcome fit(Model& model, const CellSource& cells, const Split& split, const FitOptions& options) {
  const TrainConfig& train = options.train;
  const Clock::time_point start = Clock::now();
  model.to(options.device);
  initialise_prior(model, cells, split, options.seed, options.device);
  BatchSampler batches(split.train, train.batch_size, static_cast<int64_t>(stream_seed(options.seed, RandomStream::batches) >> 1),
                       train.steps_per_epoch);
  Adam optimiser(model.entries(), {.beta1 = train.beta1, .beta2 = train.beta2, .epsilon = train.epsilon, .l1 = train.l1, .l2 = train.l2});
  const at::Generator noise = make_generator(stream_seed(options.seed, RandomStream::noise), options.device);
  Schedule schedule(train);
  BestWeights best;
  best.keep(model);  // the start is the last good state until the first epoch ends
  FitOutcome outcome;
  double training_seconds = 0;
  int64_t cells_trained = 0;

  const auto tell = [&](const EpochRecord& epoch, int64_t step, const Totals& totals, const EpochRecord* finished) {
    if (!options.progress) return true;
    const int64_t steps = batches.batches_per_epoch();
    FitProgress progress{epoch.epoch, train.max_epochs, step, steps, totals.mean(totals.loss)};
    progress.cells_per_second = training_seconds > 0 ? static_cast<double>(cells_trained) / training_seconds : 0;
    progress.seconds = seconds_since(start);
    const double done = static_cast<double>((epoch.epoch - 1) * steps + step);
    progress.seconds_left = progress.seconds * (static_cast<double>(train.max_epochs * steps) / done - 1);
    progress.finished = finished;
    return options.progress(progress);
  };

  bool stopped = false;
  for (int64_t epoch = 1; epoch <= train.max_epochs && !stopped; ++epoch) {
    EpochRecord record{.epoch = epoch, .learning_rate = schedule.learning_rate()};
    const double warm = train.kl_warmup_epochs > 0
                            ? std::min(1.0, static_cast<double>(epoch - 1) / static_cast<double>(train.kl_warmup_epochs))
                            : 1.0;
    Totals totals;
    for (int64_t step = 1; step <= batches.batches_per_epoch() && !stopped; ++step) {
      const Clock::time_point step_start = Clock::now();
      const CellBatch batch = to_device(make_batch(cells, batches.next()), options.device);
      const ElboTerms terms =
          train_step(model, batch, warm * train.kl_weight, schedule.learning_rate(), options, optimiser, noise);
      training_seconds += seconds_since(step_start);
      cells_trained += batch.counts.rows();
      totals.add(terms, batch.counts.rows());
      if (!std::isfinite(totals.loss)) {
        outcome.stop = StopReason::not_finite;
        outcome.message = not_finite_text(terms, record, step);
        stopped = true;
      } else if (!tell(record, step, totals, nullptr)) {
        outcome.stop = StopReason::cancelled;
        stopped = true;
      }
    }
    if (stopped) break;
    record.reconstruction = totals.mean(totals.reconstruction);
    record.kl = totals.mean(totals.kl);
    record.penalty = optimiser.penalty();
    record.train_loss = totals.mean(totals.loss) + record.penalty;
    const Totals held_out =
        validate(model, cells, split.validation.empty() ? split.train : split.validation, options);
    record.validation_loss = held_out.mean(held_out.loss) + record.penalty;
    outcome.history.push_back(record);
    if (!std::isfinite(record.validation_loss)) {
      outcome.stop = StopReason::not_finite;
      outcome.message = not_finite_text(concat("the validation loss is not finite after epoch ", epoch), record);
      break;
    }
    if (schedule.observe(record.validation_loss)) {
      best.keep(model);
      outcome.best_epoch = epoch;
    }
    if (schedule.exhausted()) {
      outcome.stop = StopReason::no_improvement;
      stopped = true;
    }
    if (!tell(record, batches.batches_per_epoch(), totals, &outcome.history.back()) && !stopped) {
      outcome.stop = StopReason::cancelled;
      stopped = true;
    }
  }
  const bool first_epoch_cut_short = outcome.stop == StopReason::cancelled && outcome.best_epoch == 0;
  if (!first_epoch_cut_short) best.restore(model);
  model.eval();
  outcome.seconds = seconds_since(start);
  outcome.cells_per_second = training_seconds > 0 ? static_cast<double>(cells_trained) / training_seconds : 0;
  return outcome;
}

}  // namespace scprior::core
