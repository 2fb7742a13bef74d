// SPDX-License-Identifier: Apache-2.0
// Likelihoods with planted mistakes. The names of components say what is wrong; see planted_bugs.tsv.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <memory>

#include "scprior/nn.hpp"
#include "scprior/plugin.hpp"
#include "scprior/shapes.hpp"

namespace scprior::toy {
namespace {

/// A correct likelihood to spoil: Poisson counts of rate exp(W h + b) l / 1e4; an empty cell has rate 0.
class Poisson : public Likelihood {
 public:
  void build(const Dims& dims, at::Generator init) override {
    hidden_ = dims.hidden;
    output_ = std::make_unique<nn::Linear>(hidden_, dims.genes, false, init);
    add_child("output", *output_);
  }

  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates&) override {
    check(h, library);
    check_counts(counts);
    return terms(counts.dense(), h, library).sum(-1);
  }
  at::Tensor mean(const at::Tensor& h, const at::Tensor& library, const Covariates&) override {
    check(h, library);
    return log_rate(h).exp() * (library.to(h.scalar_type()) / 1e4).unsqueeze(-1);
  }
  at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                    at::Generator generator) override {
    const at::NoGradGuard no_grad;
    return at::poisson(Poisson::mean(h, library, covariates), generator);
  }

 protected:
  void check(const at::Tensor& h, const at::Tensor& library) const {
    check_shape("h", h, {any_length, any_length, hidden_});
    check_shape("library", library, {h.size(1)});
  }
  void check_counts(const CountMatrix& counts) const {
    const at::Tensor& values = counts.is_sparse() ? counts.csr().values : counts.dense();
    if (!((values >= 0) & values.isfinite()).all().item<bool>())
      fail(Status::data, "a count is negative, infinite or missing; give raw counts");
  }
  at::Tensor log_rate(const at::Tensor& h) const { return output_->forward(h).clamp(-60, 60); }

  /// ln p of each gene: [S, B, G].
  at::Tensor terms(const at::Tensor& x, const at::Tensor& h, const at::Tensor& library) const {
    const at::Tensor size = (library.to(h.scalar_type()) / 1e4).unsqueeze(-1);  // [B, 1]
    const at::Tensor safe = at::where(size > 0, size, at::ones_like(size));
    const at::Tensor value = x * (log_rate(h) + safe.log()) - log_rate(h).exp() * safe - at::lgamma(x + 1);
    const at::Tensor of_empty = at::zeros_like(x).masked_fill(x > 0, -INFINITY);
    return at::where(size > 0, value, of_empty);
  }

  int64_t hidden_ = 0;
  std::unique_ptr<nn::Linear> output_;
};

/// The factorial is left out, as if it were a constant.
class DoesNotSumToOne : public Poisson {
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates& covariates) override {
    return Poisson::log_prob(counts, h, library, covariates) + at::lgamma(counts.dense() + 1).sum(-1);
  }
};

/// Averages over genes: right for one gene only.
class MeanOverGenes : public Poisson {
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates& covariates) override {
    return Poisson::log_prob(counts, h, library, covariates) / static_cast<double>(counts.columns());
  }
};

/// E[x] without the size of the cell.
class MeanWithoutLibrary : public Poisson {
  at::Tensor mean(const at::Tensor& h, const at::Tensor&, const Covariates&) override { return log_rate(h).exp(); }
};

class SampleOfAnotherMean : public Poisson {
  at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                    at::Generator generator) override {
    const at::NoGradGuard no_grad;
    return at::poisson(1.2 * Poisson::mean(h, library, covariates), generator);
  }
};

/// The right mean, but a normal approximation: neither whole nor positive.
class SampleNotCounts : public Poisson {
  at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                    at::Generator generator) override {
    const at::NoGradGuard no_grad;
    const at::Tensor mean = Poisson::mean(h, library, covariates);
    return mean + mean.sqrt() * at::randn(mean.sizes(), generator, mean.options());
  }
};

class GlobalRngInSample : public Poisson {
  at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                    at::Generator) override {
    const at::NoGradGuard no_grad;
    return at::poisson(Poisson::mean(h, library, covariates));
  }
};

