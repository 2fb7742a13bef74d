// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "guard.hpp"

namespace scprior::capi {

// A handle is no address but a number that is never given again, so that a freed handle cannot become another object's.
// Its low bits say what it is a handle of.

/// What a handle can lead to.
struct Object {
  std::atomic<bool> in_use{false};
  std::atomic<bool> cancelled{false};
};

enum class Kind : uintptr_t { data = 1, model = 2 };

/// A new number for a handle.
uintptr_t new_handle(Kind kind);

/// Throws Error{argument} saying what is wrong with a handle that leads nowhere.
[[noreturn]] void refuse_handle(uintptr_t handle, Kind kind);

/// The live objects of one kind.
template <class T>
class Registry {
 public:
  uintptr_t add(std::shared_ptr<T> object) {
    const uintptr_t handle = new_handle(T::kind);
    const std::lock_guard lock(mutex_);
    objects_.emplace(handle, std::move(object));
    return handle;
  }

  /// Errors: Error{argument} null, freed or foreign.
  std::shared_ptr<T> find(uintptr_t handle) {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(handle);
    if (found == objects_.end()) refuse_handle(handle, T::kind);
    return found->second;
  }

  /// The object lives until the call that uses it has ended.
  void remove(uintptr_t handle) {
    std::shared_ptr<T> last;  // destroyed after the lock is gone: it may call the caller's release function
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(handle);
    if (found == objects_.end()) refuse_handle(handle, T::kind);
    last = std::move(found->second);
    objects_.erase(found);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<uintptr_t, std::shared_ptr<T>> objects_;
};

/// Never destroyed: callers may free handles while the process ends.
template <class T>
Registry<T>& registry() {
  static Registry<T>& one = *new Registry<T>;
  return one;
}

template <class T, class Handle>
Handle* handle_of(std::shared_ptr<T> object) {
  return reinterpret_cast<Handle*>(registry<T>().add(std::move(object)));
}

/// The object of a handle, for the duration of one call.
/// Errors: Error{argument} null, freed, foreign, or in use by another call.
template <class T>
class InUse {
 public:
  explicit InUse(const void* handle) : object_(registry<T>().find(reinterpret_cast<uintptr_t>(handle))) {
    need(!object_->in_use.exchange(true), "the ", T::name,
         " is in use by another call; one handle serves one call at a time");
    object_->cancelled = false;
  }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;
  ~InUse() { object_->in_use = false; }

  T* operator->() const { return object_.get(); }
  T& operator*() const { return *object_; }

 private:
  std::shared_ptr<T> object_;
};

}  // namespace scprior::capi
