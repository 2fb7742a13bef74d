// SPDX-License-Identifier: Apache-2.0
// Priors whose mathematics is right, and which break a rule that holds for every component.
#include <ATen/CPUGeneratorImpl.h>

#include <map>
#include <stdexcept>

#include "toy_mixture.hpp"

namespace scprior::toy {
namespace {

class GlobalRngInSample : public Mixture {
  at::Tensor sample(int64_t n, at::Generator generator) override {
    const at::NoGradGuard no_grad;
    return draw(n, generator, 0.5) + 0 * at::randn({n, dims_});
  }
};

class GlobalRngInBuild : public Mixture {
  void build(const Dims& dims, at::Generator) override { Mixture::build(dims, at::detail::getDefaultCPUGenerator()); }
};

class GlobalRngInLogProb : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override { return Mixture::log_prob(z) + 0 * at::rand({}); }
};

/// Always the same draws.
class SampleIgnoresGenerator : public Mixture {
  at::Tensor sample(int64_t n, at::Generator) override { return draw(n, at::detail::createCPUGenerator(1), 0.5); }
};

class SampleKeepsGradients : public Gaussian {
  at::Tensor sample(int64_t n, at::Generator generator) override {
    return at::exp(0.5 * log_var_) * at::randn({n, dims_}, generator, log_var_.options());
  }
};

/// The means of the object that was built first serve all others of that width.
class SharedState : public Mixture {
  void build(const Dims& dims, at::Generator init) override {
    Mixture::build(dims, init);
    static std::map<int64_t, at::Tensor> means;
    means.try_emplace(dims_, mean_.detach());
    mean_.set_data(means[dims_]);
  }
};

/// What it computes with are its own numbers, drawn when built, which it never registered.
class NotSaved : public Gaussian {
  void build(const Dims& dims, at::Generator init) override {
    Gaussian::build(dims, init);
    shift_ = at::randn({dims_}, init, at::TensorOptions(at::kFloat));
  }
  at::Tensor log_prob(const at::Tensor& z) override { return Gaussian::log_prob(z - shift_.to(z.scalar_type())); }
  at::Tensor sample(int64_t n, at::Generator generator) override {
    return Gaussian::sample(n, generator) + shift_.to(log_var_.scalar_type());
  }
  std::optional<at::Tensor> kl(const Posterior&) override { return {}; }
  at::Tensor shift_;
};

/// What was computed before the saved tensors arrived is kept when they have arrived.
class StaleAfterLoading : public Mixture {
  void build(const Dims& dims, at::Generator init) override {
    Mixture::build(dims, init);
    start_ = mean_.detach().clone();
  }
  at::Tensor log_prob(const at::Tensor& z) override {
    return Mixture::log_prob(z - (mean_.detach() - start_.to(mean_.scalar_type())).mean());
  }
  at::Tensor start_;
};

/// Knows float only.
class FloatOnly : public Gaussian {
  at::Tensor log_prob(const at::Tensor& z) override { return Gaussian::log_prob(z.to(at::kFloat)).to(at::kFloat); }
};

/// Reads its input's memory as if it were dense.
class ContiguousOnly : public Gaussian {
  at::Tensor log_prob(const at::Tensor& z) override {
    return Gaussian::log_prob(z.as_strided(z.sizes(), {z.size(1) * z.size(2), z.size(2), 1}));
  }
};

class ChangesItsInput : public Gaussian {
  at::Tensor log_prob(const at::Tensor& z) override {
    const at::Tensor value = Gaussian::log_prob(z);
    z.detach().zero_();
    return value;
  }
};

/// All samples get the density of the first.
class FirstSampleForAll : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override {
    return Mixture::log_prob(z.narrow(0, 0, 1)).expand({z.size(0), z.size(1)});
  }
};

/// Mixes up the axes of samples and cells.
class SamplesAndCellsSwapped : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override {
    return Mixture::log_prob(z).transpose(0, 1).reshape({z.size(0), z.size(1)});
  }
};

class ShapeLostForOneCell : public Mixture {
  at::Tensor log_prob(const at::Tensor& z) override { return Mixture::log_prob(z).squeeze(1); }
};

class WrongShapesAccepted : public Gaussian {
  at::Tensor log_prob(const at::Tensor& z) override {
    return -0.5 * (z.square() * at::exp(-log_var_) + log_var_ + std::log(2 * M_PI)).sum(-1);
  }
};

/// Keeps the encoder that it is lent.
class KeepsEncode : public Gaussian {
  void prepare(const Encode& encode) override { kept_ = encode; }
  Encode kept_;
};

class OptionNotDeclared : public Gaussian {
 public:
  explicit OptionNotDeclared(const Options& options) { options.real("scale"); }
  static OptionTable options() { return {option::integer("components", 3, "number of components").at_least(1)}; }
};

class OptionNotRead : public Gaussian {
 public:
  explicit OptionNotRead(const Options& options) { options.integer("components"); }
  static OptionTable options() {
    return {option::integer("components", 3, "number of components").at_least(1),
            option::real("scale", 1, "standard deviation").above(0)};
  }
};

class DefaultRefused : public Gaussian {
 public:
  explicit DefaultRefused(const Options& options) {
    if (options.integer("components") < 5) throw std::runtime_error("components is too small");
  }
  static OptionTable options() { return {option::integer("components", 3, "number of components").at_least(1)}; }
};

class Crashes : public Gaussian {
  at::Tensor log_prob(const at::Tensor& z) override {
    const volatile int* nothing = nullptr;
    return Gaussian::log_prob(z) + *nothing;
  }
};

class Exits : public Gaussian {
  at::Tensor sample(int64_t, at::Generator) override { std::exit(0); }
};

template <class C>
ComponentSpec bug(const char* name, uint64_t capabilities = SCPRIOR_OFFERS_KL) {
  return component<C>({.name = name, .summary = "a planted mistake", .citation = "none", .capabilities = capabilities});
}

}  // namespace
}  // namespace scprior::toy

using namespace scprior::toy;

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "broken_manners",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               bug<GlobalRngInSample>("global_rng_in_sample", 0), bug<GlobalRngInBuild>("global_rng_in_build", 0),
               bug<GlobalRngInLogProb>("global_rng_in_log_prob", 0),
               bug<SampleIgnoresGenerator>("sample_ignores_generator", 0),
               bug<SampleKeepsGradients>("sample_keeps_gradients"), bug<SharedState>("shared_state", 0),
               bug<NotSaved>("not_saved", 0), bug<StaleAfterLoading>("stale_after_loading", 0),
               bug<FloatOnly>("float_only"), bug<ContiguousOnly>("contiguous_only"),
               bug<ChangesItsInput>("changes_its_input"), bug<FirstSampleForAll>("first_sample_for_all", 0),
               bug<SamplesAndCellsSwapped>("samples_and_cells_swapped", 0),
               bug<ShapeLostForOneCell>("shape_lost_for_one_cell", 0),
               bug<WrongShapesAccepted>("wrong_shapes_accepted"), bug<KeepsEncode>("keeps_encode"),
               bug<OptionNotDeclared>("option_not_declared"), bug<OptionNotRead>("option_not_read"),
               bug<DefaultRefused>("default_refused"), bug<Crashes>("crashes"), bug<Exits>("exits"));
