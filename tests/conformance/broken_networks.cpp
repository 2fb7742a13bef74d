// SPDX-License-Identifier: Apache-2.0
// Encoders and decoders with planted mistakes. The names of components say what is wrong; see planted_bugs.tsv.
#include <ATen/ATen.h>

#include <memory>

#include "scprior/nn.hpp"
#include "scprior/plugin.hpp"
#include "scprior/shapes.hpp"

namespace scprior::toy {
namespace {

/// A correct encoder to spoil: linear heads on the input.
class Heads : public Encoder {
 public:
  void build(const Dims& dims, at::Generator init) override {
    if (dims.batches > 0 || dims.continuous > 0) fail(Status::unsupported, "this encoder takes no covariates");
    genes_ = dims.genes;
    const auto head = [&](const char* name, int64_t out) {
      auto layer = std::make_unique<nn::InputLayer>(dims.genes, out, false, init);
      add_child(name, *layer);
      return layer;
    };
    mean_ = head("mean", dims.latent);
    if (dims.stochastic) log_var_ = head("log_var", dims.latent);
    if (dims.context > 0) context_ = head("context", dims.context);
  }
  Posterior encode(const CountMatrix& normalised, const Covariates&) override { return heads(normalised); }

 protected:
  Posterior heads(const CountMatrix& x) const {
    if (x.columns() != genes_) fail(Status::argument, "got ", x.columns(), " genes, wanted ", genes_);
    Posterior posterior{mean_->forward(x), {}, {}};
    if (log_var_) posterior.log_var = log_var_->forward(x);
    if (context_) posterior.context = context_->forward(x);
    return posterior;
  }
  int64_t genes_ = 0;
  std::unique_ptr<nn::InputLayer> mean_, log_var_, context_;
};

class CovariatesIgnored : public Heads {
  void build(const Dims& dims, at::Generator init) override {
    Dims without = dims;
    without.batches = without.continuous = 0;
    Heads::build(without, init);
  }
};

class LogVarAlways : public Heads {
  Posterior encode(const CountMatrix& x, const Covariates&) override {
    Posterior posterior = heads(x);
    if (!posterior.log_var.defined()) posterior.log_var = at::zeros_like(posterior.mean);
    return posterior;
  }
};

class ContextNever : public Heads {
  Posterior encode(const CountMatrix& x, const Covariates&) override {
    Posterior posterior = heads(x);
    posterior.context = at::Tensor();
    return posterior;
  }
};

/// The scale of an expression profile by its sum: 0 / 0 for an empty cell.
class EmptyCellIsNan : public Heads {
  Posterior encode(const CountMatrix& x, const Covariates&) override {
    return heads(CountMatrix::from_dense(x.dense() / x.dense().sum(1, true)));
  }
};

class LargeValuesOverflow : public Heads {
  Posterior encode(const CountMatrix& x, const Covariates&) override {
    return heads(CountMatrix::from_dense(at::expm1(at::expm1(x.dense()))));
  }
};

/// Of a sparse matrix it sees which genes are there, not how much of them.
class SparseValuesForgotten : public Heads {
  Posterior encode(const CountMatrix& x, const Covariates&) override {
    return heads(x.is_sparse() ? x.with_values(at::ones_like(x.csr().values)) : x);
  }
};

/// Centres each gene over the cells of the batch, also in evaluation.
class CellsDependOnEachOther : public Heads {
  Posterior encode(const CountMatrix& x, const Covariates&) override {
    return heads(CountMatrix::from_dense(x.dense() - x.dense().mean(0, true)));
  }
};

class NoGradientOfInput : public Heads {
  Posterior encode(const CountMatrix& x, const Covariates&) override {
    return heads(x.with_values((x.is_sparse() ? x.csr().values : x.dense()).detach()));
  }
};

/// Dropout in evaluation too, with the global generator.
class NoiseInEvaluation : public Heads {
  Posterior encode(const CountMatrix& x, const Covariates&) override {
    return heads(CountMatrix::from_dense(x.dense() * (at::rand_like(x.dense()) > 0.2)));
  }
};

class ShapeLostForOneCell : public Heads {
  Posterior encode(const CountMatrix& x, const Covariates&) override {
    Posterior posterior = heads(x);
    posterior.mean = posterior.mean.squeeze(0);
    return posterior;
  }
};

/// A correct decoder to spoil: one hidden layer of width 7.
class OneLayer : public Decoder {
 public:
  void build(const Dims& dims, at::Generator init) override {
    if (dims.batches > 0 || dims.continuous > 0) fail(Status::unsupported, "this decoder takes no covariates");
    layer_ = std::make_unique<nn::Linear>(dims.latent, 7, true, init);
    add_child("layer", *layer_);
  }
  int64_t hidden_width() const override { return 7; }
  at::Tensor decode(const at::Tensor& z, const Covariates&) override { return at::tanh(layer_->forward(z)); }

