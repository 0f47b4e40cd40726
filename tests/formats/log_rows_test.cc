// Replay of write-ahead logs: operations, the order of logs, how they end, what is refused.
#include "formats/pebble/log_rows.h"

#include <thread>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "base/sha256.h"
#include "tests/support/child_process.h"
#include "tests/support/damage.h"
#include "tests/support/pebble_replay.h"
#include "tests/support/unzstd.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kSet = 1;

PebbleLog OneLog(uint64_t number, const std::vector<PebbleBatch>& batches) {
  PebbleLog log(number);
  for (const PebbleBatch& batch : batches) log.Add(batch.bytes());
  return log;
}

TEST_CASE("the newest operation of a key stands, deletions among them") {
  const Replayed replayed = ReplayLogs(
      {{"000004.log", OneLog(4, {PebbleBatch(10).Set("a", "1").Set("b", "1").Set("a", "2"),
                                 PebbleBatch(13).Delete("b").Set("c", "")})
                          .EndMark()
                          .bytes()},
       {"000006.log", OneLog(6, {PebbleBatch(15).Set("d", "1").LogData("x").Pair(18, "c", "3"),
                                 PebbleBatch(17).LogData("only"),
                                 PebbleBatch(17).Single(7, "d").Pair(23, "e", "\x05")})
                          .bytes()}});
  REQUIRE(replayed.status.ok());
  CHECK(replayed.findings.by_code().empty());
  CHECK(replayed.logs->operations() == 9);
  CHECK(replayed.logs->logs() == 2);
  const std::map<std::string, ReplayedRow> expected = {{"a", {12 << 8 | kSet, "2"}},
                                                       {"b", {13 << 8, ""}},
                                                       {"c", {16 << 8 | 18, "3"}},
                                                       {"d", {17 << 8 | 7, ""}},
                                                       {"e", {18 << 8 | 23, ""}}};
  CHECK((replayed.rows == expected));
}

TEST_CASE("vector P4: a log with range keys is refused") {
  const std::string log = *ParseHex(
      "9d677df12a00050400000027000000000000000400000001036140320015016106017a0240330014016105017a02"
      "40341301610162");
  const Status status = ReplayLogs({{"000004.log", log}}).status;
  CHECK(ExpectCode(status, "PebbleUnexpectedKind") == "");
  CHECK(status.info().found == "kind 21");
  CHECK(status.info().offset == 0U);
  CHECK(status.info().source.ends_with("/000004.log"));
}

TEST_CASE("operations that no elastickv writes are refused") {
  const auto refused = [](const PebbleBatch& batch, const char* code) {
    return ExpectCode(
        ReplayLogs({{"000004.log", OneLog(4, {PebbleBatch(10).Set("a", "1"), batch}).bytes()}})
            .status,
        code);
  };
  for (const uint8_t kind : std::initializer_list<uint8_t>{2, 15, 19, 20, 21, 24}) {
    CHECK(refused(PebbleBatch(11).Pair(kind, "a", "b"), "PebbleUnexpectedKind") == "");
  }
  for (const uint8_t kind : std::initializer_list<uint8_t>{4, 17, 25, 65, 255}) {
    CHECK(refused(PebbleBatch(11).Pair(kind, "a", "b"), "WalCorrupt") == "");
  }
  CHECK(refused(PebbleBatch(11).Set("a", "b").Count(2), "WalCorrupt") == "");
  CHECK(refused(PebbleBatch(11).Set("a", "b").Count(0), "WalCorrupt") == "");
  CHECK(refused(PebbleBatch(11).Set("a", "b").Count(UINT32_MAX), "WalCorrupt") == "");
  CHECK(refused(PebbleBatch(UINT64_MAX - 5).Set("a", "b"), "WalCorrupt") == "");
  CHECK(refused(PebbleBatch(kMaxSequence).Set("a", "b"), "WalCorrupt") == "");
  CHECK(refused(PebbleBatch(9).Set("a", "b"), "WalCorrupt") == "");   // older than the one before
  CHECK(refused(PebbleBatch(10).Set("a", "1"), "WalCorrupt") == "");  // the same once more
}

