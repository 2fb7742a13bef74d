// SPDX-License-Identifier: Apache-2.0
#include "realnvp.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "scprior/distributions.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {

OptionTable RealNvpPrior::options() {
  return {
      option::integer("steps", 4, "number of coupling steps T; with two or more every latent unit is changed")
          .at_least(1),
      option::integers("hidden", {64}, "widths of the hidden layers of each step's network; [] = a linear map")
          .at_least(1),
      option::choice("activation", nn::activation_names(), "tanh", "non-linearity of the hidden layers"),
      option::choice("split", {"halves", "checkerboard", "random"}, "halves",
                     "how latent units are divided: first and second half, even and odd, or anew every two steps"),
      option::real("log_scale_bound", 1, "a step scales a latent unit by at most exp(this), at least exp(-this)")
          .above(0),
  };
}

RealNvpPrior::RealNvpPrior(const Options& options)
    : n_steps_(options.integer("steps")),
      split_(options.text("split")),
      step_{.hidden = options.integers("hidden"),
            .activation = options.text("activation"),
            .log_scale_bound = options.real("log_scale_bound")} {}

at::Tensor RealNvpPrior::order_of_units(at::Generator init) const {
  if (split_ == "random") return at::randperm(dims_, init, at::TensorOptions(at::kLong));
  const at::Tensor units = at::arange(dims_, at::kLong);
  if (split_ == "halves") return units;
  return at::cat({units.slice(0, 1, dims_, 2), units.slice(0, 0, dims_, 2)});
}

void RealNvpPrior::build(const Dims& dims, at::Generator init) {
  dims_ = dims.latent;
  const int64_t n_steps = dims_ == 1 ? 1 : n_steps_, half = dims_ / 2;
  at::Tensor order;
  for (int64_t t = 0; t < n_steps; ++t) {
    if (t % 2 == 0) order = order_of_units(init);
    const at::Tensor first = order.slice(0, 0, half), second = order.slice(0, half);
    steps_.push_back(t % 2 == 0 ? std::make_unique<RealNvpStep>(first, second, step_, init)
                                : std::make_unique<RealNvpStep>(second, first, step_, init));
    add_child(concat("step_", t), *steps_.back());
  }
}

at::Tensor RealNvpPrior::log_prob(const at::Tensor& z) {
  check_shape("z", z, {any_length, any_length, dims_});
  at::Tensor u = z, log_det;
  for (const auto& step : steps_) {
    const RealNvpStep::Result result = step->forward(u);
    u = result.z;
    log_det = log_det.defined() ? log_det + result.log_det : result.log_det;
  }
  return standard_normal_log_prob(u) + log_det;
}

at::Tensor RealNvpPrior::sample(int64_t n, at::Generator generator) {
  if (n < 0) fail(Status::argument, "a number of samples must be 0 or more, got ", n);
  const at::NoGradGuard no_grad;
  at::Tensor z = at::randn({n, dims_}, generator, parameters().front().options().requires_grad(false));
  for (size_t t = steps_.size(); t-- > 0;) z = steps_[t]->inverse(z);
  return z;
}

}  // namespace scprior
