// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "scprior/api.hpp"

namespace scprior {

/// How a registered tensor is treated.
struct TensorTraits {
  bool trainable = true;         ///< false: a buffer (masks, running statistics): saved, moved, not optimised
  bool penalised = false;        ///< true: the L1 and L2 penalties apply (kernels of hidden layers)
  bool shape_from_data = false;  ///< true: a saved model decides its shape when it is loaded
};

/// A thing with named tensors: parameters, buffers, and child modules. The host optimises, moves and saves them.
///
/// A module registers its member tensors by address, hence it can be neither copied nor moved.
/// In training mode it carries the random generator that its noise (dropout) comes from; in evaluation mode it is a
/// deterministic function of its inputs.
/// Threads: one thread at a time.
class SCPRIOR_API Module {
 public:
  struct Entry {
    std::string name;  ///< path with dots: "hidden.0.linear.weight"
    at::Tensor* tensor;
    TensorTraits traits;
  };

  Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module();

  /// Every registered tensor of this module and its children, in order of registration.
  std::vector<Entry> entries() const;
  /// The trainable tensors of entries().
  std::vector<at::Tensor> parameters() const;

  /// Training mode; `noise` is used until the next call of train or eval.
  void train(const at::Generator& noise);
  void eval();
  bool training() const { return training_; }

  /// Changes the floating type of every floating-point tensor (tests run in double). Call before optimisation starts.
  void to(at::ScalarType floating_type);
  /// Moves every tensor. Call before optimisation starts.
  void to(at::Device device);

  /// Called after the tensors were replaced by those of a saved model.
  virtual void loaded();

 protected:
  /// Registers `member` under `name` and gives it `value`; a trainable tensor then requires gradients.
  void add_tensor(std::string name, at::Tensor& member, at::Tensor value, TensorTraits traits = {});
  /// Registers a child whose entries appear under "name.".
  void add_child(std::string name, Module& child);
  /// The generator of the current training mode. Errors: Error{internal} in evaluation mode.
  const at::Generator& noise() const;

 private:
  void set_mode(bool training, const at::Generator& noise);
  void collect(const std::string& prefix, std::vector<Entry>& out) const;
  void convert(const std::function<at::Tensor(const at::Tensor&)>& change);

  std::vector<Entry> own_;
  std::vector<std::pair<std::string, Module*>> children_;
  at::Generator noise_;
  bool training_ = false;
};

}  // namespace scprior