TEST_CASE("batches whose fields leave them are refused") {
  const std::string batch = PebbleBatch(10).Set("key", "value").bytes();
  const auto refused = [](const std::string& record) {
    return ExpectCode(ReplayLogs({{"000004.log", PebbleLog(4).Add(record).bytes()}}).status,
                      "WalCorrupt");
  };
  for (size_t n = 0; n < batch.size(); ++n) CHECK(refused(batch.substr(0, n)) == "");
  const std::string head = batch.substr(0, 12);
  CHECK(refused(head + '\x01' + PebbleNumber(UINT64_MAX) + "x") == "");
  CHECK(refused(head + '\x01' + std::string(10, '\xff') + "x") == "");
  CHECK(refused(head + '\x01' + PebbleText("k") + PebbleNumber(uint64_t{1} << 63)) == "");
  CHECK(refused(batch + '\x01') == "");
}

TEST_CASE("a table that a log adds is known to the MANIFEST") {
  const PebbleLog log =
      OneLog(4, {PebbleBatch(10).Set("a", "1"), PebbleBatch(11).Single(22, PebbleNumber(300)),
                 PebbleBatch(12).Set("b", "2")});
  PebbleVersion version;
  CHECK(ExpectCode(ReplayLogs({{"000004.log", log.bytes()}}, version).status, "WalIngest") == "");
  version.tables.emplace_back().number = 300;
  const Replayed known = ReplayLogs({{"000004.log", log.bytes()}}, version);
  REQUIRE(known.status.ok());
  CHECK(known.rows.size() == 2);
  CHECK(known.rows.at("b").trailer == (12 << 8 | kSet));
  const PebbleLog other = OneLog(4, {PebbleBatch(10).Single(22, PebbleNumber(300) + "x")});
  CHECK(ExpectCode(ReplayLogs({{"000004.log", other.bytes()}}, version).status, "WalCorrupt") ==
        "");
}

TEST_CASE("logs below the MANIFEST's log number are in the tables") {
  PebbleVersion version;
  version.log_number = 6;
  version.log_number_sequence = 19;
  const Replayed replayed =
      ReplayLogs({{"000004.log", "not even a log"},
                  {"000006.log", OneLog(6, {PebbleBatch(20).Set("a", "6")}).bytes()},
                  {"000006.log.copy", "x"},
                  {"6.log", "x"},
                  {"0000006.log", "x"},
                  {"000006-1.log", "x"},
                  {"000006-copy.log", "x"},
                  {"MANIFEST-000001", "x"}},
                 version);
  REQUIRE(replayed.status.ok());
  CHECK(replayed.logs->logs() == 1);
  CHECK(replayed.rows.size() == 1);
  CHECK(ReplayLogs({}).rows.empty());
  CHECK(ReplayLogs({}).status.ok());
}

TEST_CASE("logs come in the order of their numbers, of any length") {
  std::map<std::string, std::string> files;
  uint64_t sequence = 10;
  for (const uint64_t number : {999998U, 999999U, 1000000U, 1000007U}) {
    files[std::to_string(number) + ".log"] =
        OneLog(number, {PebbleBatch(sequence++).Set("a", std::to_string(number))})
            .EndMark()
            .bytes();
  }
  files["1000008.log"] = "";
  const Replayed replayed = ReplayLogs(files);
  REQUIRE(replayed.status.ok());
  CHECK(replayed.findings.by_code().empty());
  CHECK(replayed.rows.at("a").value == "1000007");
}

TEST_CASE("empty logs and logs of zeros hold nothing") {
  const std::string one = OneLog(4, {PebbleBatch(10).Set("a", "1")}).EndMark().bytes();
  const std::string two = OneLog(9, {PebbleBatch(11).Set("b", "2")}).bytes();
  for (const std::string& empty : {std::string(), std::string(5, '\0'), std::string(99999, '\0')}) {
    for (const char* name : {"000003.log", "000005.log", "000010.log"}) {
      const Replayed replayed =
          ReplayLogs({{"000004.log", one}, {name, empty}, {"000009.log", two}});
      REQUIRE(replayed.status.ok());
      CHECK(replayed.findings.by_code().empty());
      CHECK(replayed.rows.size() == 2);
    }
  }
}

