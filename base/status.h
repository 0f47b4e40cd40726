// Status: success (one null pointer, costs nothing) or one error that a tired person can act on.
//
// An error has a *kind*, which decides the exit code (docs/exit-codes.md), and a *code*, a stable
// CamelCase name that users and tests match on ("RowLength"). It names the source (file or path),
// the offset or address in it, what was expected, what was found, and the next step. Build one with
// the factories below and the chained setters:
//
//   return DataError("RowLength", "value length is larger than the rest of the file")
//       .At(path, offset).Expected("at most 12 bytes").Found("9223372036854775808").Next("try
//       --salvage");
//
// Thread rules: a Status is a value; share it only after it has been built.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace snaptree {

// What went wrong, by who can mend it. The numbers of the exit codes stand in cli/exit_codes.h.
enum class ErrorKind : uint8_t {
  kUsage,        // the call: flags, missing or existing paths
  kData,         // the input: damaged, malformed, not supported
  kEnvironment,  // the machine: I/O, space, memory, permission
  kCancelled,    // a signal ended the run
};

struct ErrorInfo {
  ErrorKind kind = ErrorKind::kData;
  std::string code;                // stable CamelCase name
  std::string what;                // lower-case sentence without a full stop
  std::string source;              // file or folder; empty when there is none
  std::optional<uint64_t> offset;  // bytes from the start of source
  std::string address;             // a record's or row's name where that says more than an offset
  std::string expected;
  std::string found;
  std::string next;  // what the user can do now
};

class [[nodiscard]] Status {
 public:
  Status() = default;  // success
  explicit Status(ErrorInfo info) : info_(std::make_unique<ErrorInfo>(std::move(info))) {}
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  Status(const Status& other)
      : info_(other.info_ ? std::make_unique<ErrorInfo>(*other.info_) : nullptr) {}
  Status& operator=(const Status& other) {
    if (this != &other) info_ = other.info_ ? std::make_unique<ErrorInfo>(*other.info_) : nullptr;
    return *this;
  }
  ~Status() = default;

  static Status Ok() { return {}; }
  bool ok() const noexcept { return info_ == nullptr; }

  // REQUIRES: !ok().
  const ErrorInfo& info() const { return *info_; }
  ErrorKind kind() const { return info_->kind; }
  const std::string& code() const { return info_->code; }

  // Setters for a Status that is being built. REQUIRES: !ok(). At() keeps a source that is already
  // set, so that the place nearest to the error wins when callers add what they know.
  Status&& At(std::string_view source) &&;
  Status&& At(std::string_view source, uint64_t offset) &&;
  Status&& Address(std::string_view address) &&;
  Status&& Expected(std::string text) &&;
  Status&& Found(std::string text) &&;
  Status&& Next(std::string text) &&;

  // "SOURCE: offset N: WHAT, expected E, found F [Code]", without a trailing newline and without
  // the next step.
  std::string Message() const;

 private:
  std::unique_ptr<ErrorInfo> info_;
};

Status UsageError(std::string_view code, std::string what);
Status DataError(std::string_view code, std::string what);
Status EnvironmentError(std::string_view code, std::string what);
// For the few places that catch what libraries throw: "NoMemory", and "Internal" for all else.
Status NoMemoryError();
Status UnexpectedError(std::string what);
Status Cancelled();

// An error of a system call: "Io", or "NoSpace" for ENOSPC and EDQUOT, "NotFound" (usage) for
// ENOENT, "Permission" for EACCES and EPERM. `doing` says what was tried ("open", "write", ...).
Status SystemError(int error_number, std::string_view doing, std::string_view path);

}  // namespace snaptree

#define SNAPTREE_CONCAT_INNER(a, b) a##b
#define SNAPTREE_CONCAT(a, b) SNAPTREE_CONCAT_INNER(a, b)

// Returns the Status of an expression to the caller when it is an error.
#define SNAPTREE_TRY(expr) SNAPTREE_TRY_IMPL(SNAPTREE_CONCAT(snaptree_status_, __COUNTER__), expr)
#define SNAPTREE_TRY_IMPL(status, expr)                                  \
  do {                                                                   \
    if (::snaptree::Status status = (expr); !status.ok()) return status; \
  } while (false)
