// The cursors and the random access over an EKVPBBL1 stream: rows across the borders of windows and
// blocks, rows larger than them, parts of a stream, and the checksum of all bytes.
#include <algorithm>
#include <array>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

#include "base/checksum.h"
#include "base/coding.h"
#include "formats/row_stream_source.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using Mode = RowStreamCursor::Mode;

constexpr size_t kWindow = 256 << 10;
constexpr uint64_t kHead = 16;  // of a stream without FSM header

// Bytes that differ at every place, so that a piece from the wrong place is seen.
std::string Pattern(size_t size, uint32_t seed) {
  std::string bytes(size, '\0');
  uint32_t state = seed * 2654435761U + 1;
  for (char& c : bytes) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24);
  }
  return bytes;
}

std::string NumberedKey(size_t n, size_t size = 12) {
  std::string key = "k";
  AppendBe64(&key, n);
  key.resize(std::max(size, key.size()), '~');
  return key;
}

// What both kinds of cursor must say about a stream.
void CheckStream(const SnapshotBuilder& builder) {
  const std::string bytes = builder.Bytes();
  const std::vector<StoredRow> rows = builder.Rows();
  const std::vector<size_t> offsets = builder.RowOffsets();
  const MemoryFile memory(bytes);
  Result<InputFile> opened = InputFile::Open(memory.path());
  REQUIRE(opened.ok());
  const auto file = std::make_shared<const InputFile>(*std::move(opened));
  const RowStreamSource source(file, {kHead, offsets.back()});
  for (const Mode mode : {Mode::kSkip, Mode::kChecksum}) {
    CAPTURE(static_cast<int>(mode));
    const uint32_t before = Crc32c(Slice(bytes).substr(0, kHead));
    RowStreamCursor cursor(*file, {kHead, bytes.size()}, mode, before);
    size_t n = 0;
    for (;;) {
      const auto batch = cursor.NextBatch();
      REQUIRE(batch.ok());
      if (batch->empty()) break;
      for (const Row& row : *batch) {
        REQUIRE(n < rows.size());
        REQUIRE(row.position == offsets[n]);
        REQUIRE(row.value_size == rows[n].value.size());
        REQUIRE(row.value_position == offsets[n + 1] - row.value_size);
        REQUIRE(row.key == rows[n].key);
        // Of a large value the head is there, enough for its header and for what adapters look at.
        REQUIRE(row.value.size() >= std::min<uint64_t>(row.value_size, 4096));
        REQUIRE(row.value == Slice(rows[n].value).substr(0, row.value.size()));
        ++n;
      }
    }
    CHECK(n == rows.size());
    CHECK(cursor.position() == offsets.back());
    const auto again = cursor.NextBatch();
    CHECK((again.ok() && again->empty()));
    if (mode == Mode::kChecksum) {
      const Result<uint32_t> crc = cursor.FinishChecksum();
      REQUIRE(crc.ok());
      CHECK(*crc == Crc32c(Slice(bytes).substr(0, bytes.size() - 4)));
    }
  }
  CHECK(RowsIn(source, source.extent()) == rows);
}

TEST_CASE("rows are given whole wherever a window ends") {
  // The row in the middle begins at every distance of interest from the window's end.
  for (size_t back = 0; back <= 64; ++back) {
    SnapshotBuilder builder;
    const size_t first = kWindow - 16 - 12 - back;
    builder.Raw(NumberedKey(1), Pattern(first, 1));
    builder.Raw(NumberedKey(2), Pattern(9, 2));
    builder.Raw(NumberedKey(3), Pattern(20, 3));
    CheckStream(builder);
  }
}

TEST_CASE("many rows of random sizes come out as they went in") {
  std::mt19937 random(7);
  for (int round = 0; round < 6; ++round) {
    SnapshotBuilder builder;
    size_t total = 0;
    for (size_t n = 0; total < 5 * kWindow; ++n) {
      const size_t key_size = 9 + random() % 64 + (random() % 50 == 0 ? random() % 70000 : 0);
      const size_t value_size = random() % 4 == 0
                                    ? random() % 16
                                    : random() % 900 + (random() % 60 == 0 ? random() % 300000 : 0);
      builder.Raw(NumberedKey(n, key_size), Pattern(value_size, static_cast<uint32_t>(n)));
      total += key_size + value_size + 16;
    }
    CheckStream(builder);
  }
}

TEST_CASE("keys up to a MiB and values larger than the window") {
  SnapshotBuilder builder;
  builder.Raw(NumberedKey(1, 1048576 + 8), Pattern(100, 1));
  builder.Raw(NumberedKey(2, 100), Pattern(3 * kWindow + 5, 2));
  builder.Raw(NumberedKey(3, 1048576 + 8), Pattern(2 * kWindow, 3));
  builder.Raw(NumberedKey(4, 1048576 + 8), Pattern(5000, 4));
  builder.Raw(NumberedKey(5), Pattern(kWindow - 16 - 12, 5));  // a row of exactly one window
  builder.Raw(NumberedKey(6), Pattern(9, 6));
  builder.Raw(NumberedKey(7, 200000), Pattern(200000, 7));
  builder.Raw(NumberedKey(8), "");
  CheckStream(builder);

  SnapshotBuilder last;  // nothing behind the large value but the footer
  last.Raw(NumberedKey(1), Pattern(1 << 22, 1));
  CheckStream(last);
}

