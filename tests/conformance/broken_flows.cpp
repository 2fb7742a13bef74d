// SPDX-License-Identifier: Apache-2.0
// Flows with planted mistakes. The names of components say what is wrong; see planted_bugs.tsv.
#include <ATen/ATen.h>

#include <memory>

#include "scprior/nn.hpp"
#include "scprior/plugin.hpp"
#include "scprior/shapes.hpp"

namespace scprior::toy {
namespace {

/// A correct flow to spoil: z_d = z0_d + a_d tanh(z0_d) + t_d with 0 < a < 1, a and t from the context.
class Bend : public Flow {
 public:
  void build(const Dims& dims, at::Generator init) override {
    dims_ = dims.latent;
    head_ = std::make_unique<nn::Linear>(context_width(), 2 * dims_, false, init);
    add_child("head", *head_);
  }
  int64_t context_width() const override { return 6; }

  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    check(z0, context);
    const at::Tensor slope = a(context);
    const at::Tensor log_det = at::log1p(slope * (1 - at::tanh(z0).square())).sum(-1);
    return {z0 + slope * at::tanh(z0) + t(context), log_det};
  }

 protected:
  void check(const at::Tensor& z0, const at::Tensor& context) const {
    check_shape("z0", z0, {any_length, any_length, dims_});
    check_shape("context", context, {z0.size(1), context_width()});
  }
  at::Tensor a(const at::Tensor& context) const { return at::sigmoid(head_->forward(context).narrow(-1, 0, dims_)); }
  at::Tensor t(const at::Tensor& context) const { return head_->forward(context).narrow(-1, dims_, dims_); }

  /// By bisection.
  at::Tensor solve(const at::Tensor& z, const at::Tensor& context) const {
    at::Tensor low = z - t(context) - 1, high = z - t(context) + 1;
    for (int step = 0; step < 60; ++step) {
      const at::Tensor middle = 0.5 * (low + high);
      const at::Tensor above = middle + a(context) * at::tanh(middle) + t(context) > z;
      high = at::where(above, middle, high);
      low = at::where(above, low, middle);
    }
    return 0.5 * (low + high);
  }

  int64_t dims_ = 0;
  std::unique_ptr<nn::Linear> head_;
};

class RightInverse : public Bend {
  at::Tensor inverse(const at::Tensor& z, const at::Tensor& context) override { return solve(z, context); }
};

class WrongSign : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    const FlowResult right = Bend::forward(z0, context);
    return {right.z, -right.log_det};
  }
};

class LogDetOfFirstSample : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    const FlowResult right = Bend::forward(z0, context);
    return {right.z, right.log_det.narrow(0, 0, 1).expand({z0.size(0), z0.size(1)})};
  }
};

class LogDetOfFirstCell : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    const FlowResult right = Bend::forward(z0, context);
    return {right.z, right.log_det.narrow(1, 0, 1).expand({z0.size(0), z0.size(1)})};
  }
};

/// An "inverse autoregressive flow" whose network sees all coordinates, with the log-det of one that is masked.
class UnmaskedIaf : public Bend {
  void build(const Dims& dims, at::Generator init) override {
    Bend::build(dims, init);
    mix_ = std::make_unique<nn::Linear>(dims_, dims_, false, init);
    add_child("mix", *mix_);
  }
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    check(z0, context);
    const at::Tensor s = at::tanh(mix_->forward(z0)) + t(context);
    return {z0 * at::exp(s), s.sum(-1)};
  }
  std::unique_ptr<nn::Linear> mix_;
};

/// Standardises over the cells of the batch.
class BatchNormAcrossCells : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    const FlowResult right = Bend::forward(z0, context);
    const at::Tensor deviation = (right.z.var({0, 1}, false, true) + 1e-3).sqrt();  // [1, 1, D]
    return {(right.z - right.z.mean({0, 1}, true)) / deviation, right.log_det - deviation.log().sum(-1)};
  }
};

/// A mask that is drawn when built, and belongs to no saved tensor.
class MaskNotSaved : public Bend {
  void build(const Dims& dims, at::Generator init) override {
    Bend::build(dims, init);
    permutation_ = at::randperm(dims_, init, at::TensorOptions(at::kLong));
    signs_ = at::randint(2, {dims_}, init, at::TensorOptions(at::kLong)) * 2 - 1;
  }
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    check(z0, context);
    return Bend::forward(z0.index_select(-1, permutation_) * signs_, context);
  }
  at::Tensor permutation_, signs_;
};

