// The writer against the bytes that the specification gives, and against our own reader.
#include "formats/fsm_writer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "formats/open_input.h"
#include "formats/scan.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {
namespace {

std::string Bytes(int fd) {
  std::string bytes(static_cast<size_t>(::lseek(fd, 0, SEEK_END)), '\0');
  REQUIRE(::pread(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  return bytes;
}

UniqueFd MemoryFd() { return UniqueFd(::memfd_create("fsm", MFD_CLOEXEC)); }

struct Written {
  std::string bytes;
  WrittenFsm fsm;
};

Written WriteEmpty(FsmWriterOptions options) {
  const UniqueFd fd = MemoryFd();
  FsmWriter writer(fd.get(), "test", options);
  REQUIRE(writer.Begin().ok());
  Result<WrittenFsm> written = writer.Finish();
  REQUIRE(written.ok());
  return {Bytes(fd.get()), *written};
}

}  // namespace

TEST_CASE("an empty snapshot has the bytes of the specification") {
  const Written whole = WriteEmpty({7000, false, false});
  CHECK(Hex(whole.bytes) ==
        "454b5654484c43310000000000000001454b565042424c31581b00000000000089c59c2a");
  CHECK(whole.fsm.crc32c == 0x89c59c2a);
  CHECK(Hex(AsSlice(whole.fsm.payload_sha256)) ==
        "9bb434ff1d1f1c85d76873afea5735a518ca1b7352ff0ef65829777356fdfc96");
  CHECK(Hex(AsSlice(whole.fsm.file_sha256)) == Sha256::HexOf(whole.bytes));
  CHECK(whole.fsm.bytes == whole.bytes.size());
}

TEST_CASE("a bare payload has neither header nor footer") {
  const Written bare = WriteEmpty({7000, true, true});
  CHECK(Hex(bare.bytes) == "454b565042424c31581b000000000000");
  CHECK(Hex(AsSlice(bare.fsm.payload_sha256)) == Sha256::HexOf(bare.bytes));
  CHECK(bare.fsm.file_sha256 == bare.fsm.payload_sha256);
}

TEST_CASE("timestamps and their ceilings are those of the specification") {
  CHECK(HlcCeilingMs(0) == 0);
  CHECK(HlcCeilingMs(65535) == 1);
  CHECK(HlcCeilingMs(65536) == 2);
  CHECK(HlcCeilingMs(111411200000000001) == 1700000000001);
  CHECK(HasHlcCeiling(111411200000000001));
  CHECK_FALSE(HasHlcCeiling(0xffffffffffff0000));
  CHECK_FALSE(HasHlcCeiling(UINT64_MAX));
}

TEST_CASE("the snapshot of a restore directory has the bytes of the specification") {
  const UniqueFd fd = MemoryFd();
  FsmWriter writer(fd.get(), "test", {0x019b76daabe80007, false, false});
  REQUIRE(writer.Begin().ok());
  REQUIRE(writer.BeginRow("!redis|str|hello", 5, 0).ok());
  REQUIRE(writer.Append("world").ok());
  Result<WrittenFsm> written = writer.Finish();
  REQUIRE(written.ok());
  CHECK(written->rows == 1);
  CHECK(
      Hex(Bytes(fd.get())) ==
      "454b5654484c43310000019b76daabe9454b565042424c310700e8abda769b011800000000000000217265646973"
      "7c7374727c68656c6c6ffe6489255417fff80e00000000000000000000000000000000776f726c643a54a8ee");
}

TEST_CASE("large rows cross blocks, with threads and without") {
  const std::string body(size_t{3} << 20, 'x');
  std::string first;
  for (const bool behind : {false, true}) {
    const UniqueFd fd = MemoryFd();
    FsmWriter writer(fd.get(), "test", {1 << 20, false, behind});
    REQUIRE(writer.Begin().ok());
    for (const char* key : {"a", "b", "c"}) {
      REQUIRE(writer.BeginRow(key, body.size() + 4, 77).ok());
      REQUIRE(writer.Append("head").ok());
      REQUIRE(writer.Append(body).ok());
    }
    Result<WrittenFsm> written = writer.Finish();
    REQUIRE(written.ok());
    const std::string bytes = Bytes(fd.get());
    CHECK(Hex(AsSlice(written->file_sha256)) == Sha256::HexOf(bytes));
    CHECK(Hex(AsSlice(written->payload_sha256)) ==
          Sha256::HexOf(Slice(bytes).substr(16, bytes.size() - 20)));
    const MemoryFile file(bytes);
    Result<OpenedInput> input = OpenInput(file.path(), {});
    REQUIRE(input.ok());
    Result<ScanResult> scan = ScanContainer(*input->container, {});
    REQUIRE(scan.ok());
    CHECK(scan->rows == 3);
    CHECK(scan->findings.by_code().empty());
    if (first.empty()) first = bytes;
    CHECK((bytes == first));
  }
}

}  // namespace snaptree::test
