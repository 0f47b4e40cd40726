// What several threads load and share, the least recently used dropped. Whatever somebody still
// holds is found again, so that nothing is in memory twice.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"

namespace snaptree {

// Value has memory_bytes(). The newest one is kept however large it is; before another is loaded
// what is above the limits is dropped. Thread-safe.
template <class Value>
class SharedCache {
 public:
  using Pointer = std::shared_ptr<const Value>;

  SharedCache(size_t max_bytes, size_t max_entries)
      : max_bytes_(max_bytes), max_entries_(max_entries) {}

  // load() -> Result<Pointer>; called without a lock, by one thread at a time for one key. Its
  // errors are not remembered.
  template <class Load>
  Result<Pointer> Get(uint64_t key, const Load& load) {
    std::unique_lock lock(mutex_);
    for (;;) {
      Entry& entry = entries_[key];
      if (Pointer found = entry.is_kept ? entry.kept : entry.seen.lock()) {
        Keep(key, found);
        return found;
      }
      if (!entry.is_loading) break;
      loaded_.wait(lock);
    }
    Shrink(0);
    entries_[key].is_loading = true;
    lock.unlock();
    Loading loading(this, key);
    SNAPTREE_ASSIGN(Pointer value, load());
    loading.Succeed(value);
    return value;
  }

 private:
  struct Entry {
    Pointer kept;
    std::weak_ptr<const Value> seen;
    size_t bytes = 0;
    std::list<uint64_t>::iterator place;  // in order_
    bool is_kept = false;
    bool is_loading = false;
  };

  // However the loading ends, those who wait for it go on.
  class Loading {
   public:
    Loading(SharedCache* cache, uint64_t key) : cache_(cache), key_(key) {}
    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;
    ~Loading() { cache_->EndLoading(key_, value_); }
    void Succeed(Pointer value) { value_ = std::move(value); }

   private:
    SharedCache* cache_;
    uint64_t key_;
    Pointer value_;
  };

  void EndLoading(uint64_t key, const Pointer& value) {
    const std::lock_guard lock(mutex_);
    entries_[key].is_loading = false;
    if (value != nullptr) {
      Keep(key, value);
    } else {
      entries_.erase(key);
    }
    loaded_.notify_all();
  }

  void Keep(uint64_t key, const Pointer& value) {
    Entry& entry = entries_[key];
    if (entry.is_kept) {
      order_.splice(order_.begin(), order_, entry.place);
      return;
    }
    order_.push_front(key);
    entry.place = order_.begin();
    entry.kept = value;
    entry.seen = value;
    entry.bytes = value->memory_bytes();
    entry.is_kept = true;
    bytes_ += entry.bytes;
    Shrink(1);
    ForgetReleased();
  }

  // Drops the oldest, but never the first `newest`, until the limits hold.
  void Shrink(size_t newest) {
    while (order_.size() > newest && (bytes_ > max_bytes_ || order_.size() > max_entries_)) {
      const uint64_t key = order_.back();
      order_.pop_back();
      Entry& entry = entries_[key];
      bytes_ -= entry.bytes;
      entry.is_kept = false;
      entry.kept.reset();
      dropped_.push_back(key);
    }
  }

  // Of what was dropped only what is still held somewhere is remembered.
  void ForgetReleased() {
    std::erase_if(dropped_, [this](uint64_t key) {
      const auto at = entries_.find(key);
      if (at == entries_.end() || at->second.is_kept) return true;
      if (at->second.is_loading || !at->second.seen.expired()) return false;
      entries_.erase(at);
      return true;
    });
  }

  const size_t max_bytes_;
  const size_t max_entries_;
  std::mutex mutex_;
  std::condition_variable loaded_;
  std::unordered_map<uint64_t, Entry> entries_;
  std::list<uint64_t> order_;  // of those that are kept, newest first
  std::vector<uint64_t> dropped_;
  size_t bytes_ = 0;  // of those that are kept
};

}  // namespace snaptree
