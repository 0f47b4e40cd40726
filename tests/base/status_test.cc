// Errors as values, results, and findings.
#include "base/status.h"

#include <cerrno>

#include <catch2/catch.hpp>

#include "base/cancel.h"
#include "base/findings.h"
#include "base/result.h"

namespace snaptree {
namespace {

Status Sample() {
  return DataError("RowLength", "a length is too large")
      .At("dir/a.fsm", 12)
      .Address("row \"k\"")
      .Expected("at most 5 bytes")
      .Found("9")
      .Next("try --salvage");
}

TEST_CASE("success is empty, an error says all that it was given") {
  CHECK(Status().ok());
  CHECK(Status::Ok().ok());
  CHECK(Status().Message() == "ok");
  const Status s = Sample();
  REQUIRE_FALSE(s.ok());
  CHECK(s.kind() == ErrorKind::kData);
  CHECK(s.code() == "RowLength");
  CHECK(s.info().next == "try --salvage");
  CHECK(s.Message() ==
        "dir/a.fsm: offset 12: row \"k\": a length is too large, expected at most 5 bytes, found 9 "
        "[RowLength]");
  CHECK(UsageError("X", "y").Message() == "y [X]");
  CHECK(UsageError("X", "y").kind() == ErrorKind::kUsage);
  CHECK(EnvironmentError("X", "y").kind() == ErrorKind::kEnvironment);
  CHECK(Cancelled().kind() == ErrorKind::kCancelled);
  CHECK(Cancelled().code() == "Cancelled");
  CHECK(DataError("X", "y").At("bad\nname\xff").Message() == "bad\\x0aname\\xff: y [X]");
  CHECK(DataError("X", "y").At("f", 0).Message() == "f: offset 0: y [X]");
}

TEST_CASE("the place nearest to the error wins") {
  const Status s = DataError("X", "y").At("inner", 1).Address("row").At("outer", 2).Address("all");
  CHECK(s.info().source == "inner");
  CHECK(s.info().offset == 1U);
  CHECK(s.info().address == "row");
  const Status added = DataError("X", "y").At("inner").At("outer", 2);
  CHECK(added.info().source == "inner");
  CHECK(added.info().offset == 2U);
}

TEST_CASE("copies are independent, moved-from errors are gone") {
  Status a = Sample();
  const Status b = a;
  CHECK(b.Message() == a.Message());
  Status c;
  c = b;
  CHECK(c.code() == "RowLength");
  const Status& self = c;
  c = self;
  CHECK(c.code() == "RowLength");
  c = Status();
  CHECK(c.ok());
  const Status moved = std::move(a);
  CHECK(moved.code() == "RowLength");
}

TEST_CASE("errors of system calls by their number") {
  const auto check = [](int number, const std::string& code, ErrorKind kind) {
    const Status s = SystemError(number, "open", "some/path");
    CHECK(s.code() == code);
    CHECK(s.kind() == kind);
    CHECK(s.info().source == "some/path");
    CHECK(s.Message().find("cannot open: ") != std::string::npos);
  };
  check(ENOENT, "NotFound", ErrorKind::kUsage);
  check(ENOSPC, "NoSpace", ErrorKind::kEnvironment);
  check(EDQUOT, "NoSpace", ErrorKind::kEnvironment);
  check(EACCES, "Permission", ErrorKind::kEnvironment);
  check(EPERM, "Permission", ErrorKind::kEnvironment);
  check(EIO, "Io", ErrorKind::kEnvironment);
  check(EMFILE, "Io", ErrorKind::kEnvironment);
}

Result<int> Half(int n) {
  if (n % 2 != 0) return DataError("Odd", "an odd number");
  return n / 2;
}

Result<int> Quarter(int n) {
  SNAPTREE_ASSIGN(const int half, Half(n));
  return Half(half);
}

Status TryBoth(int a, int b) {
  SNAPTREE_TRY(Half(a).status());
  SNAPTREE_TRY(Half(b).status());
  return {};
}

TEST_CASE("a result is a value or the error, and both travel up") {
  CHECK(*Half(4) == 2);
  CHECK(Half(4).status().ok());
  CHECK(Half(3).status().code() == "Odd");
  CHECK(*Quarter(8) == 2);
  CHECK(Quarter(6).status().code() == "Odd");
  CHECK(Quarter(5).status().code() == "Odd");
  CHECK(TryBoth(2, 2).ok());
  CHECK_FALSE(TryBoth(2, 3).ok());
  CHECK_FALSE(TryBoth(3, 2).ok());
  Result<std::unique_ptr<int>> owned = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = *std::move(owned);
  CHECK(*taken == 7);
}

TEST_CASE("a signal is seen until it is taken back") {
  CHECK(CheckCancelled().ok());
  g_cancel_signal = 15;
  CHECK(IsCancelled());
  CHECK(CheckCancelled().kind() == ErrorKind::kCancelled);
  g_cancel_signal = 0;
  CHECK_FALSE(IsCancelled());
}

TEST_CASE("findings are grouped by code and keep the first example") {
  Findings findings;
  CHECK_FALSE(findings.HasWarning());
  findings.Note("b_code", "a note", "first");
  findings.Note("b_code", "other words", "second", 3);
  CHECK_FALSE(findings.HasWarning());
  findings.Warn("a_code", "a warning");
  CHECK(findings.HasWarning());
  REQUIRE(findings.by_code().size() == 2);
  CHECK(findings.by_code().begin()->first == "a_code");
  const Finding& note = findings.by_code().at("b_code");
  CHECK(note.severity == Severity::kNote);
  CHECK(note.text == "a note");
  CHECK(note.example() == "first");
  CHECK(note.count == 4);
}

TEST_CASE("merged findings add up, and the graver of both severities stays") {
  Findings a;
  a.Note("x", "text", "of a", 2);
  Findings b;
  b.Warn("x", "text", "of b", 5);
  b.Note("y", "only b", "there");
  a.Merge(b);
  CHECK(a.by_code().at("x").count == 7);
  CHECK(a.by_code().at("x").severity == Severity::kWarning);
  CHECK(a.by_code().at("x").example() == "of a");
  CHECK(a.by_code().at("y").example() == "there");
  a.Note("x", "text");
  CHECK(a.by_code().at("x").severity == Severity::kWarning);
}

}  // namespace
}  // namespace snaptree
