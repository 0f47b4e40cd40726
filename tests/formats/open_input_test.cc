// What the user may give besides a good `.fsm`: recognised by content, and named in the error.
#include "formats/open_input.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "tests/support/child_process.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using namespace test;  // NOLINT(google-build-using-namespace)

Status Refused(const std::string& path) {
  const Result<OpenedInput> opened = OpenInput(path, {});
  REQUIRE_FALSE(opened.ok());
  INFO(opened.status().Message());
  CHECK(opened.status().info().source == path);
  CHECK_FALSE(opened.status().info().next.empty());
  return opened.status();
}

ErrorInfo RefusedBytes(Slice bytes) {
  const MemoryFile file(bytes);
  const Status status = Refused(file.path());
  CHECK(status.kind() == ErrorKind::kData);
  return status.info();
}

bool Says(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

TEST_CASE("a path that is not there") {
  const TempFolder folder;
  const Result<OpenedInput> opened = OpenInput(folder / "nothing", {});
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.status().code() == "NotFound");
  CHECK(opened.status().kind() == ErrorKind::kUsage);
  CHECK(opened.status().info().source == folder / "nothing");
}

TEST_CASE("a pipe and a device do not block and are refused") {
  const TempFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  for (const std::string& path : {folder / "pipe", std::string("/dev/null")}) {
    const Status status = Refused(path);
    CHECK(status.code() == "NotRegular");
    CHECK(status.kind() == ErrorKind::kUsage);
  }
  CHECK(Says(Refused(folder / "pipe").Message(), "found a pipe"));
  CHECK(Says(Refused("/dev/null").Message(), "found a device"));
}

TEST_CASE("a file that may not be read") {
  if (::geteuid() == 0) return;  // root may read everything
  const TempFolder folder;
  WriteWholeFile(folder / "secret.fsm", "x");
  REQUIRE(::chmod((folder / "secret.fsm").c_str(), 0) == 0);
  const Status status = Refused(folder / "secret.fsm");
  CHECK(status.code() == "Permission");
  CHECK(status.kind() == ErrorKind::kEnvironment);
}

TEST_CASE("directories that hold no snapshots") {
  const TempFolder folder;
  CHECK(Refused(folder.path()).code() == "NoSnapshot");
  CHECK(Refused(folder.path()).kind() == ErrorKind::kData);
  fs::create_directory(folder / "snap");  // without wal/ it can be anything
  CHECK(Says(Refused(folder.path()).Message(), "not a raft data directory"));

  const TempFolder pebble;
  WriteWholeFile(pebble / "MANIFEST-000001", "x");
  CHECK(Refused(pebble.path()).code() == "NoSnapshot");
  WriteWholeFile(pebble / "marker.manifest.000001.MANIFEST-000001", "");
  CHECK(OpenInput(pebble.path(), {}).status().code() == "ManifestCorrupt");
  fs::remove(pebble / "MANIFEST-000001");
  CHECK(OpenInput(pebble.path(), {}).status().info().source.starts_with(pebble.path()));

  const TempFolder old_pebble;
  WriteWholeFile(old_pebble / "CURRENT", "MANIFEST-000001\n");
  CHECK(Refused(old_pebble.path()).code() == "NoSnapshot");
  WriteWholeFile(old_pebble / "MANIFEST-000001", "x");
  CHECK(OpenInput(old_pebble.path(), {}).status().code() == "ManifestCorrupt");

  const TempFolder tables;  // what names them is lost
  WriteWholeFile(tables / "000012.sst", "x");
  CHECK(OpenInput(tables.path(), {}).status().code() == "PebbleNoManifest");
}

TEST_CASE("the timestamp group holds no rows") {
  // With and without a footer; 06 V16 without.
  for (const char* bytes : {"0000019b76dab7a0761b4c1b", "0000019b76dab7a0", "0000018bcfe56800"}) {
    const ErrorInfo info = RefusedBytes(Unhex(bytes));
    CHECK(info.code == "NoRows");
    CHECK(Says(info.next, "group-1"));
  }
  CHECK(RefusedBytes(Unhex("0001019b76dab7a0")).code == "PayloadUnknown");
  CHECK(RefusedBytes(Unhex("0000019b76dab7a000")).code == "PayloadUnknown");
  // Behind an FSM header it is something else.
  CHECK(RefusedBytes(SnapshotBuilder().Header1(7).Bytes().substr(0, 16) + Unhex("0000019b76dab7a0"))
            .code == "PayloadUnknown");
}

uint32_t IeeeCrc32(Slice bytes) {
  uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0);
  }
  return ~crc;
}

TEST_CASE("gob snapshots of the first stores") {
  REQUIRE(IeeeCrc32("123456789") == 0xcbf43926);
  for (const size_t size : {size_t{5}, size_t{500}, (size_t{1} << 20) + 7}) {
    std::string gob(size, '\x1d');
    const uint32_t crc = IeeeCrc32(gob);
    gob.append(reinterpret_cast<const char*>(&crc), sizeof crc);
    const ErrorInfo info = RefusedBytes(gob);
    CHECK(info.code == "PayloadLegacyGob");
    CHECK(info.offset == 0U);
    gob[1] = 'x';
    CHECK(RefusedBytes(gob).code == "PayloadUnknown");
  }
}

