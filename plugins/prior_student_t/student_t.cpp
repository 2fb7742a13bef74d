// SPDX-License-Identifier: Apache-2.0
#include "student_t.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <numbers>

#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {
namespace {

/// ln Γ(x+½) - ln Γ(x) - ½ ln x for x >= 16: the first term left out is 691 / (180224 x^11) < 3e-16.
double log_half_step(double x) {
  const double u = 1 / (x * x);
  return (-1.0 / 8 + u * (1.0 / 192 + u * (-1.0 / 640 + u * (17.0 / 14336 - u * 31.0 / 18432)))) / x;
}

}  // namespace

double student_t_log_normaliser(double degrees_of_freedom) {
  const double first = degrees_of_freedom / 2;
  double x = first, ratio = 1;
  for (; x < 16; x += 1) ratio *= x / (x + 0.5);
  return std::log(ratio) + 0.5 * std::log(x / first) + log_half_step(x) - 0.5 * std::log(2 * std::numbers::pi);
}

OptionTable StudentTPrior::options() {
  return {
      option::real("degrees_of_freedom", 5.0, "degrees of freedom of every latent unit; fewer = heavier tails")
          .at_least(0.5)
          .at_most(1e9),
      option::boolean("learnable_location_scale", false,
                      "learn a location and a scale per latent unit; false: 0 and 1, the standard t"),
  };
}

StudentTPrior::StudentTPrior(const Options& options)
    : degrees_of_freedom_(options.real("degrees_of_freedom")),
      learnable_location_scale_(options.boolean("learnable_location_scale")) {}

void StudentTPrior::build(const Dims& dims, at::Generator) {
  add_tensor("location", location_, at::zeros({dims.latent}), {.trainable = learnable_location_scale_});
  add_tensor("log_scale", log_scale_, at::zeros({dims.latent}), {.trainable = learnable_location_scale_});
}

at::Tensor StudentTPrior::log_prob(const at::Tensor& z) {
  const int64_t dims = location_.size(0);
  check_shape("z", z, {any_length, any_length, dims});
  const at::Tensor scaled = (z - location_) * (at::exp(-log_scale_) * (1 / std::sqrt(degrees_of_freedom_)));
  const double constant = static_cast<double>(dims) * student_t_log_normaliser(degrees_of_freedom_);
  return at::log1p(scaled.square()).sum(-1) * (-0.5 * (degrees_of_freedom_ + 1)) - log_scale_.sum() + constant;
}

at::Tensor StudentTPrior::sample(int64_t n, at::Generator generator) {
  if (n < 0) fail(Status::argument, "a number of samples must be 0 or more, got ", n);
  const at::NoGradGuard no_grad;
  // In double: with few degrees of freedom a gamma variate underflows in float.
  const at::TensorOptions options = location_.options().requires_grad(false).dtype(at::kDouble);
  const at::Tensor noise = at::randn({n, location_.size(0)}, generator, options);
  const at::Tensor shape = at::full(noise.sizes(), degrees_of_freedom_ / 2, options);
  const at::Tensor mean_square = at::_standard_gamma(shape, generator) / (degrees_of_freedom_ / 2);  // χ²/ν
  return (location_ + at::exp(log_scale_) * noise / at::sqrt(mean_square)).to(location_.scalar_type());
}

}  // namespace scprior
