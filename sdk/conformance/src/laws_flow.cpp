// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include "scprior/conformance/evaluate.hpp"
#include "scprior/conformance/must.hpp"
#include "scprior/flow.hpp"

namespace scprior::conformance {
namespace {

struct Case {
  std::unique_ptr<Flow> flow;
  at::Tensor z0, context;  ///< [S, B, D]; [B, C] or undefined
};

/// A flow with noise on its parameters, and inputs that require gradients.
Case make_case(int64_t samples, int64_t rows, int64_t latent = 4, double scale = 1.2,
               at::ScalarType type = at::kDouble) {
  Dims dims = small_dims();
  dims.latent = latent;
  Case made;
  made.flow = ready_as<Flow>(1, type, dims);
  perturb(*made.flow, 50);
  const auto input = [&](at::IntArrayRef shape, uint64_t stream, double size) {
    return (size * normal(shape, stream)).to(type).set_requires_grad(true);
  };
  made.z0 = input({samples, rows, latent}, 51, scale);
  if (const int64_t width = made.flow->context_width(); width > 0) made.context = input({rows, width}, 52, 1);
  return made;
}

at::Tensor context_of(const Case& made, int64_t row) {
  return made.context.defined() ? made.context.narrow(0, row, 1) : made.context;
}

/// d z / d z0 of every sample and cell by autograd: [S, B, D, D].
at::Tensor jacobian(const at::Tensor& z, const at::Tensor& z0) {
  std::vector<at::Tensor> rows;
  for (int64_t d = 0; d < z.size(-1); ++d) {
    z0.mutable_grad() = at::Tensor();
    z.select(-1, d).sum().backward({}, true);
    rows.push_back(z0.grad().defined() ? z0.grad().clone() : at::zeros_like(z0));
  }
  z0.mutable_grad() = at::Tensor();
  return at::stack(rows, -2);
}

TEST_CASE("flow: log_det is the Jacobian's, for every sample of every cell", "[flow]") {
  for (const int64_t latent : {4, 5}) {
    const Case made = make_case(2, 3, latent);
    const FlowResult result = made.flow->forward(made.z0, made.context);
    if (!result.z.requires_grad()) return must(false, "z has no gradient with respect to z0");
    const at::Tensor wanted = std::get<1>(at::slogdet(jacobian(result.z, made.z0).detach()));
    for (int64_t s = 0; s < 2; ++s)
      for (int64_t b = 0; b < 3; ++b) {
        const double right = wanted[s][b].item<double>(), got = result.log_det[s][b].item<double>();
        must(std::abs(got - right) <= 1e-8 * (1 + std::abs(right)), "for ", latent, " latent units, sample ", s,
             " of cell ", b, ": log_det is ", got, ", that of the Jacobian by autograd is ", right);
      }
  }
}

TEST_CASE("flow: cells and samples are independent of each other", "[flow]") {
  const Case made = make_case(3, 37);
  const at::NoGradGuard no_grad;
  const FlowResult together = made.flow->forward(made.z0, made.context);
  double worst_z = 0, worst_log_det = 0;
  for (int64_t s = 0; s < 3; ++s)
    for (int64_t b = 0; b < 37; ++b) {
      const FlowResult alone = made.flow->forward(made.z0.narrow(0, s, 1).narrow(1, b, 1), context_of(made, b));
      worst_z = std::max(worst_z, largest_difference(alone.z.reshape({-1}), together.z[s][b]));
      worst_log_det = std::max(worst_log_det, largest_difference(alone.log_det.reshape({}), together.log_det[s][b]));
    }
  must(worst_z < 1e-8, "z of a cell alone differs from that of the cell among others by up to ", worst_z);
  must(worst_log_det < 1e-8, "log_det of a cell alone differs from that of the cell among others by up to ",
       worst_log_det);
}

TEST_CASE("flow: moments, where offered, are those of forward's draws", "[flow]") {
  for (const auto& [type, tolerance] : {std::pair(at::kDouble, 1e-8), std::pair(at::kFloat, 1e-3)}) {
    const Case made = make_case(9, 7, 4, 1.2, type);
    const at::NoGradGuard no_grad;
    const auto input = [&](at::IntArrayRef shape, uint64_t stream) { return normal(shape, stream).to(type); };
    const at::Tensor mean = input({7, 4}, 59), scale = input({7, 4}, 60).abs(), noise = input({9, 4}, 61);
    const std::optional<FlowMoments> moments = made.flow->moments(mean, scale, noise, made.context);
    if (!moments) continue;
    const at::Tensor z = made.flow->forward(mean + scale * noise.unsqueeze(1), made.context).z;
    const auto check = [&](const char* what, const at::Tensor& got, const at::Tensor& wanted) {
      const double difference = largest_difference(got / (1 + wanted.abs()), wanted / (1 + wanted.abs()));
      must(difference < tolerance, what, " of 9 draws in ", at::toString(type),
           " differs from that of forward's z by up to ", difference, " of its size (or of 1, if that is more)");
    };
    check("mean", moments->mean, z.mean(0));
    check("variance", moments->variance, z.var(0));
  }
  SUCCEED();
}

TEST_CASE("flow: inverse is declared where it is offered, and right", "[flow]") {
  const Case made = make_case(2, 20);
  const at::NoGradGuard no_grad;
  const at::Tensor z = made.flow->forward(made.z0, made.context).z;
  if (!declares(SCPRIOR_OFFERS_INVERSE)) {
    const std::string text = refusal([&] { made.flow->inverse(z, made.context); });
    must(!text.empty(), "inverse() gives a result, which SCPRIOR_OFFERS_INVERSE does not declare");
    return;
  }
  at::Tensor back;
  const std::string text = refusal([&] { back = made.flow->inverse(z, made.context); });
  must(text.empty(), "SCPRIOR_OFFERS_INVERSE is declared, but inverse() says: ", text);
  if (!back.defined()) return;
  const double there_and_back = largest_difference(back, made.z0);
  must(there_and_back < 1e-6, "inverse(forward(z0)) differs from z0 by up to ", there_and_back);
  const at::Tensor again = made.flow->forward(back, made.context).z;
  const double back_and_there = largest_difference(again, z);
  must(back_and_there < 1e-6, "forward(inverse(z)) differs from z by up to ", back_and_there);
}

TEST_CASE("flow: the context is used where one is asked for", "[flow]") {
  const Case made = make_case(2, 10);
  if (!made.context.defined()) SKIP("it asks for no context");
  const at::NoGradGuard no_grad;
  const FlowResult one = made.flow->forward(made.z0, made.context);
  const FlowResult other = made.flow->forward(made.z0, made.context + normal(made.context.sizes(), 53));
  must(largest_difference(one.z, other.z) > 1e-12 || largest_difference(one.log_det, other.log_det) > 1e-12,
       "it asks for a context of width ", made.flow->context_width(), ", and another context changes nothing");
}

TEST_CASE("flow: outputs and gradients are finite, also far from the origin", "[flow]") {
  for (const at::ScalarType type : {at::kDouble, at::kFloat})
    for (const double scale : {0.0, 3.0, 30.0, 1000.0}) {
      const Case made = make_case(2, 20, 4, scale, type);
      const FlowResult result = made.flow->forward(made.z0, made.context);
      const std::string where = concat("for z0 of size ", scale, " in ", at::toString(type));
      must(all_finite(result.z), where, " z is not finite");
      must(all_finite(result.log_det), where, " log_det is not finite");
      (result.z.sum() + result.log_det.sum()).backward();
      must(made.z0.grad().defined() && all_finite(made.z0.grad()), where, " the gradient of z0 is not finite");
      for (const Module::Entry& entry : made.flow->entries())
        if (entry.traits.trainable && entry.tensor->grad().defined())
          must(all_finite(entry.tensor->grad()), where, " the gradient of ", entry.name, " is not finite");
    }
}

TEST_CASE("flow: the gradients of z0, context and every parameter are right", "[flow]") {
  const Case made = make_case(2, 3);
  const auto value = [&] {
    const FlowResult result = made.flow->forward(made.z0, made.context);
    return at::cat({result.z.reshape({-1}), result.log_det.reshape({-1})});
  };
  const auto log_det = [&] { return made.flow->forward(made.z0, made.context).log_det; };
  const auto check = [&](const std::string& name, const at::Tensor& x) {
    for (const auto& [what, function] : {std::pair<const char*, std::function<at::Tensor()>>("z and log_det", value),
                                         std::pair<const char*, std::function<at::Tensor()>>("log_det", log_det)}) {
      const std::string problem = gradient_problem(function, x, 54);
      must(problem.empty(), what, " by ", name, ": ", problem);
    }
  };
  check("z0", made.z0);
  if (made.context.defined()) check("context", made.context);
  for (const Module::Entry& entry : made.flow->entries())
    if (entry.traits.trainable) check(entry.name, *entry.tensor);
}

TEST_CASE("flow: every parameter takes part", "[flow]") {
  const Case made = make_case(2, 20);
  if (made.flow->parameters().empty()) SKIP("it has no parameters");
  const at::Tensor weights = normal({2, 20, 4}, 55);
  const auto value = [&] {
    const FlowResult result = made.flow->forward(made.z0, made.context);
    return (result.z * weights).sum() + result.log_det.sum();
  };
  for (const Module::Entry& entry : made.flow->entries())
    if (entry.traits.trainable)
      must(has_gradient(value, *entry.tensor), entry.name, " has no gradient: it cannot learn");
}

TEST_CASE("flow: is_identity is true of the identity only", "[flow]") {
  const Case made = make_case(2, 5);
  const at::NoGradGuard no_grad;
  const FlowResult result = made.flow->forward(made.z0, made.context);
  const bool is_identity =
      largest_difference(result.z, made.z0) == 0 && result.log_det.abs().max().item<double>() == 0;
  must(!made.flow->is_identity() || is_identity, "is_identity() is true, but forward changes z0 or has a log_det");
  must(made.flow->is_identity() || !is_identity || !made.flow->parameters().empty(),
       "forward is the identity, but is_identity() is false: the closed form of the KL is not used");
}

TEST_CASE("flow: inputs of another shape are refused", "[flow]") {
  const Case made = make_case(2, 3);
  const auto check = [&](const char* what, at::IntArrayRef z0, at::IntArrayRef context) {
    const at::Tensor given = context.empty() ? at::Tensor() : normal(context, 56);
    must(!refusal([&] { made.flow->forward(normal(z0, 57), given); }).empty(), what, " of shape ", z0,
         " is accepted by a flow of 4 latent units; check_shape refuses it with a text");
  };
  const int64_t width = made.flow->context_width();
  if (width == 0) {
    check("z0", {2, 3, 5}, {});
    check("z0", {3, 4}, {});
    return;
  }
  check("z0", {2, 3, 5}, {3, width});
  check("z0", {3, 4}, {3, width});
  const auto refuses = [&](at::IntArrayRef context) {
    return !refusal([&] { made.flow->forward(normal({2, 3, 4}, 57), normal(context, 56)); }).empty();
  };
  must(refuses({3, width + 1}), "a context of ", width + 1, " units is accepted, it asked for ", width);
  must(refuses({2, width}), "a context of 2 cells is accepted for 3 cells");
}

TEST_CASE("flow: takes any number of latent units, or refuses it with a text", "[flow]") {
  for (const int64_t latent : {1, 2, 3, 16}) {
    Dims dims = small_dims();
    dims.latent = latent;
    const auto flow = make<Flow>();
    if (!refusal([&] { flow->build(dims_for(*flow, dims), generator(58)); }).empty()) continue;
    const Case made = make_case(2, 3, latent);
    const FlowResult result = made.flow->forward(made.z0, made.context);
    must(result.z.sizes() == made.z0.sizes() && result.log_det.sizes() == at::IntArrayRef({2, 3}), "for ", latent,
         " latent units z has shape ", shape_text(result.z), " and log_det ", shape_text(result.log_det));
    must(all_finite(result.z) && all_finite(result.log_det), "for ", latent, " latent units the result is not finite");
  }
  SUCCEED();
}

}  // namespace
}  // namespace scprior::conformance
