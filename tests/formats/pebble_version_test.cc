// The live set of tables: markers, CURRENT, version edits, what is refused.
#include "formats/pebble/pebble_version.h"

#include <catch2/catch.hpp>

#include "tests/support/child_process.h"
#include "tests/support/damage.h"
#include "tests/support/pebble_log.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unzstd.h"

namespace snaptree::test {
namespace {

struct Read {
  PebbleVersion version;
  Findings findings;
  Status status;
};

Read ReadIn(const TempFolder& folder) {
  Read read;
  Result<PebbleVersion> version = ReadPebbleVersion(folder.path(), &read.findings);
  if (version.ok()) {
    read.version = *std::move(version);
  } else {
    read.status = version.status();
  }
  return read;
}

PebbleEdit First() { return PebbleEdit().Comparator().Number(3, 20).Number(4, 99); }

Read ReadEdits(const std::vector<PebbleEdit>& edits) {
  const TempFolder folder;
  PebbleLog log = PebbleLog::Manifest();
  for (const PebbleEdit& edit : edits) log.Add(edit.bytes());
  WritePebbleManifest(folder.path(), log);
  return ReadIn(folder);
}

std::vector<uint64_t> Numbers(const PebbleVersion& version) {
  std::vector<uint64_t> numbers;
  for (const PebbleTable& table : version.tables) numbers.push_back(table.number);
  return numbers;
}

TEST_CASE("edits one after the other make the live set") {
  const Read read = ReadEdits({First().Log(4), PebbleEdit().Add(0, 5, 100, "b", "k", 10, 19).Log(6),
                               PebbleEdit().Add(0, 7, 200, "a", "z", 20, 30).Log(8).Number(3, 33),
                               PebbleEdit().Add(6, 9, 300, "m", "p", 0, 0),
                               PebbleEdit().Add(6, 10, 300, "a", "c", 3, 3).Number(4, 120),
                               PebbleEdit().Remove(0, 5).Add(5, 5, 100, "b", "k", 10, 19)});
  REQUIRE(read.status.ok());
  CHECK(Numbers(read.version) == std::vector<uint64_t>{7, 5, 10, 9});
  CHECK(read.version.log_number == 8U);
  CHECK(read.version.next_file_number == 33);
  CHECK(read.version.last_sequence == 120);
  CHECK(read.findings.by_code().empty());
  const PebbleTable& table = read.version.tables[0];
  CHECK(table.level == 0);
  CHECK(table.size == 200);
  CHECK(table.bounds.smallest == "a");
  CHECK(table.bounds.largest == "z");
  CHECK_FALSE(table.bounds.excludes_largest);
  CHECK(table.smallest_sequence == 20);
  CHECK(table.largest_sequence == 30);
}

TEST_CASE("a store that never flushed names no log") {
  const Read read = ReadEdits({First()});
  REQUIRE(read.status.ok());
  CHECK_FALSE(read.version.log_number);
  CHECK(read.version.tables.empty());
}

TEST_CASE("all forms of an added table") {
  const std::string bounds =
      PebbleText(PebbleBound("a", 9 << 8 | 1)) + PebbleText(PebbleBound("b", 5 << 8 | 1));
  const std::string name = PebbleNumber(0) + PebbleNumber(7);
  const auto one = [&](const std::string& field) {
    Read read = ReadEdits({First().Raw(field)});
    INFO(read.status.Message());
    REQUIRE(read.status.ok());
    REQUIRE(read.version.tables.size() == 1);
    CHECK(read.version.tables[0].size == 50);
    CHECK(read.version.tables[0].bounds.smallest == "a");
    CHECK(read.version.tables[0].bounds.largest == "b");
    return read.version.tables[0];
  };
  const std::string size = PebbleNumber(50);
  const std::string sequences = PebbleNumber(5) + PebbleNumber(9);

  // Not told: they must not look as if all entries had one number.
  const PebbleTable oldest = one(PebbleNumber(7) + name + size + bounds);
  CHECK(oldest.smallest_sequence == 0);
  CHECK(oldest.largest_sequence == kMaxSequence);

  for (const std::string& field :
       {PebbleNumber(100) + name + size + bounds + sequences,
        PebbleNumber(102) + name + PebbleNumber(0) + size + bounds + sequences,
        PebbleNumber(103) + name + size + bounds + sequences + "\x01",
        PebbleNumber(103) + name + size + bounds + sequences + PebbleNumber(6) +
            PebbleText("time") + PebbleNumber(2) + PebbleText("\x01") + "\x01"}) {
    const PebbleTable table = one(field);
    CHECK(table.smallest_sequence == 5);
    CHECK(table.largest_sequence == 9);
    CHECK_FALSE(table.backing);
  }
}

TEST_CASE("a table that is a part of a file") {
  const std::string custom = PebbleNumber(66) + PebbleNumber(40);
  const Read read = ReadEdits({First()
                                   .Raw(PebbleNumber(105) + PebbleNumber(40) + PebbleNumber(5000))
                                   .Raw(PebbleNumber(105) + PebbleNumber(41) + PebbleNumber(6000))
                                   .Add(6, 50, 10, "a", "c", 0, 0, custom)
                                   .Add(6, 51, 10, "d", "f", 0, 0, custom),
                               PebbleEdit().Number(106, 41)});
  REQUIRE(read.status.ok());
  CHECK(read.version.tables[0].backing == 40U);
  CHECK(read.version.tables[1].backing == 40U);
  CHECK((read.version.backings == std::map<uint64_t, uint64_t>{{40, 5000}}));
  CHECK(ExpectCode(ReadEdits({First().Add(6, 50, 10, "a", "c", 0, 0, custom)}).status,
                   "ManifestCorrupt") == "");
}

TEST_CASE("a largest key that does not belong to the table") {
  const uint64_t all = kMaxSequence << 8;
  for (const uint64_t kind : {15U, 19U, 20U, 21U}) {
    const std::string bounds =
        PebbleText(PebbleBound("a", 9 << 8 | 1)) + PebbleText(PebbleBound("b", all | kind));
    const Read read =
        ReadEdits({First().Raw(PebbleNumber(100) + PebbleNumber(6) + PebbleNumber(7) +
                               PebbleNumber(50) + bounds + PebbleNumber(5) + PebbleNumber(9))});
    REQUIRE(read.status.ok());
    CHECK(read.version.tables[0].bounds.excludes_largest);
  }
}

TEST_CASE("edits that no store writes are refused") {
  const auto code = [](const PebbleEdit& edit) {
    const Read read = ReadEdits({First().Add(0, 5, 100, "b", "k", 10, 19), edit});
    CHECK(read.status.info().source.ends_with("MANIFEST-000001"));
    CHECK(read.status.kind() == ErrorKind::kData);
    return read.status.code();
  };
  const std::string table = PebbleNumber(6) + PebbleNumber(8) + PebbleNumber(50) +
                            PebbleText(PebbleBound("a", 257)) + PebbleText(PebbleBound("b", 257)) +
                            "\x01\x01";

  CHECK(code(PebbleEdit().Remove(1, 5)) == "ManifestCorrupt");
  CHECK(code(PebbleEdit().Remove(0, 6)) == "ManifestCorrupt");
  CHECK(code(PebbleEdit().Add(0, 5, 1, "x", "y", 1, 2)) == "ManifestCorrupt");
  CHECK(code(PebbleEdit().Add(3, 5, 1, "x", "y", 1, 2)) == "ManifestCorrupt");  // in two levels
  CHECK(code(PebbleEdit().Add(7, 6, 1, "x", "y", 1, 2)) == "ManifestCorrupt");  // no such level
  CHECK(code(PebbleEdit().Add(2, 6, 1, "y", "x", 1, 2)) == "ManifestCorrupt");  // bounds
  CHECK(code(PebbleEdit().Add(2, 6, 1, "x", "y", 3, 2)) == "ManifestCorrupt");  // sequences
  CHECK(code(PebbleEdit().Add(2, 6, 1, "a", "m", 1, 2).Add(2, 7, 1, "k", "z", 1, 2)) ==
        "ManifestCorrupt");                                                     // overlap
  CHECK(code(PebbleEdit().Raw("\x67\x06")) == "ManifestCorrupt");               // cut
  CHECK(code(PebbleEdit().Raw(std::string(11, '\xff'))) == "ManifestCorrupt");  // no number
  CHECK(code(PebbleEdit().Raw(PebbleNumber(1) + PebbleNumber(UINT64_MAX))) == "ManifestCorrupt");
  CHECK(code(PebbleEdit().Raw(PebbleNumber(100) + PebbleNumber(6) + PebbleNumber(8) +
                              PebbleNumber(50) + PebbleText("1234567"))) == "ManifestCorrupt");
  CHECK(code(PebbleEdit().Number(11, 1)) == "ManifestTag");
  CHECK(code(PebbleEdit().Number(200, 1)) == "ManifestTag");
  CHECK(code(PebbleEdit().Raw(PebbleNumber(103) + table + PebbleNumber(65) + PebbleText("\x01") +
                              "\x01")) == "ManifestTag");
  CHECK(code(PebbleEdit().Raw(PebbleNumber(103) + table + PebbleNumber(90) + PebbleText("") +
                              "\x01")) == "ManifestTag");
  for (const uint64_t tag : {67U, 68U, 69U}) {
    CHECK(code(PebbleEdit().Raw(PebbleNumber(103) + table + PebbleNumber(tag))) ==
          "TableFormatUnsupported");
  }
  CHECK(code(PebbleEdit().Number(107, 1)) == "TableFormatUnsupported");
  CHECK(code(PebbleEdit().Number(108, 1)) == "TableFormatUnsupported");
  CHECK(code(PebbleEdit().Text(1, "another order")) == "TableFormatUnsupported");
  CHECK(ReadEdits({PebbleEdit().Log(1)}).status.code() == "ManifestCorrupt");  // of no order
}

TEST_CASE("a live table with range keys is refused, one that is gone is not") {
  const std::string range =
      PebbleText(PebbleBound("a", 9 << 8 | 21)) + PebbleText(PebbleBound("b", 9 << 8 | 21));
  const std::string with_points = PebbleNumber(104) + PebbleNumber(6) + PebbleNumber(8) +
                                  PebbleNumber(50) + "\x07" + range + range + "\x05\x09\x01";
  const std::string without = PebbleNumber(104) + PebbleNumber(6) + PebbleNumber(8) +
                              PebbleNumber(50) + std::string(1, '\0') + range + "\x05\x09\x01";
  for (const std::string& added : {with_points, without}) {
    CHECK(ExpectCode(ReadEdits({First().Raw(added)}).status, "PebbleUnexpectedKind") == "");
    CHECK(ReadEdits({First().Raw(added), PebbleEdit().Remove(6, 8)}).status.ok());
  }
}

TEST_CASE("which MANIFEST is in force") {
  const TempFolder folder;
  const auto manifest = [&folder](const std::string& name, uint64_t log) {
    WriteWholeFile(folder / name, PebbleLog::Manifest().Add(First().Log(log).bytes()).bytes());
  };
  CHECK(ExpectCode(ReadIn(folder).status, "PebbleNoManifest") == "");
  manifest("MANIFEST-000001", 1);
  CHECK(ExpectCode(ReadIn(folder).status, "PebbleNoManifest") == "");
  WriteWholeFile(folder / "CURRENT", "MANIFEST-000001\n");
  CHECK(ReadIn(folder).version.log_number == 1U);

  manifest("MANIFEST-000007", 7);
  manifest("MANIFEST-1000000", 8);
  WriteWholeFile(folder / "marker.manifest.000002.MANIFEST-000007", "");
  WriteWholeFile(folder / "marker.manifest.000001.MANIFEST-000001", "");
  WriteWholeFile(folder / "marker.format-version.000001.013", "");
  WriteWholeFile(folder / "marker.format-version.000004.016", "");
  CHECK(ReadIn(folder).version.log_number == 7U);
  CHECK(ReadIn(folder).version.format_version == 16U);
  CHECK(ReadIn(folder).version.manifest_path == folder / "MANIFEST-000007");
  WriteWholeFile(folder / "marker.manifest.1000000.MANIFEST-1000000", "");
  CHECK(ReadIn(folder).version.log_number == 8U);

  WriteWholeFile(folder / "marker.manifest.1000001.MANIFEST-000099", "");
  const Read missing = ReadIn(folder);
  CHECK(ExpectCode(missing.status, "PebbleNoManifest") == "");
  CHECK(missing.status.info().source == folder / "MANIFEST-000099");
}

TEST_CASE("nothing is read that lies outside of the directory") {
  const TempFolder outside;
  WriteWholeFile(outside / "MANIFEST-000001", PebbleLog::Manifest().Add(First().bytes()).bytes());
  for (const char* current : {"../MANIFEST-000001\n", "/etc/passwd\n", "MANIFEST-000001", "", "\n",
                              "MANIFEST-\n", "MANIFEST-000001\nMANIFEST-000001\n"}) {
    const TempFolder folder;
    WriteWholeFile(folder / "MANIFEST-000001", PebbleLog::Manifest().Add(First().bytes()).bytes());
    WriteWholeFile(folder / "CURRENT", current);
    CHECK(ExpectCode(ReadIn(folder).status, "PebbleNoManifest") == "");
  }
  const TempFolder folder;
  WriteWholeFile(folder / "marker.manifest.000001.MANIFEST-000001", "");
  REQUIRE(::symlink((outside / "MANIFEST-000001").c_str(), (folder / "MANIFEST-000001").c_str()) ==
          0);
  CHECK(ExpectCode(ReadIn(folder).status, "NotRegular") == "");
  WriteWholeFile(folder / "marker.manifest.000002.something", "");
  CHECK(ExpectCode(ReadIn(folder).status, "PebbleNoManifest") == "");
}

// What a MANIFEST says, to compare.
std::string Said(const PebbleVersion& version) {
  std::string out = std::to_string(version.log_number.value_or(0)) + "/" +
                    std::to_string(version.next_file_number) + "/" +
                    std::to_string(version.last_sequence);
  for (const PebbleTable& t : version.tables) {
    out += ";" + std::to_string(t.level) + "," + std::to_string(t.number) + "," +
           std::to_string(t.size) + "," + t.bounds.smallest + "," + t.bounds.largest + "," +
           std::to_string(t.smallest_sequence) + "," + std::to_string(t.largest_sequence);
  }
  return out;
}

struct SmallManifest {
  std::vector<PebbleEdit> edits = {First().Log(4),
                                   PebbleEdit().Add(0, 5, 100, "b", "k", 10, 19).Log(6),
                                   PebbleEdit().Add(0, 7, 200, "a", "z", 20, 30).Log(8),
                                   PebbleEdit().Remove(0, 5).Add(5, 5, 100, "b", "k", 10, 19)};
  std::string bytes;
  std::vector<size_t> ends;
  std::vector<std::string> said;  // after each edit