TEST_CASE("a log without an end mark is whole when the next one goes on from it") {
  const std::string open = OneLog(4, {PebbleBatch(10).Set("a", "1").Set("b", "1")}).bytes();
  const auto next = [](uint64_t base) {
    return OneLog(5, {PebbleBatch(base).Set("c", "1")}).bytes();
  };
  const Replayed whole = ReplayLogs({{"000004.log", open}, {"000005.log", next(12)}});
  REQUIRE(whole.status.ok());
  CHECK(whole.rows.size() == 3);
  CHECK(whole.findings.by_code().empty());
  for (const uint64_t base : {13U, 1000U}) {
    const Status gap = ReplayLogs({{"000004.log", open}, {"000005.log", next(base)}}).status;
    CHECK(ExpectCode(gap, "WalCorrupt") == "");
    CHECK(gap.info().source.ends_with("/000004.log"));
    CHECK(gap.info().offset == open.size());
  }
  CHECK(ExpectCode(ReplayLogs({{"000004.log", open}, {"000005.log", next(11)}}).status,
                   "WalCorrupt") == "");
  // With an end mark it is whole; that a number is missing is told.
  const std::string closed =
      OneLog(4, {PebbleBatch(10).Set("a", "1").Set("b", "1")}).EndMark().bytes();
  const Replayed gap = ReplayLogs({{"000004.log", closed}, {"000005.log", next(13)}});
  REQUIRE(gap.status.ok());
  CHECK(gap.found("wal_sequence_gap"));
  CHECK(gap.findings.HasWarning());
}

struct Cut {
  std::vector<PebbleBatch> batches = {PebbleBatch(10).Set("a", "1").Delete("x"),
                                      PebbleBatch(12).Set("b", "2"),
                                      PebbleBatch(13).Set("a", "3").LogData("data"),
                                      PebbleBatch(14).Set("c", std::string(100, 'v'))};
  PebbleLog log{4};
  std::vector<size_t> ends;

  Cut() {
    for (const PebbleBatch& batch : batches) {
      log.Add(batch.bytes());
      ends.push_back(log.size());
    }
  }
  std::map<std::string, ReplayedRow> RowsAfter(size_t n) const {
    return ReplayLogs({{"000004.log", OneLog(4, {batches.begin(),
                                                 batches.begin() + static_cast<std::ptrdiff_t>(n)})
                                          .bytes()}})
        .rows;
  }
};

TEST_CASE("the last log cut at every byte gives the batches before the cut") {
  const Cut cut;
  for (size_t at = 0; at <= cut.log.size(); ++at) {
    const Replayed replayed = ReplayLogs({{"000004.log", cut.log.bytes().substr(0, at)}});
    size_t whole = 0;
    while (whole < cut.ends.size() && cut.ends[whole] <= at) ++whole;
    INFO("cut " << at);
    REQUIRE(replayed.status.ok());
    REQUIRE((replayed.rows == cut.RowsAfter(whole)));
    const bool clean = at == 0 || (whole > 0 && cut.ends[whole - 1] == at);
    REQUIRE(replayed.found("wal_torn_tail") == !clean);
    REQUIRE_FALSE(replayed.findings.HasWarning());
    REQUIRE(replayed.findings.by_code().size() == (clean ? 0 : 1));
  }
}

