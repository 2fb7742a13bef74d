// SPDX-License-Identifier: Apache-2.0
#include "host/c_prior.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "host/c_call.hpp"
#include "host/descriptor.hpp"
#include "scprior/fixed_order.hpp"
#include "scprior/shapes.hpp"

namespace scprior::core {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::Variable;

at::Tensor doubles(const at::Tensor& x) { return x.detach().to(at::kCPU, at::kDouble).contiguous(); }

/// A random number of 64 bits for a plugin's own generator.
uint64_t draw_seed(const at::Generator& generator) {
  const at::Tensor halves = at::empty({2}, at::TensorOptions(at::kLong).device(generator.device()));
  halves.random_(0, int64_t{1} << 32, generator);
  const at::Tensor drawn = halves.cpu();
  return static_cast<uint64_t>(drawn[0].item<int64_t>()) << 32 | static_cast<uint64_t>(drawn[1].item<int64_t>());
}

/// ln p of the rows of z [n, D], with both derivatives if they are wanted.
struct Evaluated {
  at::Tensor log_prob;            ///< [n]
  at::Tensor gradient;            ///< [n, D]; undefined = not wanted
  at::Tensor parameter_gradient;  ///< [n, P]; undefined = not wanted
};

Evaluated evaluate(const std::string& where, const scprior_prior_c& functions, const at::Tensor& z,
                   const at::Tensor& parameters, bool wants_gradient, bool wants_parameter_gradient) {
  const at::Tensor points = doubles(z), theta = doubles(parameters);
  const int64_t n = points.size(0);
  Evaluated out;
  // Filled with NaN: what a plugin forgets to write is found by the check below.
  out.log_prob = at::full({n}, NAN, at::kDouble);
  if (wants_gradient) out.gradient = at::full_like(points, NAN);
  if (wants_parameter_gradient) out.parameter_gradient = at::full({n, theta.size(0)}, NAN, at::kDouble);
  const auto data = [](const at::Tensor& x) { return x.defined() ? x.data_ptr<double>() : nullptr; };
  c_call(where + ": log_prob", [&](char* error) {
    return functions.log_prob(functions.user, n, data(points), data(theta), data(out.log_prob), data(out.gradient),
                              data(out.parameter_gradient), error);
  });
  return out;
}

/// "(0.5, -1.25, 3, 4, ...)": the first numbers of a row.
std::string start_of(const at::Tensor& row) {
  const at::Tensor shown = doubles(row.slice(0, 0, 4));
  std::string text = "(";
  for (int64_t i = 0; i < shown.numel(); ++i) text += concat(i > 0 ? ", " : "", shown.data_ptr<double>()[i]);
  return text + (row.numel() > shown.numel() ? ", ...)" : ")");
}

/// "point 3 of 128, latent unit 2 is inf": the first of the values [n] or [n, columns] that are marked, counted from 1.
/// What was not written is NaN.
std::string first_of(const at::Tensor& marked, const at::Tensor& values, const char* row, const char* column) {
  const at::Tensor place = marked.nonzero()[0];
  std::string text = concat(row, ' ', place[0].item<int64_t>() + 1, " of ", values.size(0));
  if (place.numel() > 1) text += concat(", ", column, ' ', place[1].item<int64_t>() + 1);
  const double value = values.masked_select(marked)[0].item<double>();
  return text + (std::isnan(value) ? " is NaN, or was not written" : concat(" is ", value));
}

/// Refuses what a plugin did not write, and infinities that would silently stop the training.
void check_written(const std::string& what, const at::Tensor& values, const at::Tensor& z, const char* column = "") {
  if (!values.defined() || values.numel() == 0) return;
  const at::Tensor bad = values.isnan() | (values == INFINITY);
  if (!bad.any().item<bool>() || !z.isfinite().all().item<bool>()) return;
  const at::Tensor point = z[bad.nonzero()[0][0].item<int64_t>()];
  fail(Status::plugin, what, ": ", first_of(bad, values, "point", column), "; the point is ", start_of(point));
}

/// As check_written, of values that must be finite.
void check_finite(const std::string& what, const at::Tensor& values, const char* row, const char* column = "") {
  const at::Tensor bad = values.isfinite().logical_not();
  if (bad.any().item<bool>()) fail(Status::plugin, what, ": ", first_of(bad, values, row, column), "; must be finite");
}

class LogProb : public torch::autograd::Function<LogProb> {
 public:
  static Variable forward(AutogradContext* context, const Variable& z, const Variable& parameters,
                          const std::string& where, const scprior_prior_c* functions) {
    const Evaluated at_z = evaluate(where, *functions, z, parameters, z.requires_grad(), parameters.requires_grad());
    check_written(where + ": log_prob", at_z.log_prob, z);
    check_written(where + ": the gradient of log_prob", at_z.gradient, z, "latent unit");
    check_written(where + ": the gradient of log_prob by the parameters", at_z.parameter_gradient, z, "parameter");
    const auto keep = [&](const at::Tensor& x) { return x.defined() ? x.to(z.options()) : x; };
    context->save_for_backward({keep(at_z.gradient), keep(at_z.parameter_gradient)});
    return at_z.log_prob.to(z.options());
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    if (at::GradMode::is_enabled())
      fail(Status::unsupported,
           "a prior of the C tier gives first derivatives only: call backward without create_graph, or write it as a "
           "C++ plugin");
    const auto saved = context->get_saved_variables();
    const at::Tensor& outer = gradients[0];  // [n]
    at::Tensor of_z, of_parameters;
    if (saved[0].defined()) of_z = outer.unsqueeze(1) * saved[0];
    if (saved[1].defined()) of_parameters = product(saved[1].t(), outer.unsqueeze(1)).squeeze(1);
    return {of_z, of_parameters, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

CPrior::CPrior(std::string where, const scprior_prior_c* functions, std::shared_ptr<const void> owner)
    : owner_(std::move(owner)),
      where_(std::move(where)),
      functions_(read_struct<scprior_prior_c>(functions, functions->struct_size)) {
  if (functions->struct_size < size_of_prior_1_0 || !functions_.build || !functions_.log_prob || !functions_.sample)
    fail(Status::plugin, where_, ": the table of functions lacks build, log_prob or sample, or is too short");
}

CPrior::~CPrior() {
  if (functions_.destroy) functions_.destroy(functions_.user);
}

void CPrior::build(const Dims& dims, at::Generator init) {
  n_latent_ = dims.latent;
  int64_t n_parameters = 0;
  c_call(where_ + ": build",
         [&](char* error) { return functions_.build(functions_.user, n_latent_, &n_parameters, error); });
  if (n_parameters < 0 || n_parameters > (int64_t{1} << 32))
    fail(Status::plugin, where_, ": build announced ", n_parameters, " parameters");
  if (n_parameters > 0 && !functions_.start)
    fail(Status::plugin, where_, ": build announced ", n_parameters, " parameters, but there is no function start");
  at::Tensor values = at::full({n_parameters}, NAN, at::kDouble);
  if (n_parameters > 0)
    c_call(where_ + ": start", [&](char* error) {
      return functions_.start(functions_.user, draw_seed(init), values.data_ptr<double>(), error);
    });
  check_finite(where_ + ": start", values, "parameter");
  add_tensor("parameters", parameters_, values.to(at::kFloat), {.trainable = n_parameters > 0});
}

at::Tensor CPrior::log_prob(const at::Tensor& z) {
  check_shape("z", z, {any_length, any_length, n_latent_});
  const at::Tensor rows = z.reshape({-1, n_latent_});
  const bool wants_gradients = at::GradMode::is_enabled() && (z.requires_grad() || parameters_.requires_grad());
  if (wants_gradients) return LogProb::apply(rows, parameters_, where_, &functions_).view({z.size(0), z.size(1)});
  const at::Tensor value = evaluate(where_, functions_, rows, parameters_, false, false).log_prob;
  check_written(where_ + ": log_prob", value, rows);
  return value.to(z.options().requires_grad(false)).view({z.size(0), z.size(1)});
}

at::Tensor CPrior::sample(int64_t n, at::Generator generator) {
  if (n < 0) fail(Status::argument, "a number of samples must be 0 or more, got ", n);
  const at::Tensor theta = doubles(parameters_);
  const at::Tensor z = at::full({n, n_latent_}, NAN, at::kDouble);
  if (n > 0)
    c_call(where_ + ": sample", [&](char* error) {
      return functions_.sample(functions_.user, n, theta.data_ptr<double>(), draw_seed(generator),
                               z.data_ptr<double>(), error);
    });
  check_finite(where_ + ": sample", z, "draw", "latent unit");
  return z.to(parameters_.options().requires_grad(false));
}

}  // namespace scprior::core
