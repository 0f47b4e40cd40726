#include "base/status.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace snaptree {
namespace {

Status MakeError(ErrorKind kind, std::string_view code, std::string what) {
  ErrorInfo info;
  info.kind = kind;
  info.code = code;
  info.what = std::move(what);
  return Status(std::move(info));
}

}  // namespace

Status&& Status::At(std::string_view source) && {
  if (info_->source.empty()) info_->source = source;
  return std::move(*this);
}

Status&& Status::At(std::string_view source, uint64_t offset) && {
  if (info_->source.empty()) info_->source = source;
  if (!info_->offset) info_->offset = offset;
  return std::move(*this);
}

Status&& Status::Address(std::string_view address) && {
  if (info_->address.empty()) info_->address = address;
  return std::move(*this);
}

Status&& Status::Expected(std::string text) && {
  info_->expected = std::move(text);
  return std::move(*this);
}

Status&& Status::Found(std::string text) && {
  info_->found = std::move(text);
  return std::move(*this);
}

Status&& Status::Next(std::string text) && {
  info_->next = std::move(text);
  return std::move(*this);
}

std::string Status::Message() const {
  if (ok()) return "ok";
  const ErrorInfo& e = *info_;
  std::string out;
  if (!e.source.empty()) out += Printable(e.source) + ": ";
  if (e.offset) out += "offset " + std::to_string(*e.offset) + ": ";
  if (!e.address.empty()) out += e.address + ": ";
  out += e.what;
  if (!e.expected.empty()) out += ", expected " + e.expected;
  if (!e.found.empty()) out += ", found " + e.found;
  out += " [" + e.code + "]";
  return out;
}

Status UsageError(std::string_view code, std::string what) {
  return MakeError(ErrorKind::kUsage, code, std::move(what));
}

Status DataError(std::string_view code, std::string what) {
  return MakeError(ErrorKind::kData, code, std::move(what));
}

Status EnvironmentError(std::string_view code, std::string what) {
  return MakeError(ErrorKind::kEnvironment, code, std::move(what));
}

Status NoMemoryError() {
  return EnvironmentError("NoMemory", "the system gave no memory").Next("try a smaller --memory");
}

Status UnexpectedError(std::string what) {
  return EnvironmentError("Internal", std::move(what))
      .Next("please report this with the command line");
}

Status Cancelled() { return MakeError(ErrorKind::kCancelled, "Cancelled", "ended by a signal"); }

Status SystemError(int error_number, std::string_view doing, std::string_view path) {
  std::string what = "cannot " + std::string(doing) + ": " + std::strerror(error_number);
  switch (error_number) {
    case ENOENT:
      return UsageError("NotFound", std::move(what)).At(path);
    case ENOSPC:
    case EDQUOT:
      return EnvironmentError("NoSpace", std::move(what))
          .At(path)
          .Next(
              "free space or inodes on that file system, or name another output or --scratch "
              "folder");
    case EACCES:
    case EPERM:
      return EnvironmentError("Permission", std::move(what))
          .At(path)
          .Next("run as a user who may access it");
    default:
      return EnvironmentError("Io", std::move(what)).At(path);
  }
}

}  // namespace snaptree