TEST_CASE("an earlier log cut at any byte is damage, unless nothing is missing") {
  const Cut cut;
  PebbleLog closed = cut.log;
  closed.EndMark();
  const std::string next = OneLog(5, {PebbleBatch(15).Set("d", "5")}).bytes();
  for (size_t at = 0; at <= closed.size(); ++at) {
    const Replayed replayed =
        ReplayLogs({{"000004.log", closed.bytes().substr(0, at)}, {"000005.log", next}});
    INFO("cut " << at);
    if (at >= cut.log.size()) {
      REQUIRE(replayed.status.ok());
      REQUIRE(replayed.rows.size() == 5);
      REQUIRE(replayed.findings.by_code().empty());
    } else if (at > 0) {
      REQUIRE(ExpectCode(replayed.status, "WalCorrupt") == "");
    } else {
      REQUIRE(ExpectCode(replayed.status, "WalMissing") == "");
    }
    LogRowsOptions options;
    options.salvage = true;
    const Replayed salvaged = ReplayLogs(
        {{"000004.log", closed.bytes().substr(0, at)}, {"000005.log", next}}, {}, options);
    REQUIRE(salvaged.status.ok());
    REQUIRE(salvaged.found("wal_damaged") == (!replayed.status.ok() && at > 0));
    REQUIRE(salvaged.logs->missing().ok() == (at > 0));
    if (!replayed.status.ok()) REQUIRE(salvaged.rows.contains("d") == (at == 0));
  }
}

TEST_CASE("a flipped bit of the last log takes batches away at its end, and changes none") {
  const Cut cut;
  std::vector<std::map<std::string, ReplayedRow>> after;
  for (size_t n = 0; n <= cut.batches.size(); ++n) after.push_back(cut.RowsAfter(n));
  for (size_t at = 0; at < cut.log.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      const Replayed replayed =
          ReplayLogs({{"000004.log", WithFlippedBit(cut.log.bytes(), at, bit)}});
      size_t hit = 0;
      while (cut.ends[hit] <= at) ++hit;
      INFO("byte " << at << " bit " << bit);
      REQUIRE(replayed.status.ok());
      REQUIRE((replayed.rows == after[hit]));
      // None of it is a torn tail; a length that leaves the file alone may be.
      const bool is_last = hit + 1 == cut.batches.size();
      REQUIRE(replayed.found("wal_lost_tail") == !is_last);
      REQUIRE(replayed.found("wal_damaged_tail") == is_last);
      REQUIRE_FALSE(replayed.found("wal_torn_tail"));
    }
  }
}

TEST_CASE("a flipped bit of an earlier log is an error or changes nothing") {
  const Cut cut;
  PebbleLog closed = cut.log;
  closed.EndMark();
  const std::string next = OneLog(5, {PebbleBatch(15).Set("d", "5")}).bytes();
  const auto whole = ReplayLogs({{"000004.log", closed.bytes()}, {"000005.log", next}}).rows;
  for (size_t at = 0; at < closed.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      const Replayed replayed = ReplayLogs(
          {{"000004.log", WithFlippedBit(closed.bytes(), at, bit)}, {"000005.log", next}});
      INFO("byte " << at << " bit " << bit);
      if (at < cut.log.size()) {
        REQUIRE(ExpectCode(replayed.status, "WalCorrupt") == "");
      } else {
        REQUIRE(replayed.status.ok());
        REQUIRE((replayed.rows == whole));
      }
    }
  }
}

TEST_CASE("a checkpoint's torn log is not told of, its damage is") {
  const Cut cut;
  LogRowsOptions options;
  options.checkpoint = true;
  const std::string torn = cut.log.bytes().substr(0, cut.log.size() - 1);
  CHECK(ReplayLogs({{"000004.log", torn}}, {}, options).findings.by_code().empty());
  const std::string damaged = WithFlippedBit(cut.log.bytes(), 20, 1);
  CHECK(ReplayLogs({{"000004.log", damaged}}, {}, options).found("wal_lost_tail"));
}

TEST_CASE("a torn log with empty ones behind it is the last one") {
  const Cut cut;
  const std::string torn = cut.log.bytes().substr(0, cut.log.size() - 1);
  const Replayed replayed =
      ReplayLogs({{"000004.log", torn}, {"000005.log", ""}, {"000006.log", std::string(50, '\0')}});
  REQUIRE(replayed.status.ok());
  CHECK(replayed.found("wal_torn_tail"));
  CHECK((replayed.rows == cut.RowsAfter(3)));
}

