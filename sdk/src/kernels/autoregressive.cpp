// SPDX-License-Identifier: Apache-2.0
#include "scprior/kernels/autoregressive.hpp"

#include <algorithm>
#include <cmath>

#include "scprior/parallel_each.hpp"
#include "staircase.hpp"
#include "vector_math.hpp"

namespace scprior::kernels {
namespace {

constexpr int64_t most_columns = 64;  // draws that go through the steps together: z and a layer are 32 KB each

template <class T>
constexpr T largest_exponent = sizeof(T) == 4 ? 60 : 600;

/// x limited to ±bound. GCC makes fewer instructions of it than of two limits.
template <class T>
SCPRIOR_INLINE T within(T x, T bound) {
  return std::abs(x) > bound ? std::copysign(bound, x) : x;
}

template <Activation activation, class T>
SCPRIOR_INLINE T activated(T x) {
  if constexpr (activation == Activation::tanh) {
    constexpr T one_from = sizeof(T) == 4 ? 10 : 20;
    const T size = std::abs(x), t = exponential_minus_one(T(-2) * (size > one_from ? one_from : size)).minus_one;
    return std::copysign(t / (t + T(2)), x);
  } else if constexpr (activation == Activation::relu) {
    return x < 0 ? T(0) : x;
  } else if constexpr (activation == Activation::elu) {
    const T below = exponential_minus_one(limited(x, -largest_exponent<T>, T(0))).minus_one;
    return x > 0 ? x : below;
  } else if constexpr (activation == Activation::selu) {
    constexpr T alpha = 1.6732632423543772848170429916717, scale = 1.0507009873554804934193349852946;
    return scale * (x > 0 ? x : alpha * activated<Activation::elu>(x));
  } else if constexpr (activation == Activation::silu) {
    return x / (T(1) + exponential(-within(x, largest_exponent<T>)));
  } else if constexpr (activation == Activation::softplus) {
    return (x < 0 ? T(0) : x) + log_one_plus(exponential(-std::abs(within(x, largest_exponent<T>)))).value;
  } else {
    return x;
  }
}

template <Activation activation, class T>
SCPRIOR_INLINE void activate_all(T* x, int64_t n) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) x[i] = activated<activation>(x[i]);
}

template <class T>
SCPRIOR_INLINE void activate(Activation activation, T* x, int64_t n) {
  switch (activation) {
    case Activation::tanh: return activate_all<Activation::tanh>(x, n);
    case Activation::relu: return activate_all<Activation::relu>(x, n);
    case Activation::elu: return activate_all<Activation::elu>(x, n);
    case Activation::selu: return activate_all<Activation::selu>(x, n);
    case Activation::silu: return activate_all<Activation::silu>(x, n);
    case Activation::softplus: return activate_all<Activation::softplus>(x, n);
    case Activation::linear: return;
  }
}

template <class T>
SCPRIOR_INLINE void sigmoid_step(const T* m, const T* s, T* z, int64_t n) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const T e = exponential(-within(s[i], largest_exponent<T>));
    z[i] = (z[i] + e * m[i]) / (T(1) + e);
  }
}

template <class T>
SCPRIOR_INLINE void exp_step(const T* m, const T* s, T* z, int64_t n) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) z[i] = exponential(limited(s[i], T(-5), T(3))) * z[i] + m[i];
}