/// The right mean, no variance: a count that is drawn never differs.
class SampleIsRoundedMean : public Poisson {
  at::Tensor sample(const at::Tensor& h, const at::Tensor& library, const Covariates& covariates,
                    at::Generator generator) override {
    const at::NoGradGuard no_grad;
    const at::Tensor mean = Poisson::mean(h, library, covariates);
    return (mean + at::rand(mean.sizes(), generator, mean.options())).floor();
  }
};

class NegativeCountsAccepted : public Poisson {
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates&) override {
    check(h, library);
    return terms(counts.dense(), h, library).sum(-1);
  }
};

/// 0 times minus infinity.
class EmptyCellIsNan : public Poisson {
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates&) override {
    check(h, library);
    check_counts(counts);
    const at::Tensor x = counts.dense();
    const at::Tensor log_rate_of_cell = log_rate(h) + (library.to(h.scalar_type()) / 1e4).log().unsqueeze(-1);
    return (x * log_rate_of_cell - log_rate_of_cell.exp() - at::lgamma(x + 1)).sum(-1);
  }
};

/// Of sparse counts only the stored ones are added up.
class SparseZerosForgotten : public Poisson {
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates&) override {
    check(h, library);
    check_counts(counts);
    const at::Tensor value = terms(counts.dense(), h, library);
    return (counts.is_sparse() ? value * (counts.dense() > 0) : value).sum(-1);
  }
};

class FirstSampleForAll : public Poisson {
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates& covariates) override {
    return Poisson::log_prob(counts, h.narrow(0, 0, 1), library, covariates).expand({h.size(0), h.size(1)});
  }
};

class ShapeLostForOneCell : public Poisson {
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates& covariates) override {
    return Poisson::log_prob(counts, h, library, covariates).squeeze(-1);
  }
};

/// Every cell gets the size of the average cell.
class LibraryOfTheBatch : public Poisson {
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates& covariates) override {
    return Poisson::log_prob(counts, h, library.mean().expand(library.sizes()), covariates);
  }
};

/// rate' is returned as half of what it is.
struct HalfExp : torch::autograd::Function<HalfExp> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x) {
    const at::Tensor value = x.exp();
    context->save_for_backward({value});
    return value;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradient) {
    return {0.5 * gradient[0] * context->get_saved_variables()[0]};
  }
};

class HalvedGradient : public Poisson {
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates& covariates) override {
    const at::Tensor log_rate = this->log_rate(h);
    const at::Tensor size = (library.to(h.scalar_type()) / 1e4).unsqueeze(-1);
    const at::Tensor difference = (HalfExp::apply(log_rate) - log_rate.exp()) * size;  // 0, with a gradient
    return Poisson::log_prob(counts, h, library, covariates) - difference.sum(-1);
  }
};

class NoGradientOfH : public Poisson {
  at::Tensor log_prob(const CountMatrix& counts, const at::Tensor& h, const at::Tensor& library,
                      const Covariates& covariates) override {
    return Poisson::log_prob(counts, h.detach(), library, covariates);
  }
};

template <class C>
ComponentSpec bug(const char* name) {
  return component<C>({.name = name, .summary = "a planted mistake", .citation = "none"});
}

}  // namespace
}  // namespace scprior::toy

using namespace scprior::toy;

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "broken_likelihoods",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               bug<Poisson>("right_poisson"), bug<DoesNotSumToOne>("does_not_sum_to_one"),
               bug<MeanOverGenes>("mean_over_genes"), bug<MeanWithoutLibrary>("mean_without_library"),
               bug<SampleOfAnotherMean>("sample_of_another_mean"), bug<SampleNotCounts>("sample_not_counts"),
               bug<GlobalRngInSample>("global_rng_in_sample"), bug<SampleIsRoundedMean>("sample_is_rounded_mean"),
               bug<NegativeCountsAccepted>("negative_counts_accepted"), bug<EmptyCellIsNan>("empty_cell_is_nan"),
               bug<SparseZerosForgotten>("sparse_zeros_forgotten"), bug<FirstSampleForAll>("first_sample_for_all"),
               bug<ShapeLostForOneCell>("shape_lost_for_one_cell"), bug<LibraryOfTheBatch>("library_of_the_batch"),
               bug<HalvedGradient>("halved_gradient"), bug<NoGradientOfH>("no_gradient_of_h"));
