// SPDX-License-Identifier: Apache-2.0
#include "scprior/training_scope.hpp"

#include <ATen/ATen.h>

#include "scprior/error.hpp"

namespace scprior {
namespace {

thread_local const TrainingScope* current = nullptr;

}  // namespace

RowGradient::~RowGradient() = default;

void RowGradients::accept(const at::Tensor& weight) { lists_[weight.unsafeGetTensorImpl()]; }

bool RowGradients::accepts(const at::Tensor& weight) const { return lists_.contains(weight.unsafeGetTensorImpl()); }

void RowGradients::give(const at::Tensor& weight, std::unique_ptr<const RowGradient> gradient) {
  const auto list = lists_.find(weight.unsafeGetTensorImpl());
  if (list == lists_.end())
    fail(Status::argument, "RowGradients::give: nobody takes the gradient of this weight by rows; ask accepts() first");
  list->second.push_back(std::move(gradient));
}

const RowGradients::List& RowGradients::of(const at::Tensor& weight) const {
  static const List none;
  const auto list = lists_.find(weight.unsafeGetTensorImpl());
  return list == lists_.end() ? none : list->second;
}

void RowGradients::clear() {
  for (auto& [weight, list] : lists_) list.clear();
}

TrainingScope::TrainingScope(Precision precision, RowGradients& gradients)
    : outer_(current), precision_(precision), gradients_(gradients) {
  current = this;
}

TrainingScope::~TrainingScope() { current = outer_; }

Precision TrainingScope::precision() { return current ? current->precision_ : Precision::float32; }

RowGradients* TrainingScope::takes_rows_of(const at::Tensor& weight) {
  return current && current->gradients_.accepts(weight) ? &current->gradients_ : nullptr;
}

}  // namespace scprior