/// What one thread works in: arrays of [., stride], a column for each draw.
template <class T>
struct Room {
  int64_t stride = 0;
  std::vector<T> memory, start;
  std::vector<std::vector<int64_t>> z_rows;  // of each step: the place in z of a coordinate
  T *z = nullptr, *in = nullptr, *out = nullptr;

  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  explicit Room(const AutoregressiveDraws<T>& draws) {
    constexpr int64_t line = 64 / sizeof(T);
    stride = (std::min(draws.draws, most_columns) + line - 1) / line * line;
    int64_t widest = output_groups * group_units;
    for (const AutoregressiveStep<T>& step : draws.steps) {
      for (size_t l = 0; l + 1 < step.layers.size(); ++l)
        widest = std::max(widest, step.layers[l].units + step.layers[l].padding);
      z_rows.push_back(step.rows);
      for (int64_t& row : z_rows.back()) row *= stride;
    }
    start.resize(widest);
    memory.resize((draws.dims + 2 * widest) * stride + line);
    const auto address = reinterpret_cast<uintptr_t>(memory.data());
    z = memory.data() + (64 - address % 64) % 64 / sizeof(T);  // vectors that cross cache lines take twice as long
    in = z + draws.dims * stride;
    out = in + widest * stride;
  }

  static constexpr int64_t output_groups = 8;  // m and s of 24 coordinates at a time: they stay in the nearest cache
};

template <class T, int bytes>
SCPRIOR_INLINE void run_step(const AutoregressiveStep<T>& step, Activation activation, Gate gate, int64_t cell,
                             const std::vector<int64_t>& z_rows, Room<T>& room) {
  const int64_t stride = room.stride;
  const int64_t* rows = z_rows.data();
  const T* in = room.z;
  for (size_t l = 0; l + 1 < step.layers.size(); ++l) {
    const StaircaseLayer<T>& layer = step.layers[l];
    const int64_t n_groups = static_cast<int64_t>(layer.extents.size());
    const T* start = layer.bias.data();
    if (l == 0) {
      if (step.start) {
        std::fill_n(room.start.begin(), layer.padding, T(0));
        std::copy_n(step.start + cell * layer.units, layer.units, room.start.begin() + layer.padding);
        start = room.start.data();
      }
      staircase_groups<T, bytes>(layer, 0, n_groups, layer.weights.data(), start, in,
                                 [=](int64_t k) { return rows[k]; }, room.out, stride);
    } else {
      staircase_groups<T, bytes>(layer, 0, n_groups, layer.weights.data(), start, in,
                                 [=](int64_t k) { return k * stride; }, room.out, stride);
    }
    std::swap(room.in, room.out);
    in = room.in + layer.padding * stride;
    activate(activation, room.in + layer.padding * stride, layer.units * stride);
  }
  const StaircaseLayer<T>& output = step.layers.back();
  const int64_t n_groups = static_cast<int64_t>(output.extents.size());
  const T* weights = output.weights.data();
  for (int64_t group = 0; group < n_groups; group += Room<T>::output_groups) {
    const int64_t end = std::min(group + Room<T>::output_groups, n_groups);
    staircase_groups<T, bytes>(output, group, end, weights, output.bias.data() + group * group_units, in,
                               [=](int64_t k) { return k * stride; }, room.out, stride);
    for (int64_t g = group; g < end; ++g) weights += output.extents[g] * group_units;
    const int64_t first_unit = group * group_units - output.padding;
    for (int64_t unit = std::max<int64_t>(first_unit, 0); unit < end * group_units - output.padding; unit += 2) {
      const T* m = room.out + (unit - first_unit) * stride;
      T* z = room.z + rows[unit / 2];
      gate == Gate::sigmoid ? sigmoid_step(m, m + stride, z, stride) : exp_step(m, m + stride, z, stride);
    }
  }
}

/// Mean and squares of `count` draws before become those with `n` more, z [n].
template <class T>
SCPRIOR_INLINE void add_moments(const T* z, int64_t n, int64_t count, T& mean, T& squares) {
  T sum = 0, deviations = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += z[i];
  const T here = sum / static_cast<T>(n);
#pragma omp simd reduction(+ : deviations)
  for (int64_t i = 0; i < n; ++i) deviations += (z[i] - here) * (z[i] - here);
  const T share = static_cast<T>(n) / static_cast<T>(count + n), difference = here - mean;
  mean += difference * share;
  squares += deviations + difference * difference * share * static_cast<T>(count);
}