TEST_CASE("row streams from before the magic") {
  const auto stream = [](uint64_t ts, int rows) {
    std::string bytes;
    AppendLe64(&bytes, ts);
    for (int i = 0; i < rows; ++i) {
      bytes += FramedRow(RawKey("k" + std::to_string(i), kT0), StoredValue("v"));
    }
    return bytes;
  };
  CHECK(RefusedBytes(stream(kT1, 2)).code == "PayloadLegacyStream");
  CHECK(RefusedBytes(stream(kT1, 9)).code == "PayloadLegacyStream");
  CHECK(RefusedBytes(stream(kT1, 1)).code == "PayloadUnknown");
  constexpr uint64_t kYear2000 = 946684800000;
  constexpr uint64_t kYear2100 = 4102444800000;
  CHECK(RefusedBytes(stream(kYear2000 << 16, 2)).code == "PayloadLegacyStream");
  CHECK(RefusedBytes(stream((kYear2000 << 16) - 1, 2)).code == "PayloadUnknown");
  CHECK(RefusedBytes(stream((kYear2100 + 1) << 16, 2)).code == "PayloadUnknown");
  // The advice of the message leads to a snapshot that opens.
  OpenInputOptions force;
  force.choice.force = true;
  const OpenedSnapshot forced = OpenBytes(stream(kT1, 5), force);
  REQUIRE(forced.status.ok());
  CHECK(forced.scan.of(BareFamily()).live == 5);
}

TEST_CASE("files of other programs are named") {
  const std::vector<std::pair<std::string, std::string>> others = {
      {"REDIS0011", "Redis RDB"},
      {"VALKEY080", "Valkey RDB"},
      {Unhex("1f8b0800"), "gzip"},
      {Unhex("fd377a585a00"), "xz"},
      {"BZh91AY&SY", "bzip2"},
      {"EKVM....", "etcd-raft-meta.bin"},
      {"EKVW....", "etcd-raft-entries.bin"},
      {"EKVP....", "etcd-raft-peers.bin"}};
  for (const auto& [magic, name] : others) {
    CAPTURE(name);
    const ErrorInfo info = RefusedBytes(magic + std::string(60, '.'));
    CHECK(info.code == "PayloadUnknown");
    CHECK(Says(info.what, name));
  }
  const ErrorInfo text = RefusedBytes("hello\n\xff world");
  CHECK(text.code == "PayloadUnknown");
  CHECK(text.found == "\"hello\\x0a\\xff \"");
  CHECK(RefusedBytes("EKVPBBL2 and so on").code == "PayloadUnknown");
  const ErrorInfo inner =
      RefusedBytes(SnapshotBuilder().Header1(1).Bytes().substr(0, 16) + "REDIS0011...");
  CHECK(inner.offset == 16U);
}

// Gives `bytes` on standard input of a child, which opens "-".
std::string OpenStandardInput(Slice bytes, bool through_pipe,
                              const std::function<std::string(OpenedSnapshot)>& judge) {
  const TempFolder folder;
  WriteWholeFile(folder / "in", std::string(bytes));
  return RunInChild([&]() -> std::string {
    UniqueFd file(::open((folder / "in").c_str(), O_RDONLY));
    if (through_pipe) {
      int ends[2];
      if (::pipe(ends) != 0) return "pipe";
      if (::fork() == 0) {
        const std::string all = ReadWholeFile(folder / "in");
        ::_exit(WriteFully(ends[1], all, "pipe").ok() ? 0 : 1);
      }
      ::close(ends[1]);
      file = UniqueFd(ends[0]);
    }
    if (::dup2(file.get(), STDIN_FILENO) < 0) return "dup2";
    return judge(OpenPath("-"));
  });
}

TEST_CASE("a terminal on standard input is refused") {
  CHECK(RunInChild([]() -> std::string {
          const UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY));
          if (!master.valid()) return "";  // no terminals here
          if (::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0) return "pty";
          const UniqueFd terminal(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY));
          if (::dup2(terminal.get(), STDIN_FILENO) < 0) return "dup2";
          return ExpectCode(OpenInput("-", {}).status(), "NotRegular");
        }).empty());
}

TEST_CASE("standard input may be a file or a pipe, plain or compressed") {
  SnapshotBuilder builder;
  for (int n = 0; n < 3000; ++n) builder.Put("k" + std::to_string(n), kT0, std::string(900, 'x'));
  const auto whole = [](const OpenedSnapshot& opened) -> std::string {
    if (!opened.status.ok()) return opened.status.Message();
    if (!opened.input.container->info().crc32c) return "no checksum";
    if (opened.input.container->info().snapshot_index) return "an index without a name";
    return opened.scan.rows == 3000 ? "" : "other rows";
  };
  for (const bool through_pipe : {false, true}) {
    CHECK(OpenStandardInput(builder.Bytes(), through_pipe, whole).empty());
    CHECK(OpenStandardInput(ZstdFrame(builder.Bytes()), through_pipe, whole).empty());
    CHECK(OpenStandardInput("", through_pipe, [](const OpenedSnapshot& opened) {
            return ExpectCode(opened.status, "InputEmpty");
          }).empty());
    CHECK(OpenStandardInput(Slice(builder.Bytes()).substr(0, 5000), through_pipe,
                            [](const OpenedSnapshot& opened) {
                              return ExpectCode(opened.status, "PayloadTruncated");
                            })
              .empty());
  }
}

}  // namespace
}  // namespace snaptree