TEST_CASE("the first log lost its begin: the tables tell whether anything is missing") {
  const std::string torn = PebbleLog(4).Add(PebbleBatch(10).Set("a", "1").bytes()).bytes();
  const auto replay = [&torn](uint64_t base, uint64_t in_tables) {
    PebbleVersion version;
    version.flushed_sequence = in_tables;
    return ReplayLogs({{"000004.log", torn.substr(0, 20)},
                       {"000005.log", OneLog(5, {PebbleBatch(base).Set("c", "1")}).bytes()}},
                      version)
        .status;
  };
  CHECK(replay(10, 0).ok());
  CHECK(ExpectCode(replay(11, 0), "WalCorrupt") == "");
  CHECK(replay(501, 500).ok());
  CHECK(ExpectCode(replay(502, 500), "WalCorrupt") == "");
}

TEST_CASE("a log without those before it is an error, unless tables or MANIFEST hold these") {
  PebbleVersion version;
  const auto code = [&version](uint64_t base, const std::string& name = "000007.log") {
    const std::string log = OneLog(7, {PebbleBatch(base).Set("c", "1")}).bytes();
    const Replayed replayed = ReplayLogs({{name, log}}, version);
    LogRowsOptions salvage;
    salvage.salvage = true;
    const Replayed salvaged = ReplayLogs({{name, log}}, version, salvage);
    if (!salvaged.status.ok() || salvaged.rows.size() != 1) return std::string("not salvaged");
    if (salvaged.logs->missing().ok() != replayed.status.ok()) return std::string("not told");
    if (replayed.status.ok()) return std::string();
    if (!replayed.status.info().source.ends_with("/000007.log")) return std::string("not named");
    return replayed.status.code();
  };
  // Never flushed.
  CHECK(code(10) == "");
  CHECK(code(11) == "WalMissing");
  version.flushed_sequence = 500;
  CHECK(code(501) == "");
  CHECK(code(502) == "WalMissing");
  // What a later edit says does not count: other logs were begun by then.
  version.last_sequence = 900;
  CHECK(code(502) == "WalMissing");
  // Operations of which compaction took the numbers.
  version.log_number = 7;
  version.log_number_sequence = 600;
  CHECK(code(502) == "");
  CHECK(code(601) == "");
  CHECK(code(602) == "WalMissing");
  // A store that was started again: its first log has a later number than the MANIFEST names.
  version.log_number = 5;
  CHECK(code(501) == "");
  CHECK(code(601) == "");
  CHECK(code(600) == "WalMissing");
  CHECK(code(602) == "WalMissing");
  // Pieces of one log without the first one.
  CHECK(code(601, "000007-001.log") == "WalMissing");
  version = {};
  version.guessed = true;
  CHECK(code(99) == "");
}

TEST_CASE("a gap between two logs is an error, unless ingested tables may be what it is") {
  const PebbleBatch first = PebbleBatch(10).Set("a", "1").Set("b", "1");
  for (const uint64_t base : {12U, 13U, 28U, 29U, 1000U}) {
    const std::map<std::string, std::string> files = {
        {"000004.log", OneLog(4, {first}).EndMark().bytes()},
        {"000006.log", OneLog(6, {PebbleBatch(base).Set("a", "2")}).bytes()},
        {"000008.log", OneLog(8, {PebbleBatch(base + 1).Set("a", "3")}).bytes()}};
    const Replayed replayed = ReplayLogs(files);
    LogRowsOptions options;
    options.salvage = true;
    const Replayed salvaged = ReplayLogs(files, {}, options);
    REQUIRE(salvaged.status.ok());
    INFO("base " << base);
    if (base <= 28) {
      REQUIRE(replayed.status.ok());
      CHECK(replayed.found("wal_sequence_gap") == (base > 12));
      CHECK(salvaged.rows.at("a").value == "3");
      continue;
    }
    REQUIRE(ExpectCode(replayed.status, "WalMissing") == "");
    CHECK(replayed.status.info().source.ends_with("/000006.log"));
    CHECK(replayed.status.info().expected.find("/000004.log") != std::string::npos);
    CHECK(replayed.status.info().found.find(std::to_string(base - 12) + " operations") !=
          std::string::npos);
    // A state that the store once had.
    CHECK(salvaged.rows.at("a").value == "1");
    CHECK(salvaged.found("wal_damaged"));
    CHECK(salvaged.findings.by_code().at("wal_left_out").count == 2);
  }
}

