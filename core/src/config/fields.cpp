// SPDX-License-Identifier: Apache-2.0
#include "config/fields.hpp"

namespace scprior::core::config {
namespace {

/// A row whose default is the struct's own.
template <class Config>
Field<Config> row(const char* name, int64_t Config::* member, const char* doc, double min) {
  return {option::integer(name, Config{}.*member, doc).at_least(min), member};
}
template <class Config>
Field<Config> row(const char* name, double Config::* member, const char* doc) {
  return {option::real(name, Config{}.*member, doc), member};
}
template <class Config>
Field<Config> row(const char* name, std::string Config::* member, const char* doc) {
  return {option::text(name, Config{}.*member, doc), member};
}

template <class Config>
Field<Config> at_least(double bound, Field<Config> field) {
  return {field.spec.at_least(bound), field.member};
}
template <class Config>
Field<Config> above(double bound, Field<Config> field) {
  return {field.spec.above(bound), field.member};
}
template <class Config>
Field<Config> at_most(double bound, Field<Config> field) {
  return {field.spec.at_most(bound), field.member};
}
template <class Config>
Field<Config> below(double bound, Field<Config> field) {
  return {field.spec.below(bound), field.member};
}

}  // namespace

const Fields<TrainConfig>& train_fields() {
  using T = TrainConfig;
  static const Fields<T> fields = {
      row("max_epochs", &T::max_epochs, "passes over the training cells at most", 1),
      row("steps_per_epoch", &T::steps_per_epoch, "optimisation steps that count as one epoch; 0 = a whole pass", 0),
      row("batch_size", &T::batch_size, "cells per optimisation step", 2),
      above(0, row("learning_rate", &T::learning_rate, "step size of Adam")),
      below(1, at_least(0, row("beta1", &T::beta1, "Adam: decay of the mean gradient"))),
      below(1, at_least(0, row("beta2", &T::beta2, "Adam: decay of the mean squared gradient"))),
      above(0, row("epsilon", &T::epsilon, "Adam: added to the root of the mean squared gradient")),
      at_least(0, row("l1", &T::l1, "weight of sum |w| over the kernels of the hidden layers")),
      at_least(0, row("l2", &T::l2, "weight of sum w^2 over the kernels of the hidden layers")),
      at_most(1, above(0, row("plateau_factor", &T::plateau_factor,
                              "the learning rate is multiplied by it when the validation loss stops improving"))),
      row("plateau_patience", &T::plateau_patience, "epochs without improvement before that", 1),
      row("stop_patience", &T::stop_patience,
          "epochs without improvement before training stops and the best weights are restored", 1),
      {option::choice("reconstruction", {"sum", "mean"}, T{}.reconstruction,
                      "over genes: sum as in the paper; mean divides by their number, so that penalties and KL weigh "
                      "more (sfaira)"),
       &T::reconstruction},
      at_least(0, row("kl_weight", &T::kl_weight, "weight of the KL term in the loss; 1 = the evidence lower bound")),
      row("kl_warmup_epochs", &T::kl_warmup_epochs, "epochs over which that weight rises from 0; 0 = none", 0),
      row("samples", &T::samples, "draws of the latent variables per cell and step", 1),
      {option::choice("precision", {"float32", "bf16", "auto"}, T{}.precision,
                      "operands of the products with the output layer in training steps; auto: bf16 where the "
                      "processor multiplies it and the loss agrees to 1e-3"),
       &T::precision},
  };
  return fields;
}

const Fields<SplitConfig>& split_fields() {
  using S = SplitConfig;
  static const Fields<S> fields = {
      below(1, at_least(0, row("test", &S::test, "share of the cells kept for testing"))),
      below(1, at_least(0, row("validation", &S::validation,
                               "share of the cells that decides when training stops; 0 = the training cells do"))),
      row("seed", &S::seed, "seed of the draw; -1 = the seed of the fit", -1),
      row("group", &S::group, "column of the cell table whose values (donors, say) are held out whole"),
  };
  return fields;
}

const Fields<GeneConfig>& gene_fields() {
  static const Fields<GeneConfig> fields = {
      row("space", &GeneConfig::space,
          "genes of the model: \"GRCh38.97.protein_coding\", \"dataset\" (the file's own), or a file, one per line"),
  };
  return fields;
}

const Fields<ModelConfig>& model_fields() {
  using M = ModelConfig;
  static const Fields<M> fields = {
      row("name", &M::name, "name in tables, figures and folders; \"\" = made from the components (VAE-VAMP)"),
      row("latent", &M::latent, "latent units D", 1),
      {option::choice("embedding", {"mean", "mode-path"}, M{}.embedding,
                      "what represents a cell: the mean of q(z | x), or the flow at the mean of its base"),
       &M::embedding},
      row("embedding_samples", &M::embedding_samples, "draws that estimate that mean where there is a flow", 1),
  };
  return fields;
}

const Fields<ModelFile>& origin_fields() {
  using F = ModelFile;
  static const Fields<F> fields = {
      row("scprior", &F::scprior_version, "version that wrote the file"),
      row("data", &F::data_name, "name of the training data"),
      row("label", &F::label, "column of the cell types"),
      row("batch", &F::batch, "column of the experimental batches"),
      row("seed", &F::seed, "seed of the fit", 0),
      row("n_genes", &F::n_genes, "genes of the model, as listed in genes.tsv", 0),
      row("n_cells", &F::n_cells, "cells of the training data, all parts together", 0),
  };
  return fields;
}

const std::vector<ComponentField>& component_fields() {
  static const std::vector<ComponentField> fields = {
      {"encoder", SCPRIOR_KIND_ENCODER, "mlp", &ModelConfig::encoder},
      {"decoder", SCPRIOR_KIND_DECODER, "mlp", &ModelConfig::decoder},
      {"flow", SCPRIOR_KIND_FLOW, "identity", &ModelConfig::flow},
      {"prior", SCPRIOR_KIND_PRIOR, "standard_normal", &ModelConfig::prior},
      {"likelihood", SCPRIOR_KIND_LIKELIHOOD, "nb", &ModelConfig::likelihood},
  };
  return fields;
}

}  // namespace scprior::core::config