 protected:
  std::unique_ptr<nn::Linear> layer_;
};

class DecoderCovariatesIgnored : public OneLayer {
  void build(const Dims& dims, at::Generator init) override {
    Dims without = dims;
    without.batches = without.continuous = 0;
    OneLayer::build(without, init);
  }
};

class WidthWrong : public OneLayer {
  int64_t hidden_width() const override { return 8; }
};

class BatchStatisticsInEvaluation : public OneLayer {
  at::Tensor decode(const at::Tensor& z, const Covariates& covariates) override {
    const at::Tensor h = OneLayer::decode(z, covariates);
    return (h - h.mean({0, 1}, true)) / (h.var({0, 1}, false, true) + 1e-3).sqrt();
  }
};

class FirstSampleForAll : public OneLayer {
  at::Tensor decode(const at::Tensor& z, const Covariates& covariates) override {
    const at::Tensor h = OneLayer::decode(z.narrow(0, 0, 1), covariates);
    return h.expand({z.size(0), h.size(1), h.size(2)});
  }
};

class DecoderShapeLostForOneCell : public OneLayer {
  at::Tensor decode(const at::Tensor& z, const Covariates& covariates) override {
    return OneLayer::decode(z, covariates).squeeze(1);
  }
};

class DecoderNoise : public OneLayer {
  at::Tensor decode(const at::Tensor& z, const Covariates& covariates) override {
    const at::Tensor h = OneLayer::decode(z, covariates);
    return h * (at::rand_like(h) > 0.2);
  }
};

class SamplesMixed : public OneLayer {
  at::Tensor decode(const at::Tensor& z, const Covariates& covariates) override {
    const at::Tensor h = OneLayer::decode(z, covariates);
    return h + h.mean(0, true);
  }
};

class DecoderNoGradient : public OneLayer {
  at::Tensor decode(const at::Tensor& z, const Covariates& covariates) override {
    return OneLayer::decode(z.detach(), covariates);
  }
};

template <class C>
ComponentSpec bug(const char* name) {
  return component<C>({.name = name, .summary = "a planted mistake", .citation = "none"});
}

}  // namespace
}  // namespace scprior::toy

using namespace scprior::toy;

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "broken_networks",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               bug<Heads>("right_heads"), bug<CovariatesIgnored>("covariates_ignored"),
               bug<LogVarAlways>("log_var_always"), bug<ContextNever>("context_never"),
               bug<EmptyCellIsNan>("empty_cell_is_nan"), bug<LargeValuesOverflow>("large_values_overflow"),
               bug<SparseValuesForgotten>("sparse_values_forgotten"),
               bug<CellsDependOnEachOther>("cells_depend_on_each_other"),
               bug<NoGradientOfInput>("no_gradient_of_input"), bug<NoiseInEvaluation>("noise_in_evaluation"),
               bug<ShapeLostForOneCell>("shape_lost_for_one_cell"), bug<OneLayer>("right_layer"),
               bug<DecoderCovariatesIgnored>("covariates_ignored"),
               bug<WidthWrong>("width_wrong"), bug<BatchStatisticsInEvaluation>("batch_statistics_in_evaluation"),
               bug<FirstSampleForAll>("first_sample_for_all"), bug<SamplesMixed>("samples_mixed"),
               bug<DecoderShapeLostForOneCell>("shape_lost_for_one_cell"), bug<DecoderNoise>("noise_in_evaluation"),
               bug<DecoderNoGradient>("no_gradient_of_z"));
