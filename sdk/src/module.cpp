// SPDX-License-Identifier: Apache-2.0
#include "scprior/module.hpp"

#include <ATen/ATen.h>

#include "scprior/error.hpp"

namespace scprior {

Module::Module() = default;
Module::~Module() = default;

void Module::collect(const std::string& prefix, std::vector<Entry>& out) const {
  for (const Entry& entry : own_) out.push_back({prefix + entry.name, entry.tensor, entry.traits});
  for (const auto& [name, child] : children_) child->collect(prefix + name + ".", out);
}

std::vector<Module::Entry> Module::entries() const {
  std::vector<Entry> all;
  collect("", all);
  return all;
}

std::vector<at::Tensor> Module::parameters() const {
  std::vector<at::Tensor> trainable;
  for (const Entry& entry : entries())
    if (entry.traits.trainable) trainable.push_back(*entry.tensor);
  return trainable;
}

void Module::set_mode(bool training, const at::Generator& noise) {
  training_ = training;
  noise_ = noise;
  for (const auto& [name, child] : children_) child->set_mode(training, noise);
}

void Module::train(const at::Generator& noise) { set_mode(true, noise); }
void Module::eval() { set_mode(false, at::Generator()); }

void Module::convert(const std::function<at::Tensor(const at::Tensor&)>& change) {
  for (const Entry& entry : own_) {
    at::Tensor changed = change(entry.tensor->detach());
    if (entry.traits.trainable) changed.set_requires_grad(true);
    *entry.tensor = changed;
  }
  for (const auto& [name, child] : children_) child->convert(change);
}

void Module::to(at::ScalarType floating_type) {
  convert([&](const at::Tensor& tensor) { return tensor.is_floating_point() ? tensor.to(floating_type) : tensor; });
}

void Module::to(at::Device device) {
  convert([&](const at::Tensor& tensor) { return tensor.to(device); });
}

void Module::loaded() {
  for (const auto& [name, child] : children_) child->loaded();
}

void Module::add_tensor(std::string name, at::Tensor& member, at::Tensor value, TensorTraits traits) {
  for (const Entry& entry : own_)
    if (entry.name == name) fail(Status::internal, "tensor '", name, "' is registered twice");
  member = value.detach();
  if (traits.trainable) member.set_requires_grad(true);
  own_.push_back({std::move(name), &member, traits});
}

void Module::add_child(std::string name, Module& child) {
  for (const auto& [known, other] : children_)
    if (known == name) fail(Status::internal, "child '", name, "' is registered twice");
  children_.emplace_back(std::move(name), &child);
}

const at::Generator& Module::noise() const {
  if (!training_ || !noise_.defined()) fail(Status::internal, "noise is asked for outside training");
  return noise_;
}

}  // namespace scprior
