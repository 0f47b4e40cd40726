// The record log: the vectors of spec 01b, every form of a header, every way to end.
#include "formats/pebble/record_log.h"

#include <random>

#include <catch2/catch.hpp>

#include "tests/support/damage.h"
#include "tests/support/pebble_replay.h"

namespace snaptree::test {
namespace {

using Form = PebbleLog::Form;

std::string Unhex(Slice text) { return ParseHex(text).value(); }

std::string Text(size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::string out;
  while (out.size() < n) out += static_cast<char>(random());
  return out;
}

TEST_CASE("vector P4: the frame of a log of the store's own test data") {
  const LogRead read = ReadLogBytes(
      Unhex("9d677df12a00050400000027000000000000000400000001036140320015016106017a0240330014016105"
            "017a0240341301610162"),
      LogKind::kWal, 4);
  REQUIRE(read.status.ok());
  REQUIRE(read.records.size() == 1);
  CHECK(Hex(read.records[0]).starts_with("27000000000000000400000001036140320015"));
  CHECK(read.records[0].size() == 42);
  CHECK(read.end == LogEnd::kEndOfFile);
}

TEST_CASE("vector P7: a block's rest that is too short for a header is not the end") {
  PebbleLog short_rest(59);
  short_rest.Add(std::string(32747, 'a'));
  REQUIRE(short_rest.size() == 32758);
  short_rest.Add("second");
  const LogRead two = ReadLogBytes(short_rest.bytes(), LogKind::kWal, 59);
  CHECK(two.records.size() == 2);
  CHECK(two.records.back() == "second");
  CHECK(two.end == LogEnd::kEndOfFile);
  CHECK_FALSE(two.data_follows);

  PebbleLog second(59);
  second.Add("second");
  PebbleLog room(59);
  room.Add(std::string(32744, 'a')).Raw(std::string(13, '\0')).Raw(second.bytes());
  const LogRead one = ReadLogBytes(room.bytes(), LogKind::kWal, 59);
  CHECK(one.records.size() == 1);
  CHECK(one.end == LogEnd::kZeros);
  CHECK(one.end_offset == 32755);
  // It says so: zeros in front of a chunk of the same log are not what a store leaves.
  CHECK(one.data_follows);
}

TEST_CASE("the rest of a block is measured by the log's own header") {
  for (const Form form : {Form::kPlain, Form::kNumbered, Form::kSynced}) {
    for (size_t rest = 0; rest <= 24; ++rest) {
      PebbleLog log(7, form);
      const size_t header = static_cast<size_t>(form);
      log.Add(std::string(32768 - header - rest, 'x')).Add("next").Add(std::string(70000, 'y'));
      const LogRead read = ReadLogBytes(log.bytes(), LogKind::kWal, 7);
      INFO("header " << header << " rest " << rest);
      REQUIRE(read.records.size() == 3);
      CHECK(read.records[1] == "next");
      CHECK((read.records[2] == std::string(70000, 'y')));
      CHECK(read.end == LogEnd::kEndOfFile);
    }
  }
}

TEST_CASE("records of every size around the blocks come out as they went in") {
  for (const Form form : {Form::kPlain, Form::kNumbered, Form::kSynced}) {
    PebbleLog log(3, form);
    std::vector<std::string> records;
    for (unsigned i = 0; i < 60; ++i) {
      records.push_back(Text(i % 3 == 0 ? 32700 + i : i % 3 == 1 ? i : i * 5000, i));
      log.Add(records.back());
    }
    CHECK((ReadLogBytes(log.bytes(), LogKind::kWal, 3).records == records));
  }
}

TEST_CASE("a record that is not kept in memory is read from where it stands") {
  const std::string large = Text(kMaxResidentRecord + 100000, 1);
  PebbleLog log(3);
  log.Add("before").Add(large).Add("after");
  const TempFolder folder;
  WriteWholeFile(folder / "log", log.bytes());
  const LogRead read = ReadLog(folder / "log", LogKind::kWal, 3);
  REQUIRE(read.records.size() == 3);
  CHECK((read.records[1] == large));

  const auto file = std::make_shared<const InputFile>(*InputFile::Open(folder / "log"));
  RecordLogReader reader(file, LogKind::kWal, 3);
  LogRecord record;
  REQUIRE(*reader.Next(&record));
  REQUIRE(*reader.Next(&record));
  CHECK_FALSE(record.IsResident());
  RecordBytes bytes(*file, record);
  std::mt19937 random(5);
  for (int i = 0; i < 2000; ++i) {
    const size_t at = random() % large.size();
    const size_t n = std::min<size_t>(random() % 100000, large.size() - at);
    REQUIRE((*bytes.View(at, n) == Slice(large).substr(at, n)));
  }
  REQUIRE(*bytes.View(large.size(), 0) == "");
}

TEST_CASE("how a log ends") {
  const auto log = [] { return PebbleLog(9).Add("one").Add("two"); };
  const auto read = [](const PebbleLog& of) { return ReadLogBytes(of.bytes(), LogKind::kWal, 9); };

  CHECK(read(log()).end == LogEnd::kEndOfFile);
  CHECK(read(log().EndMark()).end == LogEnd::kEndMark);
  CHECK(read(log().EndMark().Raw("anything")).end == LogEnd::kEndMark);
  CHECK(read(log().Raw(std::string(3, '\0'))).end == LogEnd::kZeros);
  CHECK(read(log().Raw(std::string(100000, '\0'))).end == LogEnd::kZeros);
  CHECK(read(PebbleLog(9).Raw(std::string(100000, '\0'))).end == LogEnd::kZeros);
  CHECK(read(PebbleLog(9)).end == LogEnd::kEndOfFile);
  CHECK(read(PebbleLog(9).EndMark()).end == LogEnd::kEndMark);

  // An older log's chunk, whole, and the middle of one.
  const std::string older = PebbleLog(8).Add("old content").bytes();
  CHECK(read(log().Raw(older)).end == LogEnd::kRecycled);
  CHECK(read(log().Raw("some bytes of an old value that are no chunk")).end == LogEnd::kRecycled);
  CHECK(read(PebbleLog(9).Raw(older)).end == LogEnd::kRecycled);

  // A chunk of its own that is not whole.
  const std::string own = PebbleLog(9).Add("three").bytes();
  CHECK(read(log().Raw(Slice(own).substr(0, own.size() - 1))).end == LogEnd::kTorn);
  CHECK(read(log().Raw(Slice(own).substr(0, 5))).end == LogEnd::kTorn);
  CHECK(read(log().Raw(WithFlippedBit(own, 12, 3))).end == LogEnd::kDamaged);
  CHECK_FALSE(read(log().Raw(WithFlippedBit(own, 12, 3))).data_follows);
  CHECK(read(log().Raw(WithFlippedBit(own, 12, 3)).Add("four")).data_follows);
  // The number of the log is what was hit: the checksum tells.
  CHECK(read(log().Raw(WithFlippedBit(own, 8, 3))).end == LogEnd::kDamaged);
  CHECK(read(log().Raw(WithFlippedBit(own, 8, 3)).Add("four")).data_follows);
  for (const LogRead& one : {read(log().Raw(own)), read(log().Raw(older))}) {
    CHECK(one.records[0] == "one");
    CHECK(one.records[1] == "two");
    CHECK_FALSE(one.data_follows);
  }
}

TEST_CASE("a chunk that was damaged is told from one that was cut, and from older content") {
  const std::string before = PebbleLog(9).Add("one").bytes();
  const auto read = [&before](const std::string& rest) {
    return ReadLogBytes(before + rest, LogKind::kWal, 9).end;
  };
  const std::string own = PebbleLog(9).Add(std::string(3000, 'v')).bytes();
  // Each field, and the payload.
  for (const size_t at : {0U, 3U, 4U, 5U, 6U, 7U, 10U, 11U, 500U, 3010U})
    CHECK(read(WithFlippedBit(own, at, 2)) == LogEnd::kDamaged);
  CHECK(read(WithFlippedBit(own, 500, 2) + std::string(4096, '\0')) == LogEnd::kDamaged);
  // Cut, or its last pages never written.
  CHECK(read(own.substr(0, own.size() - 1)) == LogEnd::kTorn);
  for (const size_t border : {512U, 1024U, 2560U}) {
    const size_t left = border - before.size();
    CHECK(read(own.substr(0, left) + std::string(own.size() - left, '\0')) == LogEnd::kTorn);
  }
  // What an older log left may begin inside it.
  const std::string older = PebbleLog(8).Add(std::string(9000, 'o')).bytes();
  const std::string half = own.substr(0, 1500);
  CHECK(read(half + older.substr(1500)) == LogEnd::kTorn);
  // A header that was hit is known by its checksum whatever stands behind.
  CHECK(read(WithFlippedBit(own, 8, 3) + older.substr(own.size())) == LogEnd::kDamaged);
  CHECK(read(older) == LogEnd::kRecycled);
  const std::string edits = PebbleLog::Manifest().Add("one").Add("two").bytes();
  CHECK(ReadLogBytes(WithFlippedBit(edits, edits.size() - 1, 0), LogKind::kManifest).end ==
        LogEnd::kDamaged);
  CHECK(ReadLogBytes(Slice(edits).substr(0, edits.size() - 1), LogKind::kManifest).end ==
        LogEnd::kTorn);
}

TEST_CASE("the number in a chunk has 32 bits") {
  const uint64_t number = (uint64_t{1} << 32) + 5;
  CHECK(ReadLogBytes(PebbleLog(number).Add("x").bytes(), LogKind::kWal, number).records.size() ==
        1);
  CHECK(ReadLogBytes(PebbleLog(UINT32_MAX).Add("x").EndMark().bytes(), LogKind::kWal, UINT32_MAX)
            .end == LogEnd::kEndMark);
}

TEST_CASE("a record that was begun and not ended is none") {
  const std::string two_blocks = PebbleLog(9).Add(std::string(40000, 'x')).bytes();
  const LogRead cut = ReadLogBytes(Slice(two_blocks).substr(0, 32768), LogKind::kWal, 9);
  CHECK(cut.records.empty());
  CHECK(cut.end == LogEnd::kTorn);
  CHECK(cut.end_offset == 0);
  // Another record where its last piece should be.
  const std::string other = PebbleLog(9).Add("whole").bytes();
  const LogRead begun = ReadLogBytes(two_blocks.substr(0, 32768) + other, LogKind::kWal, 9);
  CHECK(begun.records.empty());
  CHECK(begun.end == LogEnd::kTorn);
  CHECK(begun.data_follows);
  // A last piece without a first one.
  const LogRead no_first = ReadLogBytes(Slice(two_blocks).substr(32768), LogKind::kWal, 9);
  CHECK(no_first.records.empty());
  CHECK(no_first.end == LogEnd::kTorn);
}

TEST_CASE("damage in front of what was written after it was synced is no torn tail") {
  PebbleLog log(9, Form::kSynced);
  log.Add("one");
  const size_t second = log.size();
  log.Add("two").Add(std::string(40000, 'x')).Synced(second + 1).Add("later");
  const LogRead read = ReadLogBytes(WithFlippedBit(log.bytes(), second + 20, 0), LogKind::kWal, 9);
  CHECK(read.records.size() == 1);
  REQUIRE_FALSE(read.status.ok());
  CHECK(read.status.code() == "WalCorrupt");
  CHECK(read.status.info().offset == second);
  // Not known to be synced: it may be what a crash of the machine left.
  PebbleLog unsynced(9, Form::kSynced);
  unsynced.Add("one").Add("two").Add(std::string(40000, 'x')).Synced(second).Add("later");
  const LogRead torn =
      ReadLogBytes(WithFlippedBit(unsynced.bytes(), second + 20, 0), LogKind::kWal, 9);
  CHECK(torn.status.ok());
  CHECK(torn.end == LogEnd::kTorn);
  CHECK(torn.data_follows);
}

TEST_CASE("a log cut at every offset gives the records before the cut") {
  for (const Form form : {Form::kPlain, Form::kNumbered, Form::kSynced}) {
    PebbleLog log(9, form);
    std::vector<std::string> records;
    std::vector<size_t> ends;
    for (const size_t n : {5U, 0U, 32690U, 3U, 20U, 40U}) {
      records.push_back(Text(n, static_cast<unsigned>(n)));
      log.Add(records.back());
      ends.push_back(log.size());
    }
    const TempFolder folder;
    for (size_t cut = 0; cut <= log.size(); cut += cut > 100 && cut < 32600 ? 97 : 1) {
      WriteWholeFile(folder / "log", log.bytes().substr(0, cut));
      const LogRead read = ReadLog(folder / "log", LogKind::kWal, 9);
      size_t whole = 0;
      while (whole < ends.size() && ends[whole] <= cut) ++whole;
      INFO("cut " << cut);
      REQUIRE(read.status.ok());
      REQUIRE(read.records.size() == whole);
      REQUIRE(std::equal(read.records.begin(), read.records.end(), records.begin()));
      const bool clean = cut == 0 || (whole > 0 && ends[whole - 1] == cut);
      if (clean) REQUIRE(read.end == LogEnd::kEndOfFile);
      REQUIRE_FALSE(read.data_follows);
    }
  }
}

TEST_CASE("a flipped bit of a log takes records away at its end, and invents none") {
  for (const Form form : {Form::kPlain, Form::kNumbered, Form::kSynced}) {
    PebbleLog log(9, form);
    std::vector<std::string> records;
    for (unsigned i = 0; i < 6; ++i) {
      records.push_back(Text(10 + i, i));
      log.Add(records.back());
    }
    const TempFolder folder;
    for (size_t at = 0; at < log.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        WriteWholeFile(folder / "log", WithFlippedBit(log.bytes(), at, bit));
        const LogRead read = ReadLog(folder / "log", LogKind::kWal, 9);
        INFO("byte " << at << " bit " << bit);
        REQUIRE(read.status.ok());
        REQUIRE(read.records.size() < records.size());
        REQUIRE(std::equal(read.records.begin(), read.records.end(), records.begin()));
        // Every lost record but the last one is told of.
        REQUIRE(read.data_follows == (read.records.size() + 1 < records.size()));
      }
    }
  }
}

}  // namespace
}  // namespace snaptree::test