TEST_CASE("a last log with an end mark had a successor") {
  const std::string closed = OneLog(4, {PebbleBatch(10).Set("a", "1")}).EndMark().bytes();
  const Replayed alone = ReplayLogs({{"000004.log", closed}});
  REQUIRE(alone.status.ok());
  CHECK(alone.found("wal_closed"));
  CHECK(alone.findings.HasWarning());
  LogRowsOptions options;
  options.checkpoint = true;
  CHECK(ExpectCode(ReplayLogs({{"000004.log", closed}}, {}, options).status, "WalMissing") == "");
  options.salvage = true;
  CHECK(ReplayLogs({{"000004.log", closed}}, {}, options).found("wal_closed"));
  for (const bool checkpoint : {false, true}) {
    options = {};
    options.checkpoint = checkpoint;
    const Replayed both = ReplayLogs({{"000004.log", closed}, {"000006.log", ""}}, {}, options);
    REQUIRE(both.status.ok());
    CHECK(both.findings.by_code().empty());
  }
}

TEST_CASE("logs that end before what the MANIFEST speaks of") {
  const std::string log = OneLog(4, {PebbleBatch(10).Set("a", "1").Set("b", "1")}).bytes();
  PebbleVersion version;
  version.last_sequence = 11;
  CHECK(ReplayLogs({{"000004.log", log}}, version).findings.by_code().empty());
  version.last_sequence = 12;
  const Replayed in_flight = ReplayLogs({{"000004.log", log}}, version);
  CHECK(in_flight.found("wal_unwritten"));
  CHECK_FALSE(in_flight.findings.HasWarning());
  version.last_sequence = 28;
  CHECK(ReplayLogs({{"000004.log", log}}, version).findings.HasWarning());
  // Tables hold them: they were ingested.
  version.flushed_sequence = 28;
  CHECK(ReplayLogs({{"000004.log", log}}, version).findings.by_code().empty());
  // Without a batch: a MANIFEST that was begun anew does not tell.
  version.last_sequence = 90;
  CHECK(ReplayLogs({{"000004.log", ""}}, version).findings.by_code().empty());
  version.is_history = true;
  CHECK(ReplayLogs({{"000004.log", ""}}, version).found("wal_unwritten"));
}

TEST_CASE("pieces of one log: what one repeats counts once, what is missing is an error") {
  const PebbleBatch b1 = PebbleBatch(10).Set("a", "1").Set("b", "1");
  const PebbleBatch b2 = PebbleBatch(12).Set("a", "2");
  const PebbleBatch b3 = PebbleBatch(13).Set("c", "3");
  const PebbleBatch b4 = PebbleBatch(14).Set("d", "4");
  const std::string torn = OneLog(7, {b1, b2, b3}).bytes();
  const std::string first = torn.substr(0, torn.size() - 3);

  const Replayed replayed = ReplayLogs({{"000007.log", first},
                                        {"000007-001.log", OneLog(7, {b2, b3}).bytes()},
                                        {"000007-002.log", OneLog(7, {b3, b4}).bytes()}});
  REQUIRE(replayed.status.ok());
  CHECK(replayed.logs->operations() == 5);
  CHECK(replayed.logs->logs() == 3);
  CHECK(replayed.rows.at("a").value == "2");
  CHECK(replayed.rows.size() == 4);

  CHECK(ExpectCode(
            ReplayLogs({{"000007.log", first}, {"000007-001.log", OneLog(7, {b4}).bytes()}}).status,
            "WalCorrupt") == "");
  // Another log repeats nothing.
  CHECK(ExpectCode(
            ReplayLogs({{"000007.log", first}, {"000008.log", OneLog(8, {b2, b3}).bytes()}}).status,
            "WalCorrupt") == "");
}

std::string Noise(size_t n) {
  std::string out(n, '\0');
  uint32_t state = 12345;
  for (char& c : out) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return out;
}

