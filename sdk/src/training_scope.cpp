// SPDX-License-Identifier: Apache-2.0
#include "scprior/training_scope.hpp"

#include <ATen/ATen.h>

#include <cstddef>

#include "scprior/error.hpp"
#include "scprior/large_array.hpp"

namespace scprior {
namespace {

thread_local const TrainingScope* current = nullptr;

at::Tensor large_bytes(int64_t n) {
  std::byte* const place = large_array<std::byte>(n).release();
  return at::from_blob(place, {n}, FreeLargeArray(), at::kByte);
}

}  // namespace

RowGradient::~RowGradient() = default;

void RowGradients::accept(const at::Tensor& weight) {
  if (weight.dim() != 2 || !weight.is_cpu() || weight.scalar_type() != at::kFloat || !weight.is_contiguous())
    fail(Status::argument, "RowGradients::accept: the gradient comes by rows for a weight [G, H] only, float32, ",
         "contiguous, on the CPU");
  taken_[weight.unsafeGetTensorImpl()] = {weight, {}, {}};
}

bool RowGradients::accepts(const at::Tensor& weight) const { return taken_.contains(weight.unsafeGetTensorImpl()); }

RowGradients::Taken& RowGradients::taken(const at::Tensor& weight, const char* function) {
  const auto taken = taken_.find(weight.unsafeGetTensorImpl());
  if (taken == taken_.end())
    fail(Status::argument, "RowGradients::", function,
         ": nobody takes the gradient of this weight by rows; ask accepts() first");
  return taken->second;
}

void RowGradients::give(const at::Tensor& weight, std::unique_ptr<const RowGradient> gradient) {
  taken(weight, "give").gradients.push_back(std::move(gradient));
}

at::Tensor RowGradients::memory(const at::Tensor& weight, at::IntArrayRef shape, at::ScalarType type) {
  at::Tensor& memory = taken(weight, "memory").memory;
  if (memory.defined() && memory.storage().use_count() > 1) return at::empty(shape, type);
  const int64_t bytes = c10::multiply_integers(shape) * static_cast<int64_t>(c10::elementSize(type));
  if (!memory.defined() || memory.numel() < bytes) {
    memory.reset();  // before the larger one is there
    memory = large_bytes(bytes);
  }
  return memory.narrow(0, 0, bytes).view(type).view(shape);
}

const RowGradients::List& RowGradients::of(const at::Tensor& weight) const {
  static const List none;
  const auto taken = taken_.find(weight.unsafeGetTensorImpl());
  return taken == taken_.end() ? none : taken->second.gradients;
}

void RowGradients::clear() {
  for (auto& [weight, taken] : taken_) taken.gradients.clear();
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
