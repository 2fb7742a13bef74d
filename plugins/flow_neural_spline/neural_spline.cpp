// SPDX-License-Identifier: Apache-2.0
#include "neural_spline.hpp"

#include <ATen/ATen.h>

#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {

OptionTable NeuralSplineFlow::options() {
  return {
      option::integer("steps", 4, "number of coupling steps T; with two or more every latent unit is changed")
          .at_least(1),
      option::integer("bins", 8, "number of bins K of each spline").at_least(2).at_most(100),
      option::real("tail_bound", 5, "splines act between minus and plus this; beyond, a latent unit passes unchanged")
          .above(0),
      option::integers("hidden", {128}, "widths of the hidden layers of each step's network; [] = a linear map")
          .at_least(1),
      option::choice("activation", nn::activation_names(), "tanh", "non-linearity of the hidden layers"),
      option::choice("split", {"halves", "checkerboard", "random"}, "halves",
                     "how latent units are divided: first and second half, even and odd, or anew every two steps"),
      option::integer("context", 128, "width of the context asked from the encoder; 0 = none").at_least(0),
  };
}

NeuralSplineFlow::NeuralSplineFlow(const Options& options)
    : n_steps_(options.integer("steps")),
      split_(options.text("split")),
      step_{.context = options.integer("context"),
            .bins = options.integer("bins"),
            .bound = options.real("tail_bound"),
            .hidden = options.integers("hidden"),
            .activation = options.text("activation")} {}

at::Tensor NeuralSplineFlow::order_of_units(at::Generator init) const {
  if (split_ == "random") return at::randperm(dims_, init, at::TensorOptions(at::kLong));
  const at::Tensor units = at::arange(dims_, at::kLong);
  if (split_ == "halves") return units;
  return at::cat({units.slice(0, 1, dims_, 2), units.slice(0, 0, dims_, 2)});
}

void NeuralSplineFlow::build(const Dims& dims, at::Generator init) {
  dims_ = dims.latent;
  const int64_t half = dims_ / 2;
  at::Tensor order;
  for (int64_t t = 0; t < n_steps_; ++t) {
    const bool swapped = t % 2 == 1 && dims_ > 1;
    if (t % 2 == 0) order = order_of_units(init);
    const at::Tensor first = order.slice(0, 0, half), second = order.slice(0, half);
    steps_.push_back(swapped ? std::make_unique<SplineStep>(second, first, step_, init)
                             : std::make_unique<SplineStep>(first, second, step_, init));
    add_child(concat("step_", t), *steps_.back());
  }
}

void NeuralSplineFlow::check(const char* name, const at::Tensor& z, const at::Tensor& context) const {
  check_shape(name, z, {any_length, any_length, dims_});
  if (step_.context > 0) check_shape("context", context, {z.size(1), step_.context});
}

FlowResult NeuralSplineFlow::forward(const at::Tensor& z0, const at::Tensor& context) {
  check("z0", z0, context);
  at::Tensor z = z0, log_det;
  for (const auto& step : steps_) {
    const SplineStep::Result result = step->forward(z, context);
    z = result.z;
    log_det = log_det.defined() ? log_det + result.log_det : result.log_det;
  }
  return {z, log_det};
}

at::Tensor NeuralSplineFlow::inverse(const at::Tensor& z, const at::Tensor& context) {
  check("z", z, context);
  at::Tensor before = z;
  for (size_t t = steps_.size(); t-- > 0;) before = steps_[t]->inverse(before, context);
  return before;
}

}  // namespace scprior
