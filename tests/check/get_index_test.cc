// --index: what is kept of a scan, and files that are not that.
#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <stdexcept>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/asked_record.h"
#include "tests/support/damage.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unzstd.h"

namespace snaptree::test {
namespace {

constexpr const char* kAddress = "redis/db_0/strings/hello.bin";

SnapshotBuilder Snapshot(Slice value) {
  return SnapshotBuilder()
      .Put("!redis|str|a", kT0, "first")
      .Put("!redis|str|hello", kT1, value)
      .Put("!redis|str|hello", kT0, "older")
      .Put("!redis|str|z", kT0, "last")
      .Put("bare", kT0, "raw")
      .Metadata("_meta_last_commit_ts", kT1);
}

Asked AskIndexed(const std::string& snapshot, const std::string& index,
                 std::optional<uint64_t> at = std::nullopt) {
  GetOptions options;
  options.what = snapshot;
  options.address = kAddress;
  options.index_file = index;
  options.at = at;
  return Ask(std::move(options));
}

TEST_CASE("an index is made once and read again") {
  const TempFolder folder;
  const std::string path = folder / "a.fsm";
  Snapshot("world").Write(path);
  const std::string index = folder / "a.index";
  const Asked made = AskIndexed(path, index);
  CHECK(made.report.index == IndexUse::kMade);
  CHECK(made.content == "world");
  const Asked read = AskIndexed(path, index);
  CHECK(read.report.index == IndexUse::kRead);
  CHECK(read.content == "world");
  CHECK(read.report.scope == GetScope::kRecord);
  CHECK(read.report.found);
  CHECK(read.report.complete);
  CHECK(read.report.findings.by_code().empty());
}

TEST_CASE("an index of another file, state or time is made again") {
  const TempFolder folder;
  const std::string path = folder / "a.fsm";
  const std::string index = folder / "a.index";
  Snapshot("world").Write(path);
  CHECK(AskIndexed(path, index).report.index == IndexUse::kMade);

  // Another read timestamp.
  const Asked older = AskIndexed(path, index, kT0);
  CHECK(older.report.index == IndexUse::kMade);
  CHECK(older.content == "older");
  CHECK(AskIndexed(path, index, kT0).report.index == IndexUse::kRead);

  // The same size, other rows.
  Snapshot("earth").Write(path);
  const Asked newer = AskIndexed(path, index);
  CHECK(newer.report.index == IndexUse::kMade);
  CHECK(newer.content == "earth");

  // The same bytes, touched: nobody can know.
  const timespec times[2] = {{0, UTIME_OMIT}, {1'000'000, 7}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
  CHECK(AskIndexed(path, index).report.index == IndexUse::kMade);
  CHECK(AskIndexed(path, index).report.index == IndexUse::kRead);

  const std::string other = folder / "b.fsm";
  Snapshot("venus").Write(other);
  REQUIRE(::utimensat(AT_FDCWD, other.c_str(), times, 0) == 0);
  CHECK(AskIndexed(other, index).content == "venus");
}

TEST_CASE("a damaged index never tells anything wrong") {
  const TempFolder folder;
  const std::string path = folder / "a.fsm";
  Snapshot("world").Write(path);
  const std::string index = folder / "a.index";
  CHECK(AskIndexed(path, index).report.index == IndexUse::kMade);
  const std::string whole = ReadWholeFile(index);
  constexpr size_t kMagicBytes = 8;
  const auto check = [&](const std::string& bytes, bool is_ours) {
    WriteWholeFile(index, bytes);
    const Asked asked = AskIndexed(path, index);
    if (!is_ours) {
      CHECK(asked.error() == "NotAnIndex");
      CHECK(ReadWholeFile(index) == bytes);
      return;
    }
    REQUIRE(asked.error().empty());
    REQUIRE(asked.report.index == IndexUse::kMade);
    REQUIRE(asked.content == "world");
    REQUIRE(ReadWholeFile(index) == whole);
  };
  for (size_t at = 0; at < whole.size(); at += at < 200 ? 1 : 97) {
    check(WithFlippedBit(whole, at, static_cast<int>(at % 8)), at >= kMagicBytes);
  }
  for (size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 97) {
    check(whole.substr(0, size), true);
  }
  check(whole + "x", true);
  check("{\"a\": 1}\n", false);
}

TEST_CASE("what is no file is no index") {
  const TempFolder folder;
  const std::string path = folder / "a.fsm";
  Snapshot("world").Write(path);
  CHECK(AskIndexed(path, folder.path()).error() == "NotAnIndex");
  CHECK(AskIndexed(path, path).error() == "NotAnIndex");
  // It cannot be kept, but the record is there.
  const Asked asked = AskIndexed(path, folder / "missing/a.index");
  CHECK(asked.content == "world");
  CHECK(asked.report.findings.by_code().count("index_not_written") == 1);
}

// Bytes that this process has read so far.
uint64_t BytesRead() {
  std::ifstream io("/proc/self/io");
  std::string name;
  uint64_t n = 0;
  io >> name >> n;
  if (name != "rchar:") throw std::runtime_error("no /proc/self/io");
  return n;
}

TEST_CASE("with an index next to nothing else is read") {
  const TempFolder folder;
  const std::string path = folder / "a.fsm";
  SnapshotBuilder rows;
  const std::string value(3000, 'v');
  for (int i = 0; i < 20000; ++i) {
    const std::string key = "key:" + std::to_string(i);
    rows.Put("!redis|str|" + key, kT0, value + key);
    rows.Put("!hs|fld|" + std::string(4, '\0') + key, kT0, "no field of any hash");
  }
  rows.Put("!redis|str|hello", kT0, "world").Write(path);
  const uint64_t size = ReadWholeFile(path).size();
  REQUIRE(size > 60'000'000);
  const std::string index = folder / "a.index";
  REQUIRE(AskIndexed(path, index).report.index == IndexUse::kMade);
  const uint64_t before = BytesRead();
  const Asked asked = AskIndexed(path, index);
  const uint64_t read = BytesRead() - before;
  REQUIRE(asked.report.index == IndexUse::kRead);
  REQUIRE(asked.content == "world");
  INFO(read);
  CHECK(read < size / 100);
}

}  // namespace
}  // namespace snaptree::test