  SmallManifest() {
    PebbleLog log = PebbleLog::Manifest();
    std::vector<PebbleEdit> before;
    for (const PebbleEdit& edit : edits) {
      log.Add(edit.bytes());
      before.push_back(edit);
      ends.push_back(log.size());
      said.push_back(Said(ReadEdits(before).version));
    }
    bytes = log.bytes();
  }
};

TEST_CASE("a MANIFEST cut at every byte is as it was before the edit that was cut") {
  const SmallManifest manifest;
  const TempFolder folder;
  WriteWholeFile(folder / "marker.manifest.000001.MANIFEST-000001", "");
  for (size_t cut = 0; cut <= manifest.bytes.size(); ++cut) {
    WriteWholeFile(folder / "MANIFEST-000001", manifest.bytes.substr(0, cut));
    const Read read = ReadIn(folder);
    size_t whole = 0;
    while (whole < manifest.ends.size() && manifest.ends[whole] <= cut) ++whole;
    INFO("cut " << cut);
    if (whole == 0) {
      REQUIRE(ExpectCode(read.status, "ManifestCorrupt") == "");
      continue;
    }
    REQUIRE(read.status.ok());
    REQUIRE(Said(read.version) == manifest.said[whole - 1]);
    REQUIRE(read.findings.HasWarning() == (cut != manifest.ends[whole - 1]));
    REQUIRE(read.findings.by_code().contains("manifest_torn_tail") == read.findings.HasWarning());
  }
}

TEST_CASE("a flipped bit of a MANIFEST is an error, or a last edit that was cut") {
  const SmallManifest manifest;
  const TempFolder folder;
  WriteWholeFile(folder / "marker.manifest.000001.MANIFEST-000001", "");
  for (size_t at = 0; at < manifest.bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      WriteWholeFile(folder / "MANIFEST-000001", WithFlippedBit(manifest.bytes, at, bit));
      const Read read = ReadIn(folder);
      INFO("byte " << at << " bit " << bit);
      if (at < manifest.ends[2]) {
        REQUIRE(ExpectCode(read.status, "ManifestCorrupt") == "");
      } else {
        REQUIRE(read.status.ok());
        REQUIRE(Said(read.version) == manifest.said[2]);
        REQUIRE(read.findings.by_code().contains("manifest_torn_tail"));
      }
    }
  }
}

TEST_CASE("the MANIFEST of a live node") {
  const TempFolder folder;
  const std::string packed =
      ReadWholeFile(SNAPTREE_TESTDATA_DIR "/pebble/node1-MANIFEST-000001.zst");
  WriteWholeFile(folder / "MANIFEST-000001", Unzstd(packed));
  WriteWholeFile(folder / "marker.manifest.000001.MANIFEST-000001", "");
  WriteWholeFile(folder / "marker.format-version.000003.016", "");
  const Read read = ReadIn(folder);
  REQUIRE(read.status.ok());
  CHECK(read.findings.by_code().empty());
  // Those of the directory, all of them.
  CHECK(Numbers(read.version) ==
        std::vector<uint64_t>{98, 101, 108, 111, 65, 67, 77, 78, 103, 104, 105, 113});
  CHECK(read.version.log_number == 110U);
  CHECK(read.version.next_file_number == 114);
  CHECK(read.version.tables[0].size == 1067240);
  CHECK(read.version.tables[4].size == 4251860);
  CHECK(read.version.tables[4].largest_sequence == 0);
  CHECK(read.version.tables[0].bounds.smallest.starts_with("!"));
}

}  // namespace
}  // namespace snaptree::test