TEST_CASE("large values are read from where they stand, in any order") {
  const std::string large = Noise(5 << 20);  // its batch is not kept in memory either
  const std::string medium = Noise(70000);
  const std::string small = Noise(65536);
  const Replayed replayed = ReplayLogs(
      {{"000004.log", OneLog(4, {PebbleBatch(10).Set("c", medium).Set("b", large).Set("e", "5"),
                                 PebbleBatch(13).Set("d", small).Set("c", large).Delete("b"),
                                 PebbleBatch(16).Set("a", medium).Set("b", medium)})
                          .bytes()}});
  REQUIRE(replayed.status.ok());
  CHECK((replayed.rows.at("a").value == medium));
  CHECK((replayed.rows.at("b").value == medium));
  CHECK((replayed.rows.at("c").value == large));
  CHECK((replayed.rows.at("d").value == small));
  CHECK((replayed.rows.at("e").value == "5"));
  const LogRows& logs = *replayed.logs;
  const auto cursor = logs.OpenCursor(logs.extent());
  const auto batch = cursor->NextBatch();
  ViewBuffer buffer;
  for (const Row& row : *batch) {
    CHECK(row.value_position + row.value_size <= logs.extent().end);
    CHECK(row.value.size() >= std::min<uint64_t>(row.value_size, 64));
    const std::string& value = replayed.rows.at(std::string(row.key)).value;
    const size_t n = std::min<size_t>(value.size(), 1000);
    CHECK((*logs.View(row.value_position, n, &buffer) == Slice(value).substr(0, n)));
    std::string tail(n, '\0');
    REQUIRE(logs.ReadValue(row.value_position, value.size() - n, tail.data(), n).ok());
    CHECK((tail == value.substr(value.size() - n)));
  }
}

std::string Key(size_t i) {
  const std::string digits = std::to_string(i);
  return "key" + std::string(6 - digits.size(), '0') + digits;
}

Replayed ManyRows(size_t n, size_t memory) {
  PebbleLog log(4);
  uint64_t sequence = 10;
  for (size_t i = 0; i < 2 * n; i += 100) {
    PebbleBatch batch(sequence);
    for (size_t j = i; j < i + 100; ++j)
      batch.Set(Key(j * 7919 % n), std::to_string(j) + std::string(j % 200, 'v'));
    log.Add(batch.bytes());
    sequence = batch.end();
  }
  LogRowsOptions options;
  options.sorter.memory_bytes = memory;
  return ReplayLogs({{"000004.log", log.bytes()}}, {}, options);
}

TEST_CASE("more operations than memory: the newest of each key, whatever was sorted outside") {
  constexpr size_t kRows = 20000;
  const Replayed in_memory = ManyRows(kRows, size_t{64} << 20);
  const Replayed outside = ManyRows(kRows, size_t{512} << 10);
  REQUIRE(in_memory.rows.size() == kRows);
  CHECK(in_memory.logs->operations() == 2 * kRows);
  CHECK((in_memory.rows == outside.rows));
  for (const auto& [key, row] : in_memory.rows) {
    const size_t j = std::stoul(row.value);
    REQUIRE(j >= kRows);  // of the second time
    REQUIRE(key == Key(j * 7919 % kRows));
    REQUIRE(row.trailer == ((10 + j) << 8 | kSet));
  }
}

TEST_CASE("cursors at every row, and places found by keys") {
  constexpr size_t kRows = 20000;
  const Replayed replayed = ManyRows(kRows, size_t{64} << 20);
  const LogRows& logs = *replayed.logs;
  std::vector<std::pair<uint64_t, std::string>> all;
  const auto cursor = logs.OpenCursor(logs.extent());
  for (;;) {
    const auto batch = cursor->NextBatch();
    REQUIRE(batch.ok());
    if (batch->empty()) break;
    for (const Row& row : *batch) all.emplace_back(row.position, row.key);
  }
  REQUIRE(all.size() == kRows);
  for (size_t i = 0; i < all.size(); i += 97) {
    const size_t last = std::min(i + 5, all.size() - 1);
    // Also an end that is inside of a row.
    const auto some = logs.OpenCursor({all[i].first, all[last].first + 1});
    const auto batch = some->NextBatch();
    REQUIRE(batch.ok());
    REQUIRE(batch->size() == last - i + 1);
    CHECK(batch->front().key == all[i].second);
    CHECK(some->NextBatch()->empty());

    const uint64_t place = logs.Seek(all[i].second);
    const auto found = logs.OpenCursor({place, logs.extent().end});
    const auto first = found->NextBatch();
    REQUIRE((*first)[0].key <= all[i].second);
    CHECK(place <= all[i].first);
    CHECK(all[i].first - place < (size_t{256} << 10));
  }
  CHECK(logs.Seek("") == 0);
  CHECK(logs.Seek("zzz") > 0);
  CHECK(logs.OpenCursor({0, 0})->NextBatch()->empty());
}

