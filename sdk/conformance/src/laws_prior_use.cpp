// SPDX-License-Identifier: Apache-2.0
// How a prior behaves in training: gradients, shapes, what it is lent.
#include <ATen/ATen.h>

#include "prior_tools.hpp"
#include "scprior/conformance/must.hpp"

namespace scprior::conformance {
namespace {

at::Tensor input(at::IntArrayRef shape, uint64_t stream, double scale = 1, at::ScalarType type = at::kDouble) {
  return (scale * normal(shape, stream)).to(type).set_requires_grad(true);
}

TEST_CASE("prior: the gradients of z and of every parameter are right", "[prior]") {
  const Dims dims = small_dims();
  const auto prior = noisy_prior(1, dims.latent);
  const at::Tensor z = input({2, 3, dims.latent}, 70, 1.5);
  const auto value = [&] {
    prepare(*prior, dims);
    return prior->log_prob(z);
  };
  const std::string problem = gradient_problem(value, z, 71);
  must(problem.empty(), "z: ", problem);
  for (const Module::Entry& entry : prior->entries()) {
    if (!entry.traits.trainable) continue;
    const std::string of_parameter = gradient_problem(value, *entry.tensor, 72);
    must(of_parameter.empty(), entry.name, ": ", of_parameter);
  }
}

TEST_CASE("prior: the gradients of kl are right", "[prior]") {
  if (!declares(SCPRIOR_OFFERS_KL)) SKIP("it offers no kl");
  const auto prior = noisy_prior(1, 4);
  Posterior q;
  q.mean = input({3, 4}, 73);
  q.log_var = input({3, 4}, 74);
  if (!prior->kl(q)) return must(false, "SCPRIOR_OFFERS_KL is declared, but kl() gives nothing");
  const auto value = [&] { return *prior->kl(q); };
  for (const auto& [name, x] : {std::pair("mean", q.mean), std::pair("log_var", q.log_var)}) {
    const std::string problem = gradient_problem(value, x, 75);
    must(problem.empty(), name, ": ", problem);
  }
  for (const Module::Entry& entry : prior->entries()) {
    if (!entry.traits.trainable) continue;
    const std::string problem = gradient_problem(value, *entry.tensor, 76);
    must(problem.empty(), entry.name, ": ", problem);
  }
}

TEST_CASE("prior: every parameter takes part in log_prob", "[prior]") {
  const Dims dims = small_dims();
  const auto prior = noisy_prior(1, dims.latent);
  if (prior->parameters().empty()) SKIP("it has no parameters");
  // Of all sizes, and where the prior itself draws: a narrow component is not felt from afar.
  const at::Tensor size = at::pow(10, at::linspace(-4, 1, 40, at::TensorOptions(at::kDouble))).unsqueeze(1);
  const at::Tensor z = at::cat({1.5 * normal({40, dims.latent}, 77), size * normal({40, dims.latent}, 78),
                                draws_where_possible(*prior, 100, dims.latent, 77)});
  const auto value = [&] {
    prepare(*prior, dims);
    return prior->log_prob(z.unsqueeze(0));
  };
  for (const Module::Entry& entry : prior->entries())
    if (entry.traits.trainable)
      must(has_gradient(value, *entry.tensor), entry.name, " has no gradient: it cannot learn");
}

TEST_CASE("prior: log_prob and its gradients are finite, also far from the origin", "[prior]") {
  const Dims dims = small_dims();
  for (const at::ScalarType type : {at::kDouble, at::kFloat})
    for (const double distance : {0.0, 3.0, 30.0, 1000.0}) {
      const auto prior = ready_as<Prior>(1, type);
      perturb(*prior, 51);
      prepare(*prior, dims);
      const at::Tensor direction = normal({1, 20, dims.latent}, 78);
      const at::Tensor z =
          (distance * direction / direction.norm(2, {-1}, true)).to(type).detach().set_requires_grad(true);
      const at::Tensor log_prob = prior->log_prob(z);
      const std::string where = concat("at |z| = ", distance, " in ", at::toString(type));
      must(all_finite(log_prob), where, " log_prob is not finite");
      log_prob.sum().backward();
      must(z.grad().defined() && all_finite(z.grad()), where, " the gradient of z is ",
           z.grad().defined() ? "not finite" : "missing");
      for (const Module::Entry& entry : prior->entries())
        if (entry.traits.trainable && entry.tensor->grad().defined())
          must(all_finite(entry.tensor->grad()), where, " the gradient of ", entry.name, " is not finite");
    }
}

TEST_CASE("prior: each sample of each cell has its own log_prob", "[prior]") {
  const auto prior = noisy_prior(1, 4);
  const at::NoGradGuard no_grad;
  for (const int64_t rows : {5, 37}) {
    const at::Tensor z = 1.5 * normal({3, rows, 4}, 79);
    const at::Tensor together = prior->log_prob(z);
    for (int64_t s = 0; s < 3; ++s)
      for (int64_t b = 0; b < rows; ++b) {
        const double alone = prior->log_prob(z.narrow(0, s, 1).narrow(1, b, 1)).item<double>();
        const double got = together[s][b].item<double>();
        must(std::abs(got - alone) <= 1e-8 * (1 + std::abs(alone)), "of 3 samples of ", rows, " cells, sample ", s,
             " of cell ", b, " has ", got, "; alone it has ", alone);
      }
  }
}

TEST_CASE("prior: z of another shape is refused", "[prior]") {
  const auto prior = noisy_prior(1, 4);
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{2, 3, 5}, {2, 3, 1}, {3, 4}}) {
    const std::string text = refusal([&] { prior->log_prob(normal(shape, 80)); });
    must(!text.empty(), "z of shape ", at::IntArrayRef(shape), " is accepted where [any, any, 4] is wanted; ",
         "check_shape refuses it with a text");
  }
}

TEST_CASE("prior: training cells are declared where they are wanted", "[prior]") {
  if (!subject().given.empty()) SKIP("what is declared holds for the defaults");
  const auto prior = make<Prior>();
  prior->build(small_dims(), generator(81));
  const int64_t wanted = prior->n_initial_cells();
  must(declares(SCPRIOR_WANTS_CELLS) == (wanted > 0), "n_initial_cells() is ", wanted, ", but SCPRIOR_WANTS_CELLS is ",
       declares(SCPRIOR_WANTS_CELLS) ? "" : "not ", "declared");
}

TEST_CASE("prior: the encoder lent to prepare is not kept", "[prior]") {
  const Dims dims = small_dims();
  const auto prior = ready_as<Prior>(1);
  auto token = std::make_shared<int>();
  const std::weak_ptr<int> is_kept = token;
  {
    const Prior::Encode encode = [token, lent = linear_encoder(dims.genes, dims.latent)](const CountMatrix& x) {
      return lent(x);
    };
    prior->prepare(encode);
  }
  token.reset();
  must(is_kept.expired(), "after prepare() returned, the prior still holds the encoder: it would be saved twice, and ",
       "called when it is gone");
}

}  // namespace
}  // namespace scprior::conformance
