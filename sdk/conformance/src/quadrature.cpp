// SPDX-License-Identifier: Apache-2.0
#include "quadrature.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "prior_tools.hpp"

namespace scprior::conformance {
namespace {

const double innermost = 1e-3;                   // where the scale turns from linear to logarithmic
const double widest = std::asinh(1e5 / innermost);  // of u
constexpr int64_t n_axis_1d = 160, n_axis_2d = 36;  // cells of the first division
constexpr int64_t most_points = 300000, n_hints = 1000;
constexpr double wanted_error = 1e-3, largest_share = 0.01;

// Kronrod's rule of 7 nodes, and Gauss's of 3 of them: exact for polynomials up to degree 11 and 5.
constexpr double nodes[] = {-0.9604912687080202, -0.7745966692414834, -0.4342437493468026, 0,
                            0.4342437493468026,  0.7745966692414834,  0.9604912687080202};
constexpr double kronrod[] = {0.1046562260264673, 0.2684880898683334, 0.4013974147759622, 0.4509165386584741,
                              0.4013974147759622, 0.2684880898683334, 0.1046562260264673};
constexpr double gauss[] = {0, 5.0 / 9, 0, 8.0 / 9, 0, 5.0 / 9, 0};

at::Tensor to_z(const at::Tensor& u) { return innermost * at::sinh(u); }
at::Tensor to_u(const at::Tensor& z) { return at::asinh(z / innermost); }
at::Tensor slope(const at::Tensor& u) { return innermost * at::cosh(u); }  // dz / du

at::Tensor as_tensor(const double (&values)[7]) {
  return at::tensor(at::ArrayRef<double>(values, 7), at::TensorOptions(at::kDouble));
}

/// All combinations of D entries of `values`: [n^D, D].
at::Tensor grid(const at::Tensor& values, int64_t latent) {
  if (latent == 1) return values.unsqueeze(1);
  const int64_t n = values.size(0);
  return at::stack({values.repeat_interleave(n), values.repeat({n})}, 1);
}

at::Tensor density(Prior& prior, const at::Tensor& z) {
  const double none = -std::numeric_limits<double>::infinity();
  // What is not a number far away is the affair of another law.
  return log_prob_of(prior, z).to(at::kDouble).nan_to_num(none, std::numeric_limits<double>::infinity(), none);
}

/// Places of high density.
struct Hints {
  at::Tensor u, density;  ///< [H, D]; [H]
};

/// Points of all sizes that walk at random, and only uphill.
at::Tensor climbers(Prior& prior, int64_t latent, uint64_t stream) {
  constexpr int64_t n = 256;
  constexpr int n_steps = 50;
  const at::Generator draw = generator(stream);
  const at::TensorOptions real(at::kDouble);
  const at::Tensor size = at::pow(10, 3 * at::rand({n, 1}, draw, real) - 1.5);
  at::Tensor u = to_u(size * at::randn({n, latent}, draw, real));
  at::Tensor step = at::full({n, 1}, 0.5, real), height = density(prior, to_z(u));
  for (int i = 0; i < n_steps; ++i) {
    const at::Tensor other = (u + step * at::randn({n, latent}, draw, real)).clamp(-widest, widest);
    const at::Tensor other_height = density(prior, to_z(other));
    const at::Tensor is_higher = (other_height > height).unsqueeze(1);
    u = at::where(is_higher, other, u);
    height = at::max(height, other_height);
    step = step * at::where(is_higher, at::scalar_tensor(1.5, real), at::scalar_tensor(0.8, real));
  }
  return u;
}

Hints hints_at(Prior& prior, const at::Tensor& u) { return {u, density(prior, to_z(u)).exp()}; }

struct Cells {
  at::Tensor centre, half;  ///< [n, D], of u
  at::Tensor z, width;      ///< [n, P, D] of their points
  at::Tensor weight, coarse, log_prob, mass;  ///< [n, P]
  at::Tensor integral, error;                 ///< [n]

