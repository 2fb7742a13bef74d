// SPDX-License-Identifier: Apache-2.0
#include "report/layout.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "log_mantissa.hpp"
#include "scprior/parallel.hpp"

namespace scprior::core {
namespace {

constexpr int32_t lanes = 16;  // forces that are computed together
constexpr float largest_force = 4;         // along an axis
constexpr float least_square = 1e-7f;      // of a distance
constexpr float push_at_zero = 1e-3f;      // keeps the push of a near cell finite
constexpr float decay_1 = 0.5f, decay_2 = 0.9f, epsilon = 1e-7f;  // of Adam

/// log2(x), x positive and normal; 1e-7 of the value or of 1.
SCPRIOR_INLINE float log2_of(float x) {
  const auto [exponent, t, p] = log_mantissa(x);
  return exponent + (t + (p * t - 0.5f) * t * t) * 1.44269504f;  // log2(e)
}

/// 2^x, |x| <= 126.
SCPRIOR_INLINE float exp2_of(float x) {
  constexpr float rounder = 12582912.0f;  // 1.5 · 2^23: adding it rounds to a whole number
  const float shifted = x + rounder;
  const float r = (x - (shifted - rounder)) * 0.69314718f;  // ln 2
  float p = 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 1.0f / 2;
  p = p * r + 1;
  p = p * r + 1;
  return p * std::bit_cast<float>((std::bit_cast<int32_t>(shifted) << 23) + 0x3f800000);
}

SCPRIOR_INLINE float clipped(float x) {
  x = x < -largest_force ? -largest_force : x;
  return x > largest_force ? largest_force : x;
}

/// A hash whose output bits all depend on all input bits. Source: C. Wellons, hash prospector (lowbias32).
SCPRIOR_INLINE uint32_t mixed(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

constexpr uint32_t golden = 0x9e3779b9u;

struct Places {
  const float *x, *y;
  int32_t n;
};

/// What acts on a cell in one epoch.
struct Turn {
  int32_t cell;
  const int32_t* pulling;     // [n_pulls]
  int32_t n_pulls, n_pushes;  // n_pulls is a multiple of `lanes`
  uint32_t random;
};

struct Force {
  float x, y;
};

/// With s = d², y - y' times -2ab s^(b - 1) / (1 + a s^b) for a cell that pulls, 2b / ((0.001 + s) (1 + a s^b)) for one
/// that pushes. A pull counts twice: the edge pulls at its other end as much.
SCPRIOR_MULTIVERSION Force force_on(const Turn& turn, const Places& at, float a, float b) {
  // Copies: what may change in memory keeps the compiler from vectorising.
  const float *const all_x = at.x, *const all_y = at.y;
  const int32_t n_pushes = turn.n_pushes, last = at.n - 1;
  const uint32_t stream = turn.random;
  const float x = all_x[turn.cell], y = all_y[turn.cell];
  float force_x[lanes] = {}, force_y[lanes] = {};
  for (int32_t first = 0; first < turn.n_pulls; first += lanes) {
#pragma omp simd
    for (int32_t lane = 0; lane < lanes; ++lane) {
      const int32_t other = turn.pulling[first + lane];
      const float dx = x - all_x[other], dy = y - all_y[other];
      const float square = dx * dx + dy * dy, s = square > least_square ? square : least_square;
      const float power = exp2_of(b * log2_of(s));
      const float factor = -2 * a * b * power / (s * (1 + a * power));
      force_x[lane] += 2 * clipped(factor * dx);
      force_y[lane] += 2 * clipped(factor * dy);
    }
  }
  const float scale = static_cast<float>(at.n) * 0x1p-24f;
  for (int32_t first = 0; first < n_pushes; first += lanes) {
#pragma omp simd
    for (int32_t lane = 0; lane < lanes; ++lane) {
      const uint32_t random = mixed(stream + golden * static_cast<uint32_t>(first + lane));
      int32_t other = static_cast<int32_t>(static_cast<float>(static_cast<int32_t>(random >> 8)) * scale);
      other = other < last ? other : last;
      const float due = first + lane < n_pushes ? 1.0f : 0.0f;
      const float dx = x - all_x[other], dy = y - all_y[other];
      const float square = dx * dx + dy * dy, s = square > least_square ? square : least_square;
      const float factor = 2 * b / ((push_at_zero + s) * (1 + a * exp2_of(b * log2_of(s))));
      force_x[lane] += due * clipped(factor * dx);
      force_y[lane] += due * clipped(factor * dy);
    }
  }
  Force force{0, 0};
  for (int32_t lane = 0; lane < lanes; ++lane) {
    force.x += force_x[lane];
    force.y += force_y[lane];
  }
  return force;
}

/// A coordinate of all cells, with Adam's moments.
struct Axis {
  explicit Axis(int64_t n) : place(n), next(n), first_moment(n), second_moment(n) {}

  void move(int64_t cell, float force, float step, float correction_1, float correction_2) {
    float &first = first_moment[cell], &second = second_moment[cell];
    first = decay_1 * first + (1 - decay_1) * force;
    second = decay_2 * second + (1 - decay_2) * force * force;
    next[cell] = place[cell] + step * first * correction_1 / (std::sqrt(second * correction_2) + epsilon);
  }

  std::vector<float> place, next, first_moment, second_moment;
};

class Layout {
 public:
  Layout(const LayoutGraph& graph, const LayoutOptions& options, float* picture)
      : graph_(graph),
        options_(options),
        n_(static_cast<int64_t>(graph.starts.size()) - 1),
        x_(n_),
        y_(n_),
        next_pull_(graph.intervals),
        next_push_(graph.intervals) {
    for (float& epoch : next_push_) epoch /= options.negatives;
    for (int64_t i = 0; i < n_; ++i) {
      x_.place[i] = picture[2 * i];
      y_.place[i] = picture[2 * i + 1];
      most_pulls_ = std::max(most_pulls_, graph.starts[i + 1] - graph.starts[i]);
    }
  }

  void run_epoch(int epoch) {
    const float step = 1 - static_cast<float>(epoch) / static_cast<float>(options_.epochs);
    const float correction_1 = 1 / (1 - std::pow(decay_1, static_cast<float>(epoch + 1)));
    const float correction_2 = 1 / (1 - std::pow(decay_2, static_cast<float>(epoch + 1)));
    const uint32_t random = mixed(static_cast<uint32_t>(options_.seed) + golden * static_cast<uint32_t>(epoch));
    parallel_for(0, n_, 512, [&](int64_t first, int64_t last) {
      std::vector<int32_t> pulling(most_pulls_ + lanes);
      for (int64_t cell = first; cell < last; ++cell) {
        Turn turn = turn_of(cell, epoch, pulling.data());
        turn.random = mixed(random ^ static_cast<uint32_t>(cell));
        const Force force = force_on(turn, {x_.place.data(), y_.place.data(), static_cast<int32_t>(n_)}, options_.a,
                                     options_.b);
        x_.move(cell, force.x, step, correction_1, correction_2);
        y_.move(cell, force.y, step, correction_1, correction_2);
      }
    });
    x_.place.swap(x_.next);
    y_.place.swap(y_.next);
  }

  void write(float* picture) const {
    for (int64_t i = 0; i < n_; ++i) {
      picture[2 * i] = x_.place[i];
      picture[2 * i + 1] = y_.place[i];
    }
  }

 private:
  /// The edges of a cell whose turn it is, and how many pushes are due with them.
  Turn turn_of(int64_t cell, int epoch, int32_t* pulling) {
    Turn turn{static_cast<int32_t>(cell), pulling, 0, 0, 0};
    const float now = static_cast<float>(epoch);
    for (int64_t edge = graph_.starts[cell]; edge < graph_.starts[cell + 1]; ++edge) {
      if (next_pull_[edge] > now) continue;
      pulling[turn.n_pulls++] = graph_.targets[edge];
      next_pull_[edge] += graph_.intervals[edge];
      const float interval = graph_.intervals[edge] / options_.negatives;
      const auto due = static_cast<int32_t>((now - next_push_[edge]) / interval);
      turn.n_pushes += due;
      next_push_[edge] += static_cast<float>(due) * interval;
    }
    while (turn.n_pulls % lanes != 0) pulling[turn.n_pulls++] = turn.cell;
    return turn;
  }

  const LayoutGraph& graph_;
  const LayoutOptions options_;
  int64_t n_;
  Axis x_, y_;
  std::vector<float> next_pull_, next_push_;  // [edges] epochs
  int64_t most_pulls_ = 0;
};

}  // namespace

void optimise_layout(const LayoutGraph& graph, const LayoutOptions& options, float* picture) {
  Layout layout(graph, options, picture);
  for (int epoch = 0; epoch < options.epochs; ++epoch) layout.run_epoch(epoch);
  layout.write(picture);
}

}  // namespace scprior::core
