// SPDX-License-Identifier: Apache-2.0
// Priors with planted mistakes in their mathematics. The names of components say what is wrong; see planted_bugs.tsv.
#include "toy_mixture.hpp"

#include <torch/csrc/autograd/custom_function.h>

namespace scprior::toy {
namespace {

/// Sums over latent units outside the mixture: a density, but of independent units, not of the mixture that is drawn.
class LogSumExpPerDimension : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override {
    check(z);
    return (terms(z).logsumexp(-2) - std::log(3.0)).sum(-1);
  }
};

/// The same with ln K subtracted once.
class LogSumExpPerDimensionOneLogK : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override {
    check(z);
    return terms(z).logsumexp(-2).sum(-1) - std::log(3.0);
  }
};

class MissingLogK : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override { return Mixture::log_prob(z) + std::log(3.0); }
};

/// A half for each of the D units is lost: -½ Σ_d ln 2π is counted once.
class NormalisedOnce : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override {
    return Mixture::log_prob(z) + 0.5 * static_cast<double>(dims_ - 1) * std::log(2 * M_PI);
  }
};

class StdIsExpOfLogVar : public Mixture {
  at::Tensor sample(int64_t n, at::Generator generator) override { return draw(n, generator, 1); }
};

class SqrtOfStd : public Mixture {
  at::Tensor sample(int64_t n, at::Generator generator) override { return draw(n, generator, 0.25); }
};

/// Draws only from the first component.
class OneComponentDrawn : public Mixture {
  at::Tensor sample(int64_t n, at::Generator generator) override {
    const at::NoGradGuard no_grad;
    return mean_[0] + at::exp(0.5 * log_var_[0]) * at::randn({n, dims_}, generator, mean_.options());
  }
};

struct Halve : torch::autograd::Function<Halve> {
  static at::Tensor forward(torch::autograd::AutogradContext*, const at::Tensor& x) { return x.clone(); }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list gradient) {
    return {0.5 * gradient[0]};
  }
};

class HalvedGradient : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override { return Halve::apply(Mixture::log_prob(z)); }
};

/// The gradient of z is right, that of the parameters is halved.
class HalvedParameterGradient : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override {
    check(z);
    const at::Tensor mean = Halve::apply(mean_);
    const at::Tensor scaled = (z.unsqueeze(-2) - mean).square() * at::exp(-log_var_) + log_var_ + std::log(2 * M_PI);
    return (-0.5 * scaled).sum(-1).logsumexp(-1) - std::log(3.0);
  }
};

class NoGradients : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override {
    const at::NoGradGuard no_grad;
    return Mixture::log_prob(z);
  }
};

/// Adds densities instead of their logarithms: -infinity as soon as all of them underflow.
class NanFarFromTheOrigin : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override {
    check(z);
    return terms(z).sum(-1).exp().mean(-1).log();
  }
};

/// Finite values, but the gradient of the branch that is not taken is infinity times zero.
class NanGradientFarFromTheOrigin : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override {
    check(z);
    const at::Tensor direct = terms(z).sum(-1).exp().mean(-1).log();
    return at::where(direct.isfinite(), direct, Mixture::log_prob(z));
  }
};

/// Without the factor ½.
class KlDoubled : public Gaussian {
  std::optional<at::Tensor> kl(const Posterior& posterior) override { return *Gaussian::kl(posterior) * 2; }
};

/// KL(p || q).
class KlReversed : public Gaussian {
  std::optional<at::Tensor> kl(const Posterior& posterior) override {
    const at::Tensor& v = posterior.log_var;
    return 0.5 *
           ((at::exp(log_var_) + posterior.mean.square()) * at::exp(-v) - 1 - log_var_ + v).sum(-1);
  }
};

class KlDeclaredNotOffered : public Mixture {};
class KlOfferedNotDeclared : public Gaussian {};

class ParametersNotFinite : public Gaussian {
  void build(const Dims& dims, at::Generator init) override {
    Gaussian::build(dims, init);
    log_var_.detach().select(0, 0).fill_(NAN);
  }
};

/// Correct, and far from what is easy: in each unit a spike of width 1e-4 and a slab of width 1.5, half each.
class Narrow : public Prior {
 public:
  void build(const Dims& dims, at::Generator) override {
    add_tensor("log_spike", log_spike_, at::full({dims.latent}, std::log(1e-4), at::TensorOptions(at::kFloat)));
    add_tensor("log_slab", log_slab_, at::full({dims.latent}, std::log(1.5), at::TensorOptions(at::kFloat)));
  }
  at::Tensor log_prob(const at::Tensor& z) override {
    check_shape("z", z, {any_length, any_length, log_slab_.size(0)});
    const auto part = [&](const at::Tensor& log_scale) {
      return -log_scale - 0.5 * (z * at::exp(-log_scale)).square() - 0.5 * std::log(8 * M_PI);
    };
    return at::logaddexp(part(log_spike_), part(log_slab_)).sum(-1);
  }
  at::Tensor sample(int64_t n, at::Generator generator) override { return draw(n, generator, 1); }

 protected:
  at::Tensor draw(int64_t n, const at::Generator& generator, double spike_factor) const {
    const at::NoGradGuard no_grad;
    const at::Tensor u = at::rand({n, log_slab_.size(0)}, generator, log_slab_.options());
    const at::Tensor noise = at::randn({n, log_slab_.size(0)}, generator, log_slab_.options());
    return at::where(u < 0.5, spike_factor * at::exp(log_spike_), at::exp(log_slab_)) * noise;
  }

  at::Tensor log_spike_, log_slab_;
};

class NarrowDrawnWide : public Narrow {
  at::Tensor sample(int64_t n, at::Generator generator) override { return draw(n, generator, 2); }
};

class CannotBeBuilt : public Gaussian {
  void build(const Dims& dims, at::Generator init) override {
    Gaussian::build(dims, init);
    log_var_.add(at::ones({dims.latent + 1}));
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
                   .id = "broken_priors", .version = "0.1.0", .author = "scprior developers", .license = "Apache-2.0"}),
               bug<Mixture>("right_mixture"), bug<Gaussian>("right_gaussian", SCPRIOR_OFFERS_KL),
               bug<Narrow>("right_narrow"), bug<NarrowDrawnWide>("narrow_drawn_wide"),
               bug<CannotBeBuilt>("cannot_be_built"), bug<LogSumExpPerDimension>("log_sum_exp_per_dimension"),
               bug<LogSumExpPerDimensionOneLogK>("log_sum_exp_per_dimension_one_log_k"),
               bug<MissingLogK>("missing_log_k"), bug<NormalisedOnce>("normalised_once"),
               bug<StdIsExpOfLogVar>("std_is_exp_of_log_var"), bug<SqrtOfStd>("sqrt_of_std"),
               bug<OneComponentDrawn>("one_component_drawn"), bug<HalvedGradient>("halved_gradient"),
               bug<HalvedParameterGradient>("halved_parameter_gradient"), bug<NoGradients>("no_gradients"),
               bug<NanFarFromTheOrigin>("nan_far_from_the_origin"),
               bug<NanGradientFarFromTheOrigin>("nan_gradient_far_from_the_origin"),
               bug<KlDoubled>("kl_doubled", SCPRIOR_OFFERS_KL), bug<KlReversed>("kl_reversed", SCPRIOR_OFFERS_KL),
               bug<KlDeclaredNotOffered>("kl_declared_not_offered", SCPRIOR_OFFERS_KL),
               bug<KlOfferedNotDeclared>("kl_offered_not_declared"),
               bug<ParametersNotFinite>("parameters_not_finite"));