  std::vector<at::Tensor*> all() {
    return {&centre, &half, &z, &width, &weight, &coarse, &log_prob, &mass, &integral, &error};
  }
};

/// The mass that the density at the hints in a cell speaks of and its points have not seen: [n].
at::Tensor unseen(const Cells& cells, const Hints& hints, int64_t points) {
  const at::Tensor distance = (hints.u.unsqueeze(0) - cells.centre.unsqueeze(1)).abs();  // [n, H, D]
  const at::Tensor inside = (distance <= cells.half.unsqueeze(1)).all(2);
  const at::Tensor size = (2 * cells.half).prod(1).unsqueeze(1) * slope(hints.u).prod(1);  // [n, H]
  const at::Tensor mass = at::where(inside, size * hints.density / points, at::zeros({}, at::kDouble));
  return (mass.amax(1) - cells.integral).clamp_min(0);
}

Cells evaluated(Prior& prior, const at::Tensor& centre, const at::Tensor& half, const Hints& hints) {
  const int64_t latent = centre.size(1);
  const at::Tensor offsets = grid(as_tensor(nodes), latent);  // [P, D]
  const at::Tensor u = centre.unsqueeze(1) + half.unsqueeze(1) * offsets;
  const at::Tensor size = (half.unsqueeze(1) * slope(u)).prod(2);
  Cells cells;
  cells.centre = centre;
  cells.half = half;
  cells.z = to_z(u);
  cells.width = 2 * half.unsqueeze(1) * slope(u);
  cells.weight = size * grid(as_tensor(kronrod), latent).prod(1);
  cells.coarse = size * grid(as_tensor(gauss), latent).prod(1);
  cells.log_prob = density(prior, cells.z.reshape({-1, latent})).view(size.sizes());
  const at::Tensor p = cells.log_prob.exp();
  cells.mass = cells.weight * p;
  cells.integral = cells.mass.sum(1);
  cells.error = (cells.integral - (cells.coarse * p).sum(1)).abs() + unseen(cells, hints, offsets.size(0));
  return cells;
}

/// Both halves of each cell along every axis.
std::pair<at::Tensor, at::Tensor> halved(const at::Tensor& centre, const at::Tensor& half) {
  const at::Tensor sides = grid(at::tensor({-0.5, 0.5}, at::TensorOptions(at::kDouble)), centre.size(1));
  const at::Tensor centres = centre.unsqueeze(1) + half.unsqueeze(1) * sides;
  return {centres.reshape({-1, centre.size(1)}), (0.5 * half).repeat_interleave(sides.size(0), 0)};
}

/// The cells to halve: those that make up nine tenths of the error, and those that hold much of the mass.
at::Tensor chosen(const Cells& cells, double total, double error) {
  const auto [sorted, order] = cells.error.sort(0, true);
  const at::Tensor among_worst = at::zeros_like(cells.error).scatter(0, order, sorted.cumsum(0) - sorted);
  const at::Tensor is_wrong = (among_worst < 0.9 * error).logical_and(cells.error > 0);
  const at::Tensor is_heavy = cells.integral > largest_share * total;
  return error > wanted_error * total ? is_wrong.logical_or(is_heavy) : is_heavy;
}

}  // namespace

double Quadrature::share_too_coarse_for(const at::Tensor& direction) const {
  constexpr double most = 7;  // of an angle: up to there the rule for 7 nodes has six digits
  const at::Tensor is_coarse = at::matmul(width, direction.abs()) > most;
  return ((mass * is_coarse).sum() / mass.sum()).item<double>();
}

std::string Quadrature::text() const { return concat("the integral is ", integral, " ± ", error); }

Quadrature quadrature(Prior& prior, int64_t latent, uint64_t stream) {
  const at::Tensor draws = to_u(draws_where_possible(prior, n_hints, latent, stream));
  const Hints hints = hints_at(prior, at::cat({draws, climbers(prior, latent, stream + 1)}));
  const int64_t n_axis = latent == 1 ? n_axis_1d : n_axis_2d;
  const double half = widest / static_cast<double>(n_axis);
  const at::Tensor first = (at::arange(n_axis, at::kDouble) * 2 + 1) * half - widest;
  const at::Tensor centre = grid(first, latent);
  Cells cells = evaluated(prior, centre, at::full_like(centre, half), hints);
  double total = 0, error = 0;
  while (true) {
    total = cells.integral.sum().item<double>();
    error = cells.error.sum().item<double>();
    const at::Tensor is_chosen = chosen(cells, total, error);
    const auto [centres, halves] = halved(cells.centre.index({is_chosen}), cells.half.index({is_chosen}));
    if (centres.size(0) == 0 || cells.mass.numel() + centres.size(0) * cells.mass.size(1) > most_points) break;
    Cells finer = evaluated(prior, centres, halves, hints);
    const at::Tensor kept = is_chosen.logical_not();
    const std::vector<at::Tensor*> parts = cells.all(), more = finer.all();
    for (size_t i = 0; i < parts.size(); ++i) *parts[i] = at::cat({parts[i]->index({kept}), *more[i]});
  }
  // Places that no cell was halved for: what they find unseen has been missed elsewhere too.
  const Hints others = hints_at(prior, to_u(draws_where_possible(prior, n_hints / 2, latent, stream + 2)));
  error += unseen(cells, others, cells.mass.size(1)).sum().item<double>();
  Quadrature rule;
  rule.z = cells.z.reshape({-1, latent});
  rule.width = cells.width.reshape({-1, latent});
  rule.weight = cells.weight.reshape({-1});
  rule.coarse = cells.coarse.reshape({-1});
  rule.log_prob = cells.log_prob.reshape({-1});
  rule.mass = cells.mass.reshape({-1});
  rule.integral = total;
  rule.error = error;
  return rule;
}

}  // namespace scprior::conformance
