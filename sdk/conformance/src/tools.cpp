// SPDX-License-Identifier: Apache-2.0
#include "scprior/conformance/tools.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "scprior/conformance/must.hpp"

namespace scprior::conformance {

at::Generator generator(uint64_t stream) {
  const uint64_t seed = static_cast<uint64_t>(subject().seed) + stream * 0x9e3779b97f4a7c15u;
  return at::detail::createCPUGenerator(seed);
}

at::Tensor normal(at::IntArrayRef shape, uint64_t stream, at::ScalarType type) {
  return at::randn(shape, generator(stream), at::TensorOptions(at::kDouble)).to(type);
}

at::Tensor strided(const at::Tensor& tensor) {
  if (!tensor.defined() || tensor.dim() == 0) return tensor;
  std::vector<int64_t> shape = tensor.sizes().vec();
  shape.back() *= 2;
  const at::Tensor apart = at::full(shape, 7, tensor.options()).slice(-1, 0, shape.back(), 2);
  apart.copy_(tensor);
  return apart;
}

Dims small_dims() {
  Dims dims;
  dims.genes = 30;
  dims.latent = 4;
  dims.hidden = 8;
  return dims;
}

CellBatch cells(int64_t n, int64_t genes, uint64_t stream, at::ScalarType type) {
  const at::Generator draw = generator(stream);
  const at::TensorOptions real(at::kDouble);
  // Each type has a third of the genes that are ten times as frequent as the rest.
  const at::Tensor is_own = at::arange(n, at::kLong).remainder(3).unsqueeze(1) ==
                            at::arange(genes, at::kLong).remainder(3).unsqueeze(0);
  const at::Tensor size = at::exp(0.3 * at::randn({n, 1}, draw, real));
  const at::Tensor rate = size * at::where(is_own, at::scalar_tensor(4.0, real), at::scalar_tensor(0.4, real));
  const at::Tensor x = at::poisson(rate, draw);
  const at::Tensor where = x.nonzero();  // [nnz, 2], ascending
  const at::Tensor per_row = (x > 0).sum(1);
  Csr csr;
  csr.row_ptr = at::cat({at::zeros({1}, at::kLong), per_row.cumsum(0)});
  csr.columns = where.select(1, 1).to(at::kInt).contiguous();
  csr.values = x.masked_select(x > 0).to(type);
  csr.n_columns = genes;
  CellBatch batch;
  batch.counts = CountMatrix::from_csr(std::move(csr));
  batch.normalised = log_normalise(batch.counts);
  batch.library = batch.counts.row_sums();
  batch.rows = at::arange(n, at::kLong);
  return batch;
}

void perturb(Module& module, uint64_t stream) {
  const at::Generator draw = generator(stream);
  const at::NoGradGuard no_grad;
  for (at::Tensor p : module.parameters()) {
    if (p.numel() == 0) continue;
    double scale = 0.3;
    if (p.dim() >= 2)
      scale = 0.5 * std::sqrt(p.to(at::kDouble).square().mean().item<double>()) + 0.5 / std::sqrt(p.size(-1));
    p.add_((scale * at::randn(p.sizes(), draw, at::TensorOptions(at::kDouble))).to(p.scalar_type()));
  }
}

void minimise(const std::vector<at::Tensor>& parameters, const std::function<at::Tensor()>& loss, int steps,
              double rate) {
  constexpr double keep_mean = 0.9, keep_square = 0.999;
  std::vector<at::Tensor> mean, square;
  for (const at::Tensor& p : parameters) {
    mean.push_back(at::zeros_like(p));
    square.push_back(at::zeros_like(p));
  }
  for (int step = 1; step <= steps; ++step) {
    for (const at::Tensor& p : parameters) p.mutable_grad() = at::Tensor();
    loss().backward();
    const at::NoGradGuard no_grad;
    const double size = rate * std::sqrt(1 - std::pow(keep_square, step)) / (1 - std::pow(keep_mean, step));
    for (size_t i = 0; i < parameters.size(); ++i) {
      at::Tensor p = parameters[i];
      if (!p.grad().defined()) continue;
      mean[i].mul_(keep_mean).add_(p.grad(), 1 - keep_mean);
      square[i].mul_(keep_square).addcmul_(p.grad(), p.grad(), 1 - keep_square);
      p.addcdiv_(mean[i], square[i].sqrt().add_(1e-12), -size);
    }
  }
  for (const at::Tensor& p : parameters) p.mutable_grad() = at::Tensor();
}

std::string copy_tensors(Module& from, Module& to) {
  const at::NoGradGuard no_grad;
  const std::vector<Module::Entry> source = from.entries(), target = to.entries();
  if (source.size() != target.size())
    return concat("one instance has ", source.size(), " tensors, another ", target.size());
  for (size_t i = 0; i < source.size(); ++i) {
    const Module::Entry &a = source[i], &b = target[i];
    if (a.name != b.name)
      return concat("tensor ", i, " is named ", a.name, " in one instance and ", b.name, " in another");
    if (!b.traits.shape_from_data && a.tensor->sizes() != b.tensor->sizes())
      return concat("tensor ", a.name, " has shape ", shape_text(*a.tensor), " in one instance and ",
                    shape_text(*b.tensor), " in another");
    at::Tensor value = a.tensor->detach().clone();
    if (b.traits.trainable) value.set_requires_grad(true);
    *b.tensor = value;
  }
  to.loaded();
  return "";
}

namespace {

/// A derivative by central differences, and by how much rounding may have moved it.
struct Difference {
  double slope = 0, rounding = 0;
};

Difference central_difference(const std::function<at::Tensor()>& terms, const at::Tensor& x,
                              const at::Tensor& direction, double step) {
  const at::NoGradGuard no_grad;
  const at::Tensor kept = x.detach().clone();
  x.detach().copy_(kept + step * direction);
  const at::Tensor above = terms();
  x.detach().copy_(kept - step * direction);
  const at::Tensor below = terms();
  x.detach().copy_(kept);
  const double size = above.abs().sum().item<double>();
  return {(above - below).sum().item<double>() / (2 * step), 1e-14 * size / step};
}

/// "" where autograd's `got` agrees with finite differences of some step, or where these do not agree with each other.
std::string slope_problem(const std::function<at::Tensor()>& terms, const at::Tensor& x, const at::Tensor& direction,
                          double got, double scale, double tolerance) {
  constexpr double shrink = 16;
  constexpr int n_steps = 3;
  double step = 1e-5 / std::sqrt(static_cast<double>(x.numel()));
  std::vector<double> slopes;
  for (int i = 0; i < n_steps; ++i, step /= shrink) {
    const Difference wanted = central_difference(terms, x, direction, step);
    const double size = scale + std::abs(wanted.slope);
    if (std::abs(got - wanted.slope) <= tolerance * size + wanted.rounding) return "";
    if (i > 0 && wanted.rounding > 1e-3 * size) break;
    slopes.push_back(wanted.slope);
  }
  const auto [low, high] = std::minmax_element(slopes.begin(), slopes.end());
  if (std::isfinite(got) && *high - *low > 0.2 * std::abs(got - slopes.back())) {
    cannot_tell("finite differences of several steps lie between ", *low, " and ", *high,
                ": too coarse to judge a gradient of ", got);
    return "";
  }
  return concat("along a random direction autograd gives ", got, ", finite differences give ", slopes.back());
}

}  // namespace

std::string gradient_problem(const std::function<at::Tensor()>& value, const at::Tensor& x, uint64_t stream,
                             double tolerance) {
  const at::Generator draw = generator(stream);
  x.mutable_grad() = at::Tensor();
  const at::Tensor weights = [&] {
    const at::NoGradGuard no_grad;
    return at::randn(value().sizes(), draw, at::TensorOptions(at::kDouble));
  }();
  const auto terms = [&] { return value() * weights; };
  const at::Tensor start = terms().sum();
  if (start.requires_grad()) start.backward();
  const at::Tensor gradient = x.grad().defined() ? x.grad().clone() : at::zeros_like(x);
  x.mutable_grad() = at::Tensor();
  for (int i = 0; i < 3; ++i) {
    const at::Tensor direction = at::randn(x.sizes(), draw, at::TensorOptions(at::kDouble));
    const double got = (gradient * direction).sum().item<double>();
    const std::string problem =
        slope_problem(terms, x, direction, got, gradient.norm().item<double>(), tolerance);
    if (!problem.empty()) return problem;
  }
  return "";
}

bool has_gradient(const std::function<at::Tensor()>& value, const at::Tensor& parameter) {
  const at::Tensor kept = parameter.detach().clone();
  bool found = false;
  for (const double shift : {0.0, 1.0, -1.0, 3.0, -3.0, 10.0, -10.0}) {
    parameter.detach().copy_(kept + shift);
    parameter.mutable_grad() = at::Tensor();
    const at::Tensor sum = value().sum();
    if (sum.requires_grad()) sum.backward();
    found = parameter.grad().defined() && parameter.grad().ne(0).any().item<bool>();
    if (found) break;
  }
  parameter.detach().copy_(kept);
  parameter.mutable_grad() = at::Tensor();
  return found;
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  if (a.defined() != b.defined()) return false;
  if (!a.defined()) return true;
  if (a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes()) return false;
  return at::logical_or(a.eq(b), at::logical_and(a.isnan(), b.isnan())).all().item<bool>();
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  if (a.defined() != b.defined()) return std::numeric_limits<double>::infinity();
  if (!a.defined() || (a.numel() == 0 && b.numel() == 0)) return 0;
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  const double difference =
      at::where(a.eq(b), at::scalar_tensor(0.0, at::kDouble), (a.to(at::kDouble) - b.to(at::kDouble)).abs())
          .max()
          .item<double>();
  return std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
}

bool all_finite(const at::Tensor& tensor) { return at::isfinite(tensor).all().item<bool>(); }

std::string shape_text(const at::Tensor& tensor) {
  return tensor.defined() ? concat(tensor.sizes()) : std::string("nothing");
}

std::string without_frames(const std::string& text) { return text.substr(0, text.find("\nException raised from")); }

std::string refusal(const std::function<void()>& action, bool any) {
  try {
    action();
  } catch (const Error& error) {
    return without_frames(error.what());
  } catch (const std::exception& error) {
    if (!any) throw;
    return without_frames(error.what());
  }
  return "";
}

}  // namespace scprior::conformance
