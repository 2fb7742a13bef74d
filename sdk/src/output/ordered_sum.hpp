// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <mutex>
#include <vector>

namespace scprior::output {

/// The sum of n tensors, added in the order of their numbers, in whatever order the threads that make them are done. In
/// memory are the sum, the parts that are being made, and those that came early.
class OrderedSum {
 public:
  OrderedSum(int64_t n, std::array<int64_t, 2> shape, const at::TensorOptions& options)
      : early_(n), shape_(shape), options_(options) {}

  /// A tensor to write a part into.
  at::Tensor make_part() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return at::empty(shape_, options_);
    at::Tensor part = std::move(spare_.back());
    spare_.pop_back();
    return part;
  }
  void add(int64_t number, at::Tensor part) {
    const std::lock_guard lock(mutex_);
    early_[number] = std::move(part);
    for (; next_ < early_.size() && early_[next_].defined(); ++next_) {
      at::Tensor added = std::move(early_[next_]);
      if (!sum_.defined()) {
        sum_ = std::move(added);
      } else {
        sum_.add_(added);
        spare_.push_back(std::move(added));
      }
    }
  }
  const at::Tensor& sum() const { return sum_; }

 private:
  std::mutex mutex_;
  std::vector<at::Tensor> early_, spare_;
  size_t next_ = 0;
  at::Tensor sum_;
  std::array<int64_t, 2> shape_;
  at::TensorOptions options_;
};

}  // namespace scprior::output
