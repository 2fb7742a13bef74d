// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include "scprior/large_array.hpp"

namespace scprior::h5ad {

/// The unpacked bytes of a band, which is some chunks. The threads that need it unpack it together.
class Band {
 public:
  Band(int64_t bytes, int64_t n_chunks) : bytes_(large_array<uint8_t>(bytes)), n_chunks_(n_chunks) {}

  /// Calls unpack(chunk, bytes) for chunks that no other thread has begun, and returns the bytes when all are done.
  /// Errors: the first that an unpack throws, for every thread.
  template <class Unpack>
  const uint8_t* complete(Unpack unpack) {
    for (int64_t chunk; (chunk = next_++) < n_chunks_;) {
      std::exception_ptr failure;
      try {
        unpack(chunk, bytes_.get());
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = failure;
      if (++n_done_ == n_chunks_) all_done_.notify_all();
    }
    std::unique_lock lock(mutex_);
    all_done_.wait(lock, [&] { return n_done_ == n_chunks_; });
    if (failure_) std::rethrow_exception(failure_);
    return bytes_.get();
  }

 private:
  LargeArray<uint8_t> bytes_;
  int64_t n_chunks_;
  std::atomic<int64_t> next_ = 0;
  std::mutex mutex_;
  std::condition_variable all_done_;
  int64_t n_done_ = 0;
  std::exception_ptr failure_;
};

/// The bands of a dataset that were asked for last: blocks of rows begin and end within bands. For any number of
/// threads.
class BandCache {
 public:
  /// Keeps as many bands as take little memory, at least one.
  BandCache(int64_t bytes_of_band, int64_t chunks_of_band);

  /// The band. Where it is not there, a new one takes the place of the one that was asked for longest ago.
  std::shared_ptr<Band> find(int64_t band);

 private:
  int64_t bytes_of_band_, chunks_of_band_;
  size_t most_;
  std::mutex mutex_;
  std::deque<std::pair<int64_t, std::shared_ptr<Band>>> bands_;  ///< the newest first
};

}  // namespace scprior::h5ad
