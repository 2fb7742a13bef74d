// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/fit.hpp"

#include <ATen/ATen.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "objective/elbo.hpp"
#include "scprior/core/batches.hpp"
#include "scprior/core/process.hpp"
#include "train/adam.hpp"
#include "train/best_weights.hpp"
#include "train/initialise_prior.hpp"
#include "train/precision.hpp"
#include "train/resident_cells.hpp"
#include "train/schedule.hpp"

namespace scprior::core {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Sums over the cells of an epoch. They are kept where the losses are, because reading them waits for the device.
class Totals {
 public:
  struct Means {
    double loss = 0, reconstruction = 0, kl = 0;
  };

  void add(const ElboTerms& terms, int64_t batch) {
    const at::NoGradGuard no_grad;
    const at::Tensor sums = at::stack({terms.loss, terms.reconstruction, terms.kl}).to(at::kDouble) * batch;
    sums_ = sums_.defined() ? sums_.add_(sums) : sums;
    cells_ += batch;
  }
  Means means() const {
    if (cells_ == 0) return {};
    const at::Tensor host = sums_.to(at::kCPU) / cells_;
    return {host[0].item<double>(), host[1].item<double>(), host[2].item<double>()};
  }

 private:
  at::Tensor sums_;  // [3] float64: loss, reconstruction, KL
  int64_t cells_ = 0;
};

/// Batches of the training's cells on its device.
class CellsOnDevice {
 public:
  CellsOnDevice(const CellSource& cells, at::Device device) : cells_(cells) {
    if (!device.is_cpu()) resident_.emplace(cells, device);
  }
  CellBatch batch(std::span<const int64_t> rows) const {
    return resident_ ? resident_->batch(rows) : make_batch(cells_, rows);
  }

 private:
  const CellSource& cells_;
  std::optional<ResidentCells> resident_;
};

constexpr int64_t evaluation_batch = 512;

/// The monitored loss of `rows` without penalties: full KL weight, the same noise at every call.
double validate(Model& model, const CellsOnDevice& cells, std::span<const int64_t> rows, LossWeights weights,
                const FitOptions& options) {
  const at::NoGradGuard no_grad;
  const at::Generator noise = make_generator(stream_seed(options.seed, RandomStream::evaluation), options.device);
  model.eval();
  model.prepare_prior();
  Totals totals;
  for (size_t first = 0; first < rows.size(); first += evaluation_batch) {
    const auto part = rows.subspan(first, std::min<size_t>(evaluation_batch, rows.size() - first));
    totals.add(negative_elbo(model, cells.batch(part), options.train.samples, weights, noise),
               static_cast<int64_t>(part.size()));
  }
  return totals.means().loss;
}

ElboTerms train_step(Model& model, const CellBatch& batch, LossWeights weights, double learning_rate,
                     const FitOptions& options, Precision precision, Adam& optimiser, const at::Generator& noise) {
  const TrainingScope scope(precision, optimiser.row_gradients());
  model.prepare_prior();
  model.train(noise);
  const ElboTerms terms = negative_elbo(model, batch, options.train.samples, weights, noise);
  // A step from a loss that is not finite would spoil the weights of a first epoch that is cancelled. Other devices are
  // not waited for: there the best weights so far are what is left.
  const bool goes_on = !options.device.is_cpu() || std::isfinite(terms.loss.item<double>());
  if (goes_on) {
    terms.loss.backward();
    optimiser.step(learning_rate);
  }
  return {terms.loss.detach(), terms.reconstruction.detach(), terms.kl.detach()};  // without the graph
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
        cells_(cells, options.device),
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
    const CellBatch batch = cells_.batch(batches_.next());
    const ElboTerms terms =
        train_step(model_, batch, weights(kl_weight()), schedule_.learning_rate(), options_, outcome_.precision,
                   optimiser_, noise_);
    cells_trained_ += batch.counts.rows();
    totals_.add(terms, batch.counts.rows());
    const bool reads = is_reading_step(step);
    if (reads) means_ = totals_.means();  // waits for the device
    training_seconds_ += seconds_since(step_start);
    if (!reads) return;
    if (!std::isfinite(means_.loss)) {
      stop(StopReason::not_finite, not_finite_text(terms, record_, step));
    } else {
      tell(step, nullptr);
    }
  }

  /// The host reads its own losses at once, those of another device now and then.
  bool is_reading_step(int64_t step) const {
    constexpr int64_t steps_between = 16;
    return options_.device.is_cpu() || step % steps_between == 0 || step == batches_.batches_per_epoch();
  }

  /// Validates, keeps the weights if they are the best so far, and decides whether to go on.
  void close_epoch() {
    record_.reconstruction = means_.reconstruction;
    record_.kl = means_.kl;
    record_.penalty = optimiser_.penalty();
    record_.train_loss = means_.loss + record_.penalty;
    const auto& rows = split_.validation.empty() ? split_.train : split_.validation;
    record_.validation_loss =
        validate(model_, cells_, rows, weights(options_.train.kl_weight), options_) + record_.penalty;
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
    FitProgress progress{record_.epoch, max_epochs, step, steps, means_.loss};
    progress.cells_per_second = cells_per_second();
    progress.seconds = seconds_since(start_);
    const double done = static_cast<double>((record_.epoch - 1) * steps + step);
    progress.seconds_left = progress.seconds * (static_cast<double>(max_epochs * steps) / done - 1);
    progress.finished = finished;
    if (!options_.progress(progress)) stop(StopReason::cancelled);
  }

  Model& model_;
  const CellsOnDevice cells_;
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
  Totals::Means means_;  // ... as last read
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
  release_freed_memory();  // of reading the data
  model.to(options.device);
  initialise_prior(model, cells, split, options.seed, options.device);
  return Fit(model, cells, split, options).run();
}

}  // namespace scprior::core
