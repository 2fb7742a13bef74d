// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ATen.h>

#include <cmath>

#include "scprior/plugin.hpp"
#include "scprior/shapes.hpp"

namespace scprior::toy {

/// A correct prior to spoil: a mixture of three Gaussians with learnable means and variances, weights 1/3.
class Mixture : public Prior {
 public:
  static constexpr int64_t n_components = 3;

  void build(const Dims& dims, at::Generator init) override {
    dims_ = dims.latent;
    add_tensor("mean", mean_, at::randn({n_components, dims_}, init, at::TensorOptions(at::kFloat)) * 1.5);
    add_tensor("log_var", log_var_, at::full({n_components, dims_}, -1.2, at::TensorOptions(at::kFloat)));
  }

  at::Tensor log_prob(const at::Tensor& z) override {
    check(z);
    return terms(z).sum(-1).logsumexp(-1) - std::log(3.0);
  }

  at::Tensor sample(int64_t n, at::Generator generator) override { return draw(n, generator, 0.5); }

 protected:
  void check(const at::Tensor& z) const { check_shape("z", z, {any_length, any_length, dims_}); }

  /// ln N(z_d; mean_kd, exp(log_var_kd)): z [S, B, D] -> [S, B, K, D].
  at::Tensor terms(const at::Tensor& z) const {
    const at::Tensor deviation = z.unsqueeze(-2) - mean_;
    return -0.5 * (deviation.square() * at::exp(-log_var_) + log_var_ + std::log(2 * M_PI));
  }

  /// Draws with standard deviations exp(power · log_var).
  at::Tensor draw(int64_t n, const at::Generator& generator, double power) const {
    const at::NoGradGuard no_grad;
    const at::Tensor k = at::randint(n_components, {n}, generator, at::TensorOptions(at::kLong));
    const at::Tensor noise = at::randn({n, dims_}, generator, mean_.options());
    return mean_.index_select(0, k) + at::exp(power * log_var_.index_select(0, k)) * noise;
  }

  int64_t dims_ = 0;
  at::Tensor mean_, log_var_;
};

/// A correct prior with a closed form of the KL to spoil: N(0, exp(log_var)) with learnable variances.
class Gaussian : public Prior {
 public:
  void build(const Dims& dims, at::Generator init) override {
    dims_ = dims.latent;
    add_tensor("log_var", log_var_, at::randn({dims_}, init, at::TensorOptions(at::kFloat)) * 0.3 - 0.8);
  }
  at::Tensor log_prob(const at::Tensor& z) override {
    check_shape("z", z, {any_length, any_length, dims_});
    return -0.5 * (z.square() * at::exp(-log_var_) + log_var_ + std::log(2 * M_PI)).sum(-1);
  }
  at::Tensor sample(int64_t n, at::Generator generator) override {
    const at::NoGradGuard no_grad;
    return at::exp(0.5 * log_var_) * at::randn({n, dims_}, generator, log_var_.options());
  }
  std::optional<at::Tensor> kl(const Posterior& posterior) override {
    const at::Tensor& v = posterior.log_var;
    return 0.5 * ((at::exp(v) + posterior.mean.square()) * at::exp(-log_var_) - 1 - v + log_var_).sum(-1);
  }

 protected:
  int64_t dims_ = 0;
  at::Tensor log_var_;
};

}  // namespace scprior::toy