TEST_CASE("several threads read the same logs") {
  const Replayed replayed = ManyRows(5000, size_t{64} << 20);
  std::vector<std::map<std::string, ReplayedRow>> seen(4);
  std::vector<std::thread> threads;
  for (auto& rows : seen) threads.emplace_back([&] { rows = RowsOf(*replayed.logs); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& rows : seen) CHECK((rows == replayed.rows));
}

TEST_CASE("nothing of another directory is replayed") {
  const TempFolder outside;
  WriteWholeFile(outside / "log", OneLog(4, {PebbleBatch(10).Set("a", "1")}).bytes());
  const TempFolder folder;
  REQUIRE(::symlink((outside / "log").c_str(), (folder / "000004.log").c_str()) == 0);
  CHECK(ExpectCode(Replay(folder.path()).status, "NotRegular") == "");
}

std::string Packed(const char* name) {
  return Unzstd(ReadWholeFile(std::string(SNAPTREE_TESTDATA_DIR "/pebble/") + name + ".zst"));
}

// Of all rows: lengths and trailer as u64le, key, value.
std::string Digest(const std::map<std::string, ReplayedRow>& rows) {
  std::string all;
  for (const auto& [key, row] : rows) {
    AppendLe64(&all, key.size());
    AppendLe64(&all, row.trailer);
    AppendLe64(&all, row.value.size());
    all += key + row.value;
  }
  return Hex(AsSlice(Sha256::Of(all)));
}

// Sums of a second reader that was written from the specification alone, in another language.
TEST_CASE("the logs of a node that was killed before it ever flushed") {
  const Replayed replayed = ReplayLogs({{"000002.log", Packed("groups1-000002.log")},
                                        {"000004.log", Packed("groups1-000004.log")},
                                        {"000005.log", Packed("groups1-000005.log")},
                                        {"000006.log", Packed("groups1-000006.log")}});
  REQUIRE(replayed.status.ok());
  CHECK(replayed.findings.by_code().empty());
  CHECK(replayed.rows.size() == 20624);
  CHECK(replayed.logs->operations() == 23085);
  CHECK(Digest(replayed.rows) ==
        "078f1a7814d492489e4e720ca2ade595ce2f178ccaf65815e85dd0a655849234");
}

TEST_CASE("a recycled log of a live node ends where the older one shows") {
  PebbleVersion version;
  version.flushed_sequence = 33751;
  const Replayed replayed = ReplayLogs({{"000071.log", Packed("sst1-000071.log")}}, version);
  REQUIRE(replayed.status.ok());
  CHECK(replayed.findings.by_code().empty());
  CHECK(replayed.rows.size() == 712);
  CHECK(replayed.logs->operations() == 852);
  CHECK(Digest(replayed.rows) ==
        "021a27863a02072853524511fc7e8144b19aefbd951346ac13d491143ee4ae75");
}

TEST_CASE("real logs with one of them missing") {
  const Replayed replayed = ReplayLogs(
      {{"000002.log", Packed("groups1-000002.log")}, {"000005.log", Packed("groups1-000005.log")}});
  REQUIRE(ExpectCode(replayed.status, "WalMissing") == "");
  CHECK(replayed.status.info().found == "8201: 5477 operations are missing");
}

}  // namespace
}  // namespace snaptree::test