class ContextNotUsed : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    return Bend::forward(z0, at::zeros_like(context));
  }
};

/// All cells get the context of the first.
class ContextOfFirstCell : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    return Bend::forward(z0, context.narrow(0, 0, 1).expand(context.sizes()));
  }
};

class LogDetWithoutGradient : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    const FlowResult right = Bend::forward(z0, context);
    return {right.z, right.log_det.detach()};
  }
};

class InverseWrong : public Bend {
  at::Tensor inverse(const at::Tensor& z, const at::Tensor& context) override { return solve(z, context) + 0.01 * z; }
};

class InverseDeclaredNotOffered : public Bend {};

class SaysIdentity : public Bend {
  bool is_identity() const override { return true; }
};

/// exp of what is not bounded.
class NanFarFromTheOrigin : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    const FlowResult right = Bend::forward(z0, context);
    return {at::sinh(right.z), right.log_det + at::cosh(right.z).log().sum(-1)};
  }
};

/// Folds the line: two points have the same image.
class NotInvertible : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    const FlowResult right = Bend::forward(z0, context);
    return {right.z.abs(), right.log_det};
  }
  at::Tensor inverse(const at::Tensor& z, const at::Tensor& context) override { return solve(z, context); }
};

/// Without the draws' share in the mean.
class MomentsOfTheMean : public Bend {
  std::optional<FlowMoments> moments(const at::Tensor& mean, const at::Tensor& scale, const at::Tensor& noise,
                                     const at::Tensor& context) override {
    const at::Tensor z = forward(mean + scale * noise.unsqueeze(1), context).z;
    return FlowMoments{forward(mean.unsqueeze(0), context).z.squeeze(0), z.var(0)};
  }
};

class ShapeLostForOneCell : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    const FlowResult right = Bend::forward(z0, context);
    return {right.z, right.log_det.squeeze(-1)};
  }
};

class ShapeLostForManySamples : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    const FlowResult right = Bend::forward(z0, context);
    return {right.z, right.log_det.mean(0)};
  }
};

class GlobalRng : public Bend {
  FlowResult forward(const at::Tensor& z0, const at::Tensor& context) override {
    const at::Tensor shift = 1e-12 * at::randn({dims_}, z0.options());
    const FlowResult right = Bend::forward(z0, context);
    return {right.z + shift, right.log_det};
  }
};

template <class C>
ComponentSpec bug(const char* name, uint64_t capabilities = 0) {
  return component<C>({.name = name, .summary = "a planted mistake", .citation = "none", .capabilities = capabilities});
}

}  // namespace
}  // namespace scprior::toy

using namespace scprior::toy;

SCPRIOR_PLUGIN((scprior::PluginInfo{
                   .id = "broken_flows", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
               bug<RightInverse>("right_bend", SCPRIOR_OFFERS_INVERSE), bug<WrongSign>("wrong_sign"),
               bug<LogDetOfFirstSample>("log_det_of_first_sample"), bug<LogDetOfFirstCell>("log_det_of_first_cell"),
               bug<UnmaskedIaf>("unmasked_iaf"), bug<BatchNormAcrossCells>("batch_norm_across_cells"),
               bug<MaskNotSaved>("mask_not_saved"), bug<ContextNotUsed>("context_not_used"),
               bug<ContextOfFirstCell>("context_of_first_cell"),
               bug<LogDetWithoutGradient>("log_det_without_gradient"),
               bug<InverseWrong>("inverse_wrong", SCPRIOR_OFFERS_INVERSE),
               bug<InverseDeclaredNotOffered>("inverse_declared_not_offered", SCPRIOR_OFFERS_INVERSE),
               bug<SaysIdentity>("says_identity"), bug<NanFarFromTheOrigin>("nan_far_from_the_origin"),
               bug<NotInvertible>("not_invertible", SCPRIOR_OFFERS_INVERSE),
               bug<MomentsOfTheMean>("moments_of_the_mean"),
               bug<ShapeLostForOneCell>("shape_lost_for_one_cell"),
               bug<ShapeLostForManySamples>("shape_lost_for_many_samples"), bug<GlobalRng>("global_rng"));
