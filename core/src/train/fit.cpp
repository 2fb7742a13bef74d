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
#include "train/precision.hpp"
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
Totals validate(Model& model, const CellSource& cells, std::span<const int64_t> rows, LossWeights weights,
                const FitOptions& options) {
  const at::NoGradGuard no_grad;
  const at::Generator noise = make_generator(stream_seed(options.seed, RandomStream::evaluation), options.device);
  model.eval();
  model.prepare_prior();
  Totals totals;
  for (size_t first = 0; first < rows.size(); first += evaluation_batch) {
    const auto part = rows.subspan(first, std::min<size_t>(evaluation_batch, rows.size() - first));
    const CellBatch batch = to_device(make_batch(cells, part), options.device);
    totals.add(negative_elbo(model, batch, options.train.samples, weights, noise),
               static_cast<int64_t>(part.size()));
  }
  return totals;
}

ElboTerms train_step(Model& model, const CellBatch& batch, LossWeights weights, double learning_rate,
                     const FitOptions& options, Precision precision, Adam& optimiser, const at::Generator& noise) {
  const TrainingScope scope(precision, optimiser.row_gradients());
  model.prepare_prior();
  model.train(noise);
  const ElboTerms terms = negative_elbo(model, batch, options.train.samples, weights, noise);
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

/// One fit in progress.
class Fit {
 public:
  Fit(Model& model, const CellSource& cells, const Split& split, const FitOptions& options)
      : model_(model),
        cells_(cells),
        split_(split),
        options_(options),
        batches_(split.train, options.train.batch_size,
                 stream_seed(options.seed, RandomStream::batches), options.train.steps_per_epoch),
        optimiser_(model.entries(), {.beta1 = options.train.beta1,
                                     .beta2 = options.train.beta2,
                                     .epsilon = options.train.epsilon,
                                     .l1 = options.train.l1,
                                     .l2 = options.train.l2}),
        noise_(make_generator(stream_seed(options.seed, RandomStream::noise), options.device)),
        schedule_(options.train) {
    outcome_.precision = resolve_precision(model, cells, split, options);
    best_.keep(model);  // the start is the last good state until the first epoch ends
  }

  FitOutcome run() {
    for (int64_t epoch = 1; epoch <= options_.train.max_epochs && going_; ++epoch) {
      record_ = {.epoch = epoch, .learning_rate = schedule_.learning_rate()};
      totals_ = {};
      for (int64_t step = 1; step <= batches_.batches_per_epoch() && going_; ++step) do_step(step);
      if (going_) close_epoch();
    }
    const bool first_epoch_cut_short = outcome_.stop == StopReason::cancelled && outcome_.best_epoch == 0;
    if (!first_epoch_cut_short) best_.restore(model_);
    model_.eval();
    outcome_.seconds = seconds_since(start_);
    outcome_.cells_per_second = cells_per_second();
    return std::move(outcome_);
  }

 private:
  void stop(StopReason reason, std::string message = "") {
    going_ = false;
    outcome_.stop = reason;
    outcome_.message = std::move(message);
  }

  /// The KL weight of this epoch: during a warm-up it rises from 0.
  double kl_weight() const {
    const TrainConfig& train = options_.train;
    if (train.kl_warmup_epochs == 0) return train.kl_weight;
    return train.kl_weight *
           std::min(1.0, static_cast<double>(record_.epoch - 1) / static_cast<double>(train.kl_warmup_epochs));
  }

  LossWeights weights(double kl_weight) const {
    const double per_gene = 1 / static_cast<double>(model_.genes.genes.size());
    return {kl_weight, options_.train.reconstruction == "mean" ? per_gene : 1};
  }

  void do_step(int64_t step) {
    const Clock::time_point step_start = Clock::now();
    const CellBatch batch = to_device(make_batch(cells_, batches_.next()), options_.device);
    const ElboTerms terms =
        train_step(model_, batch, weights(kl_weight()), schedule_.learning_rate(), options_, outcome_.precision,
                   optimiser_, noise_);
    training_seconds_ += seconds_since(step_start);
    cells_trained_ += batch.counts.rows();
    totals_.add(terms, batch.counts.rows());
    if (!std::isfinite(totals_.loss)) {
      stop(StopReason::not_finite, not_finite_text(terms, record_, step));
    } else {
      tell(step, nullptr);
    }
  }

  /// Validates, keeps the weights if they are the best so far, and decides whether to go on.
  void close_epoch() {
    record_.reconstruction = totals_.mean(totals_.reconstruction);
    record_.kl = totals_.mean(totals_.kl);
    record_.penalty = optimiser_.penalty();
    record_.train_loss = totals_.mean(totals_.loss) + record_.penalty;
    const auto& rows = split_.validation.empty() ? split_.train : split_.validation;
    const Totals held_out = validate(model_, cells_, rows, weights(options_.train.kl_weight), options_);
    record_.validation_loss = held_out.mean(held_out.loss) + record_.penalty;
    outcome_.history.push_back(record_);
    if (!std::isfinite(record_.validation_loss)) {
      stop(StopReason::not_finite,
           not_finite_text(concat("the validation loss is not finite after epoch ", record_.epoch), record_));
      return;
    }
    if (schedule_.observe(record_.validation_loss)) {
      best_.keep(model_);
      outcome_.best_epoch = record_.epoch;
    }
    tell(batches_.batches_per_epoch(), &outcome_.history.back());
    if (going_ && schedule_.exhausted()) stop(StopReason::no_improvement);
  }

  double cells_per_second() const {
    return training_seconds_ > 0 ? static_cast<double>(cells_trained_) / training_seconds_ : 0;
  }

  void tell(int64_t step, const EpochRecord* finished) {
    if (!options_.progress) return;
    const int64_t steps = batches_.batches_per_epoch(), max_epochs = options_.train.max_epochs;
    FitProgress progress{record_.epoch, max_epochs, step, steps, totals_.mean(totals_.loss)};
    progress.cells_per_second = cells_per_second();
    progress.seconds = seconds_since(start_);
    const double done = static_cast<double>((record_.epoch - 1) * steps + step);
    progress.seconds_left = progress.seconds * (static_cast<double>(max_epochs * steps) / done - 1);
    progress.finished = finished;
    if (!options_.progress(progress)) stop(StopReason::cancelled);
  }

  Model& model_;
  const CellSource& cells_;
  const Split& split_;
  const FitOptions& options_;
  BatchSampler batches_;
  Adam optimiser_;
  at::Generator noise_;
  Schedule schedule_;
  BestWeights best_;
  FitOutcome outcome_;
  const Clock::time_point start_ = Clock::now();
  EpochRecord record_;  // of the epoch under way
  Totals totals_;       // of the epoch under way
  double training_seconds_ = 0;
  int64_t cells_trained_ = 0;
  bool going_ = true;
};

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
  model.to(options.device);
  initialise_prior(model, cells, split, options.seed, options.device);
  return Fit(model, cells, split, options).run();
}

}  // namespace scprior::core
