// Result<T>: a T or the Status that says why there is none.
#pragma once

#include <optional>
#include <utility>

#include "base/status.h"

namespace snaptree {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) {}  // NOLINT: REQUIRES: !status.ok()

  bool ok() const noexcept { return value_.has_value(); }
  const Status& status() const& { return status_; }
  Status&& status() && { return std::move(status_); }

  // REQUIRES: ok().
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace snaptree

// SNAPTREE_ASSIGN(auto x, F()): declares or sets x from a Result, or returns its Status to the
// caller.
#define SNAPTREE_ASSIGN(lhs, expr) \
  SNAPTREE_ASSIGN_IMPL(SNAPTREE_CONCAT(snaptree_result_, __COUNTER__), lhs, expr)
#define SNAPTREE_ASSIGN_IMPL(result, lhs, expr)        \
  auto result = (expr);                                \
  if (!result.ok()) return std::move(result).status(); \
  lhs = *std::move(result)
