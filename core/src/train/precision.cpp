// SPDX-License-Identifier: Apache-2.0
#include "train/precision.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "objective/elbo.hpp"
#include "scprior/core/batches.hpp"
#include "scprior/core/log.hpp"
#include "scprior/kernels/bf16_product.hpp"

namespace scprior::core {
namespace {

constexpr double agreement = 1e-3;

double loss_in(Precision precision, Model& model, const CellBatch& batch, const FitOptions& options) {
  RowGradients none;
  const TrainingScope scope(precision, none);
  const at::Generator noise = make_generator(stream_seed(options.seed, RandomStream::evaluation), options.device);
  model.prepare_prior();
  return negative_elbo(model, batch, options.train.samples, {}, noise).loss.item<double>();
}

bool losses_agree(Model& model, const CellSource& cells, const Split& split, const FitOptions& options) {
  const at::NoGradGuard no_grad;
  model.eval();
  const size_t n = std::min<size_t>(split.train.size(), options.train.batch_size);
  const CellBatch batch = make_batch(cells, std::span(split.train).first(n));
  const double exact = loss_in(Precision::float32, model, batch, options);
  const double rounded = loss_in(Precision::bf16, model, batch, options);
  return std::abs(rounded - exact) <= agreement * std::abs(exact);
}

}  // namespace

Precision resolve_precision(Model& model, const CellSource& cells, const Split& split, const FitOptions& options) {
  const std::string& wanted = options.train.precision;
  if (wanted == "float32") return Precision::float32;
  if (!options.device.is_cpu()) {
    log_message(2, "train.precision: only products on the CPU are made in bf16; this training is in float32");
    return Precision::float32;
  }
  const bool native = kernels::processor_has(kernels::Bf16Path::automatic);
  if (wanted == "bf16") {
    if (!native)
      log_message(2, "train.precision = \"bf16\": this processor does not multiply bfloat16 itself; training is then "
                     "slower than with \"float32\"");
    return Precision::bf16;
  }
  return native && losses_agree(model, cells, split, options) ? Precision::bf16 : Precision::float32;
}

}  // namespace scprior::core
