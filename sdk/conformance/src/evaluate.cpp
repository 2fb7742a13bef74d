// SPDX-License-Identifier: Apache-2.0
#include "scprior/conformance/evaluate.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

#include "scprior/decoder.hpp"
#include "scprior/encoder.hpp"
#include "scprior/flow.hpp"
#include "scprior/likelihood.hpp"

namespace scprior::conformance {
namespace {

constexpr uint64_t of_init = 11, of_cells = 12;

/// The inputs of one call, drawn in a fixed order whatever the layout and type.
class Inputs {
 public:
  explicit Inputs(const Call& call) : call_(call), draw_(generator(1000 + call.stream)) {}
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;
  ~Inputs() {
    for (const auto& [given, kept] : handed_out_)
      if (call_.unchanged != nullptr && !same_bits(given, kept)) *call_.unchanged = false;
  }

  at::Tensor normal(at::IntArrayRef shape) {
    return laid_out(at::randn(shape, draw_, at::TensorOptions(at::kDouble)).to(call_.type));
  }
  CellBatch cells(int64_t genes) const {
    return conformance::cells(call_.rows, genes, 1000 + call_.stream, call_.type);
  }
  CountMatrix matrix(const CountMatrix& given) const {
    if (call_.strided) return CountMatrix::from_dense(laid_out(given.dense()));
    remembered(given.csr().values);
    return given;
  }
  at::Tensor laid_out(const at::Tensor& x) const { return remembered(call_.strided ? strided(x) : x); }
  at::Generator generator_of_draws() const { return generator(2000 + call_.stream); }

 private:
  at::Tensor remembered(const at::Tensor& x) const {
    if (call_.unchanged != nullptr) handed_out_.emplace_back(x, x.clone());
    return x;
  }

  const Call& call_;
  at::Generator draw_;
  mutable std::vector<std::pair<at::Tensor, at::Tensor>> handed_out_;
};

std::vector<at::Tensor> of_encoder(Encoder& encoder, const Call& call, const Dims& dims) {
  Inputs inputs(call);
  const CellBatch batch = inputs.cells(dims.genes);
  const Posterior q = encoder.encode(inputs.matrix(batch.normalised), {});
  return {q.mean, q.log_var, q.context};
}

std::vector<at::Tensor> of_decoder(Decoder& decoder, const Call& call, const Dims& dims) {
  Inputs inputs(call);
  return {decoder.decode(inputs.normal({call.samples, call.rows, dims.latent}), {})};
}

std::vector<at::Tensor> of_flow(Flow& flow, const Call& call, const Dims& dims) {
  Inputs inputs(call);
  const at::Tensor z0 = inputs.normal({call.samples, call.rows, dims.latent});
  const at::Tensor context = dims.context > 0 ? inputs.normal({call.rows, dims.context}) : at::Tensor();
  const FlowResult result = flow.forward(z0, context);
  return {result.z, result.log_det};
}

std::vector<at::Tensor> of_prior(Prior& prior, const Call& call, const Dims& dims) {
  Inputs inputs(call);
  const at::Tensor log_prob = prior.log_prob(inputs.normal({call.samples, call.rows, dims.latent}));
  return {log_prob, prior.sample(n_draws, inputs.generator_of_draws())};
}

std::vector<at::Tensor> of_likelihood(Likelihood& likelihood, const Call& call, const Dims& dims) {
  Inputs inputs(call);
  const CellBatch batch = inputs.cells(dims.genes);
  const at::Tensor h = inputs.normal({call.samples, call.rows, dims.hidden}), library = inputs.laid_out(batch.library);
  return {likelihood.log_prob(inputs.matrix(batch.counts), h, library, {}), likelihood.mean(h, library, {}),
          likelihood.sample(h, library, {}, inputs.generator_of_draws())};
}

}  // namespace

Dims dims_for(const Component& component, Dims dims) {
  if (subject().kind == SCPRIOR_KIND_FLOW) dims.context = static_cast<const Flow&>(component).context_width();
  return dims;
}

std::unique_ptr<Component> ready(uint64_t stream, at::ScalarType type, Dims dims) {
  std::unique_ptr<Component> component = make_component();
  component->build(dims_for(*component, dims), generator(stream * 100 + of_init));
  if (subject().kind == SCPRIOR_KIND_PRIOR) {
    Prior& prior = static_cast<Prior&>(*component);
    prior.initialise(cells(prior.n_initial_cells(), dims.genes, stream * 100 + of_cells),
                     generator(stream * 100 + of_init + 50));
  }
  component->to(type);
  component->eval();
  return component;
}

std::string tensors_text() {
  std::string trained, saved;
  const std::unique_ptr<Component> component = ready(1, at::kFloat);
  for (const Module::Entry& entry : component->entries()) {
    std::string& text = entry.traits.trainable ? trained : saved;
    text += concat(text.empty() ? "" : ", ", entry.name, ' ', shape_text(*entry.tensor));
  }
  return concat("trained: ", trained.empty() ? "nothing" : trained, saved.empty() ? "" : "; saved only: ", saved);
}

Prior::Encode linear_encoder(int64_t genes, int64_t latent) {
  // The same numbers for every seed: this is part of the test, not of what is tested.
  const at::Generator draw = at::detail::createCPUGenerator(5);
  const at::TensorOptions real(at::kDouble);
  const at::Tensor weight = at::randn({genes, latent}, draw, real) / std::sqrt(static_cast<double>(genes));
  const at::Tensor spread = at::randn({genes, latent}, draw, real) / (4 * std::sqrt(static_cast<double>(genes)));
  return [weight, spread](const CountMatrix& normalised) {
    const at::Tensor& x = normalised.dense();
    Posterior q;
    q.mean = at::matmul(x, weight.to(x.scalar_type())) * 0.3;
    q.log_var = at::tanh(at::matmul(x, spread.to(x.scalar_type())) * 0.3) - 1;
    return q;
  };
}

void prepare(Component& component, const Dims& dims) {
  if (subject().kind == SCPRIOR_KIND_PRIOR)
    static_cast<Prior&>(component).prepare(linear_encoder(dims.genes, dims.latent));
}

std::vector<at::Tensor> outputs(Component& component, const Call& call, const Dims& given) {
  const Dims dims = dims_for(component, given);
  prepare(component, dims);
  switch (subject().kind) {
    case SCPRIOR_KIND_ENCODER: return of_encoder(static_cast<Encoder&>(component), call, dims);
    case SCPRIOR_KIND_DECODER: return of_decoder(static_cast<Decoder&>(component), call, dims);
    case SCPRIOR_KIND_FLOW: return of_flow(static_cast<Flow&>(component), call, dims);
    case SCPRIOR_KIND_PRIOR: return of_prior(static_cast<Prior&>(component), call, dims);
    case SCPRIOR_KIND_LIKELIHOOD: return of_likelihood(static_cast<Likelihood&>(component), call, dims);
    default: fail(Status::internal, "a ", subject().kind_name, " is no part of a model");
  }
}

}  // namespace scprior::conformance