TEST_CASE("rows without key, without value, and no rows at all") {
  CheckStream(SnapshotBuilder());
  CheckStream(SnapshotBuilder().Raw("", ""));
  CheckStream(SnapshotBuilder().Raw("", "").Raw("k", ""));
  SnapshotBuilder many;
  for (size_t n = 0; n < 3000; ++n) many.Raw(NumberedKey(n, 0), "");
  CheckStream(many);
}

TEST_CASE("an extent gives the rows that begin in it and no other") {
  SnapshotBuilder builder;
  for (size_t n = 0; n < 40; ++n) {
    builder.Raw(NumberedKey(n), Pattern(n == 20 ? 2 * kWindow : n, static_cast<uint32_t>(n)));
  }
  const std::vector<StoredRow> rows = builder.Rows();
  const std::vector<size_t> offsets = builder.RowOffsets();
  const OpenedSnapshot opened = OpenBytes(builder.Bytes());
  REQUIRE(opened.status.ok());
  for (size_t begin = 0; begin <= rows.size(); begin += 3) {
    for (size_t end = begin; end <= rows.size(); end += 5) {
      const std::vector<StoredRow> part(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                                        rows.begin() + static_cast<std::ptrdiff_t>(end));
      REQUIRE(RowsIn(opened.source(), {offsets[begin], offsets[end]}) == part);
    }
  }
  CHECK(RowsIn(opened.source(), {0, 0}).empty());
  CHECK(RowsIn(opened.source(), {offsets.back(), offsets.back()}).empty());
}

TEST_CASE("values are read at random, in pieces and as views") {
  SnapshotBuilder builder;
  std::vector<std::string> values;
  for (size_t n = 0; n < 300; ++n) {
    values.push_back(Pattern(n % 17 == 0 ? 100000 : n * 3, static_cast<uint32_t>(n)));
    builder.Raw(NumberedKey(n), values.back());
  }
  const std::vector<size_t> offsets = builder.RowOffsets();
  const OpenedSnapshot opened = OpenBytes(builder.Bytes());
  REQUIRE(opened.status.ok());
  const RowSource& source = opened.source();

  std::mt19937 random(11);
  ViewBuffer buffer;
  for (int i = 0; i < 4000; ++i) {
    // Mostly a little forward, sometimes back, sometimes anywhere.
    const size_t n = i % 5 == 0 ? random() % 300 : static_cast<size_t>(i) % 300;
    const std::string& value = values[n];
    const uint64_t at = offsets[n + 1] - value.size();
    const size_t from = value.empty() ? 0 : random() % value.size();
    const size_t size = random() % (value.size() - from + 1);
    std::string piece(size, '\0');
    REQUIRE(source.ReadValue(at, from, piece.data(), size).ok());
    REQUIRE(piece == value.substr(from, size));
    const Result<Slice> view = source.View(at + from, size, &buffer);
    REQUIRE(view.ok());
    REQUIRE(*view == value.substr(from, size));
  }
}

TEST_CASE("large values come in pieces from any offset") {
  const std::string body = Pattern((1 << 20) + 3, 9);
  const OpenedSnapshot opened = OpenBytes(SnapshotBuilder().Put("k", kT1, body).Bytes());
  REQUIRE(opened.status.ok());
  ViewCursor cursor(opened.source(), opened.scan, BareFamily());
  ViewRow row;
  REQUIRE(*cursor.NextLive(&row));
  CHECK(row.body.size == body.size());
  CHECK_FALSE(row.body.IsResident());
  for (const size_t from : {size_t{0}, size_t{1}, kWindow, body.size() - 1, body.size()}) {
    std::string got;
    size_t pieces = 0;
    const Status status = ForEachPiece(opened.source(), row.body, from, [&](Slice piece) {
      got += piece;
      ++pieces;
      return Status();
    });
    REQUIRE(status.ok());
    CHECK(got == body.substr(from));
    CHECK(pieces == (body.size() - from + kWindow - 1) / kWindow);
  }
  std::string storage;
  const Result<Slice> whole = LoadValue(opened.source(), row.body, &storage);
  REQUIRE(whole.ok());
  CHECK(*whole == body);
  const Status stopped = ForEachPiece(opened.source(), row.body, 0,
                                      [](Slice) { return DataError("Stop", "stopped"); });
  CHECK(stopped.code() == "Stop");
}

TEST_CASE("a cursor may be left before its end") {
  SnapshotBuilder builder;
  for (size_t n = 0; n < 20; ++n) builder.Raw(NumberedKey(n), Pattern(kWindow, 1));
  const MemoryFile memory(builder.Bytes());
  const Result<InputFile> file = InputFile::Open(memory.path());
  REQUIRE(file.ok());
  for (int batches = 0; batches < 3; ++batches) {
    RowStreamCursor cursor(*file, {kHead, file->size()}, Mode::kChecksum);
    for (int i = 0; i < batches; ++i) REQUIRE(cursor.NextBatch().ok());
  }
}

TEST_CASE("cursors and reads of one source may run side by side") {
  SnapshotBuilder builder;
  for (size_t n = 0; n < 2000; ++n) {
    builder.Raw(NumberedKey(n),
                Pattern(n % 100 == 0 ? 2 * kWindow : 300, static_cast<uint32_t>(n)));
  }
  const std::vector<StoredRow> rows = builder.Rows();
  const OpenedSnapshot opened = OpenBytes(builder.Bytes());
  REQUIRE(opened.status.ok());
  std::array<bool, 4> same{};
  std::vector<std::thread> threads;
  for (bool& result : same) {
    threads.emplace_back([&] { result = AllRows(opened) == rows; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(std::all_of(same.begin(), same.end(), [](bool b) { return b; }));
}

}  // namespace
}  // namespace snaptree
