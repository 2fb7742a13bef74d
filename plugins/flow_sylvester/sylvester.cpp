// SPDX-License-Identifier: Apache-2.0
#include "sylvester.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "householder.hpp"
#include "scprior/elementary.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"
#include "scprior/tanh_step.hpp"

namespace scprior {
namespace {

/// 1 + tanh(p) tanh(q) = 2 (σ(2p) σ(2q) + σ(-2p) σ(-2q)).
at::Tensor one_plus_product(const at::Tensor& p, const at::Tensor& q) {
  return (nn::sigmoid(p * 2) * nn::sigmoid(q * 2) + nn::sigmoid(p * -2) * nn::sigmoid(q * -2)) * 2;
}

}  // namespace

OptionTable SylvesterFlow::options() {
  return {
      option::integer("steps", 4, "number of flow steps T").at_least(1),
      option::integer("rank", 16, "directions M that a step bends at once; at most the number of latent units is used")
          .at_least(1),
      option::choice("orthogonalisation", {"householder", "permutation"}, "householder",
                     "directions: those of each cell by reflections, or the latent units from either end by turns"),
      option::integer("reflections", 8, "Householder reflections that a cell's directions are made of").at_least(1),
      option::integer("context", 128, "width of the context asked from the encoder").at_least(1),
  };
}

SylvesterFlow::SylvesterFlow(const Options& options)
    : n_steps_(options.integer("steps")),
      rank_(options.integer("rank")),
      reflections_(options.integer("reflections")),
      context_(options.integer("context")) {
  if (options.text("orthogonalisation") == "permutation") reflections_ = 0;
}

void SylvesterFlow::build(const Dims& dims, at::Generator init) {
  dims_ = dims.latent;
  rank_ = std::min(rank_, dims_);
  const int64_t triangles = rank_ * rank_, per_step = triangles + 2 * rank_ + reflections_ * dims_;
  // R starts near 0, hence the flow near the identity; R̃ starts near tanh(1) I, so that R has a gradient.
  at::Tensor start = at::zeros({n_steps_, per_step});
  start.narrow(1, triangles, rank_).fill_(1);
  start.narrow(1, triangles + 2 * rank_, reflections_ * dims_).normal_(0, 1, init);
  head_ = std::make_unique<nn::Linear>(context_, n_steps_ * per_step, false, init);
  head_->weight.detach().mul_(0.1);
  head_->bias.detach().copy_(start.view({-1}));
  add_child("head", *head_);
}

void SylvesterFlow::check(const char* name, const at::Tensor& z, const at::Tensor& context) const {
  check_shape(name, z, {any_length, any_length, dims_});
  check_shape("context", context, {z.size(1), context_});
}

at::Tensor SylvesterFlow::permutations(const at::Tensor& like) const {
  const at::Tensor first = at::eye(dims_, rank_, like.options()), last = first.flip(0);
  std::vector<at::Tensor> q;
  for (int64_t t = 0; t < n_steps_; ++t) q.push_back(t % 2 == 0 ? first : last);
  return at::stack(q).unsqueeze(0).expand({like.size(0), n_steps_, dims_, rank_});
}

SylvesterFlow::Steps SylvesterFlow::steps_of(const at::Tensor& context) const {
  const at::Tensor raw = head_->forward(context).reshape({context.size(0), n_steps_, -1});
  const int64_t triangles = rank_ * rank_;
  // One square holds both triangles: R on and above its diagonal, R̃ transposed below; R̃'s diagonal stands beside it.
  const at::Tensor square = raw.narrow(-1, 0, triangles).unflatten(-1, {rank_, rank_});
  const at::Tensor p = square.diagonal(0, -2, -1), q = raw.narrow(-1, triangles, rank_);  // [B, T, M]
  const at::Tensor r = square.triu(1) + at::diag_embed(at::tanh(p));
  const at::Tensor r_tilde = square.tril(-1).transpose(-2, -1) + at::diag_embed(at::tanh(q));
  const at::Tensor b = raw.narrow(-1, triangles + rank_, rank_).unsqueeze(-2);
  const at::Tensor directions =
      reflections_ == 0 ? permutations(raw)
                        : householder_columns(raw.narrow(-1, triangles + 2 * rank_, reflections_ * dims_)
                                                  .unflatten(-1, {reflections_, dims_}),
                                              rank_);
  return {directions.unbind(1), r.unbind(1), r_tilde.unbind(1), b.unbind(1),
          one_plus_product(p, q).unsqueeze(-2).unbind(1)};
}

FlowResult SylvesterFlow::forward(const at::Tensor& z0, const at::Tensor& context) {
  check("z0", z0, context);
  const Steps steps = steps_of(context);
  at::Tensor z = z0.transpose(0, 1), log_det;  // [B, S, D]
  for (size_t t = 0; t < steps.q.size(); ++t) {
    const at::Tensor& q = steps.q[t];
    const at::Tensor a = at::matmul(at::matmul(z, q), steps.r_tilde[t].transpose(-2, -1)) + steps.b[t];  // [B, S, M]
    z = z + at::matmul(at::matmul(at::tanh(a), steps.r[t].transpose(-2, -1)), q.transpose(-2, -1));
    const at::Tensor log_det_t = tanh_step_log_slope(a, steps.one_plus_c[t]).sum(-1);  // [B, S]
    log_det = log_det.defined() ? log_det + log_det_t : log_det_t;
  }
  return {z.transpose(0, 1).contiguous(), log_det.transpose(0, 1).contiguous()};
}

at::Tensor SylvesterFlow::inverse(const at::Tensor& z, const at::Tensor& context) {
  check("z", z, context);
  const Steps steps = steps_of(context);
  at::Tensor before = z.transpose(0, 1);
  for (size_t t = steps.q.size(); t-- > 0;) {
    // v = R̃ Qᵀ z' + b = a + (R̃ R) tanh(a): upper triangular, so the last coordinate of a comes first.
    const at::Tensor& q = steps.q[t];
    const at::Tensor v = at::matmul(at::matmul(before, q), steps.r_tilde[t].transpose(-2, -1)) + steps.b[t];
    const at::Tensor coupling = at::matmul(steps.r_tilde[t], steps.r[t]);
    at::Tensor h = v.narrow(-1, 0, 0);  // tanh(a) of the coordinates solved so far
    for (int64_t i = rank_ - 1; i >= 0; --i) {
      const at::Tensor row = coupling.select(-2, i).narrow(-1, i + 1, rank_ - 1 - i).unsqueeze(-1);
      const at::Tensor y = v.narrow(-1, i, 1) - at::matmul(h, row);
      const at::Tensor a = tanh_step_inverse(y, steps.one_plus_c[t].narrow(-1, i, 1));
      h = at::cat({at::tanh(a), h}, -1);
    }
    before = before - at::matmul(at::matmul(h, steps.r[t].transpose(-2, -1)), q.transpose(-2, -1));
  }
  return before.transpose(0, 1).contiguous();
}

}  // namespace scprior
