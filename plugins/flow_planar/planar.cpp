// SPDX-License-Identifier: Apache-2.0
#include "planar.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "scprior/error.hpp"
#include "scprior/shapes.hpp"
#include "scprior/tanh_step.hpp"

namespace scprior {
namespace {

/// [T, 2 D + 1] of w, u, b: w of length about 1, u short, so that a new flow is near the identity.
at::Tensor initial_steps(int64_t steps, int64_t dims, at::Generator init) {
  const double unit = 1 / std::sqrt(static_cast<double>(dims));
  at::Tensor start = at::zeros({steps, 2 * dims + 1});
  start.narrow(1, 0, dims).normal_(0, unit, init);
  start.narrow(1, dims, dims).normal_(0, 0.1 * unit, init);
  return start;
}

at::Tensor along(const at::Tensor& w, const at::Tensor& z) { return (w * z).sum(-1); }

}  // namespace

OptionTable PlanarFlow::options() {
  return {
      option::integer("steps", 10, "number of flow steps T").at_least(1),
      option::boolean("amortised", true, "each cell has steps of its own, made from its context; false = all share"),
      option::integer("context", 128, "width of the context asked from the encoder, where amortised").at_least(1),
  };
}

PlanarFlow::PlanarFlow(const Options& options)
    : n_steps_(options.integer("steps")),
      context_(options.integer("context")),
      amortised_(options.boolean("amortised")) {}

void PlanarFlow::build(const Dims& dims, at::Generator init) {
  dims_ = dims.latent;
  const at::Tensor start = initial_steps(n_steps_, dims_, init).view({-1});
  if (!amortised_) {
    add_tensor("steps", shared_, start);
    return;
  }
  head_ = std::make_unique<nn::Linear>(context_, start.size(0), false, init);
  head_->weight.detach().mul_(0.1);  // a new flow differs little from cell to cell
  head_->bias.detach().copy_(start);
  add_child("head", *head_);
}

void PlanarFlow::check(const char* name, const at::Tensor& z, const at::Tensor& context) const {
  check_shape(name, z, {any_length, any_length, dims_});
  if (amortised_) check_shape("context", context, {z.size(1), context_});
}

std::vector<PlanarFlow::Step> PlanarFlow::steps_of(const at::Tensor& context) const {
  const at::Tensor raw = (head_ ? head_->forward(context) : shared_).reshape({-1, n_steps_, 2 * dims_ + 1});
  const at::Tensor w = raw.narrow(-1, 0, dims_), u = raw.narrow(-1, dims_, dims_), b = raw.select(-1, 2 * dims_);
  const at::Tensor x = along(w, u), below = x.clamp_max(0);  // [B, T]
  const at::Tensor one_plus_c = at::where(x < 0, (1 - below).reciprocal(), 1 + x);
  const at::Tensor length = w.square().sum(-1);
  // (m(x) - x) / |w|² has the limit 0 where w = 0.
  const at::Tensor correction = below.square() / (1 - below) / at::where(length > 0, length, at::ones_like(length));
  const at::Tensor u_hat = u + correction.unsqueeze(-1) * w;
  const std::vector<at::Tensor> w_t = w.unbind(1), u_t = u_hat.unbind(1), b_t = b.unbind(1), s_t = one_plus_c.unbind(1);
  std::vector<Step> steps;
  for (size_t t = 0; t < w_t.size(); ++t) steps.push_back({w_t[t], u_t[t], b_t[t], s_t[t]});
  return steps;
}

FlowResult PlanarFlow::forward(const at::Tensor& z0, const at::Tensor& context) {
  check("z0", z0, context);
  at::Tensor z = z0, log_det;
  for (const Step& step : steps_of(context)) {
    const at::Tensor a = along(step.w, z) + step.b;  // [S, B]
    z = z + step.u_hat * at::tanh(a).unsqueeze(-1);
    const at::Tensor log_det_t = tanh_step_log_slope(a, step.one_plus_c);
    log_det = log_det.defined() ? log_det + log_det_t : log_det_t;
  }
  return {z, log_det};
}

at::Tensor PlanarFlow::inverse(const at::Tensor& z, const at::Tensor& context) {
  check("z", z, context);
  const std::vector<Step> steps = steps_of(context);
  at::Tensor before = z;
  for (size_t t = steps.size(); t-- > 0;) {
    // Along w the step is a -> a + c tanh(a).
    const at::Tensor a = tanh_step_inverse(along(steps[t].w, before) + steps[t].b, steps[t].one_plus_c);
    before = before - steps[t].u_hat * at::tanh(a).unsqueeze(-1);
  }
  return before;
}

}  // namespace scprior