template <class T, int bytes>
SCPRIOR_INLINE void run_cell(const AutoregressiveDraws<T>& draws, int64_t cell, Room<T>& room, T* mean, T* squares) {
  const int64_t dims = draws.dims, stride = room.stride;
  std::fill_n(mean, dims, T(0));
  std::fill_n(squares, dims, T(0));
  for (int64_t first = 0; first < draws.draws; first += stride) {
    const int64_t n = std::min(stride, draws.draws - first);
    for (int64_t d = 0; d < dims; ++d) {
      const T centre = draws.mean[cell * dims + d], scale = draws.scale[cell * dims + d];
      const T* noise = draws.noise + d * draws.draws + first;
      T* z = room.z + d * stride;
#pragma omp simd
      for (int64_t i = 0; i < n; ++i) z[i] = centre + scale * noise[i];
      std::fill(z + n, z + stride, centre);
    }
    for (size_t t = 0; t < draws.steps.size(); ++t)
      run_step<T, bytes>(draws.steps[t], draws.activation, draws.gate, cell, room.z_rows[t], room);
    for (int64_t d = 0; d < dims; ++d) add_moments(room.z + d * stride, n, first, mean[d], squares[d]);
  }
}

#define SCPRIOR_CELL(T, SET, TARGET, BYTES)                                                                        \
  TARGET void SET##_cell(const AutoregressiveDraws<T>& draws, int64_t cell, Room<T>& room, T* mean, T* squares) { \
    run_cell<T, BYTES>(draws, cell, room, mean, squares);                                                          \
  }
SCPRIOR_ALL_VERSIONS(SCPRIOR_CELL)
#undef SCPRIOR_CELL

}  // namespace

template <class T>
StaircaseLayer<T> pack_staircase(const T* weight, const T* bias, int64_t units, int64_t inputs) {
  StaircaseLayer<T> layer;
  layer.inputs = inputs;
  layer.units = units;
  layer.padding = (group_units - units % group_units) % group_units;  // in front, where extents are smallest
  layer.bias.assign(layer.padding, T(0));
  layer.bias.insert(layer.bias.end(), bias, bias + units);
  for (int64_t first = -layer.padding; first < units; first += group_units) {
    int64_t extent = 0;
    for (int64_t unit = std::max<int64_t>(first, 0); unit < first + group_units; ++unit)
      for (int64_t k = extent; k < inputs; ++k)
        if (weight[unit * inputs + k] != 0) extent = k + 1;
    layer.extents.push_back(extent);
    const size_t begin = layer.weights.size();
    layer.weights.resize(begin + extent * group_units, T(0));
    for (int64_t unit = std::max<int64_t>(first, 0); unit < first + group_units; ++unit)
      for (int64_t k = 0; k < extent; ++k)
        layer.weights[begin + k * group_units + (unit - first)] = weight[unit * inputs + k];
  }
  return layer;
}

template <class T>
void autoregressive_moments(const AutoregressiveDraws<T>& draws, T* mean, T* squares, InstructionSet instructions) {
  parallel_each(
      draws.cells, [&] { return Room<T>(draws); },
      [&](Room<T>& room, int64_t cell) {
        T *of_mean = mean + cell * draws.dims, *of_squares = squares + cell * draws.dims;
        instructions == InstructionSet::best ? best_cell(draws, cell, room, of_mean, of_squares)
                                             : baseline_cell(draws, cell, room, of_mean, of_squares);
      });
}

#define SCPRIOR_INSTANTIATE(T)                                                                           \
  template SCPRIOR_API StaircaseLayer<T> pack_staircase<T>(const T*, const T*, int64_t, int64_t);        \
  template SCPRIOR_API void autoregressive_moments<T>(const AutoregressiveDraws<T>&, T*, T*, InstructionSet);
SCPRIOR_INSTANTIATE(float)
SCPRIOR_INSTANTIATE(double)
#undef SCPRIOR_INSTANTIATE

}  // namespace scprior::kernels
