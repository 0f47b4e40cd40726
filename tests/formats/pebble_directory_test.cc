// Pebble directories as a whole: those of recorded nodes, random ones against a model, and all that
// can be wrong with one.
#include "formats/pebble/pebble_directory.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "tests/support/damage.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/pebble_store.h"
#include "tests/support/temp_folder.h"
#include "tests/support/untar.h"

namespace snaptree::test {
namespace {

namespace fs = std::filesystem;

using Rows = std::map<std::string, std::string>;  // raw key to value

constexpr uint8_t kDelete = 0;
constexpr uint8_t kSet = 1;

OpenedSnapshot OpenDirectory(const std::string& path, const OpenInputOptions& options = {}) {
  OpenedSnapshot opened;
  Result<OpenedInput> input = OpenPebbleDirectory(path, options);
  if (!input.ok()) {
    opened.status = input.status();
    return opened;
  }
  opened.input = *std::move(input);
  Result<ScanResult> scan = ScanContainer(*opened.input.container, {});
  if (scan.ok()) {
    opened.scan = *std::move(scan);
  } else {
    opened.status = scan.status();
  }
  return opened;
}

Rows RowsOf(const OpenedSnapshot& opened) {
  if (!opened.status.ok()) throw std::runtime_error(opened.status.Message());
  Rows rows;
  for (StoredRow& row : AllRows(opened))
    if (!rows.emplace(std::move(row.key), std::move(row.value)).second)
      throw std::runtime_error("a raw key stands twice");
  return rows;
}

OpenInputOptions Salvage() {
  OpenInputOptions options;
  options.salvage = true;
  return options;
}

std::string Mvcc(const std::string& key, uint64_t commit_ts) {
  std::string raw = key;
  AppendBe64(&raw, ~commit_ts);
  return raw;
}

std::string Value(const std::string& body) { return std::string(9, '\0') + body; }

std::string Number(uint64_t v) {
  std::string bytes;
  AppendLe64(&bytes, v);
  return bytes;
}

// Names, sizes, times and contents.
std::map<std::string, std::string> Everything(const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    struct stat st {};
    REQUIRE(::lstat(entry.path().c_str(), &st) == 0);
    all[entry.path().filename()] =
        std::to_string(st.st_mtim.tv_sec) + "." + std::to_string(st.st_mtim.tv_nsec) + " " +
        std::to_string(st.st_ctim.tv_nsec) + " " + ReadWholeFile(entry.path());
  }
  struct stat st {};
  REQUIRE(::stat(folder.c_str(), &st) == 0);
  all["."] = std::to_string(st.st_mtim.tv_sec) + "." + std::to_string(st.st_mtim.tv_nsec);
  return all;
}

// A small store with a table in each of three levels, and two logs.
struct SmallStore {
  TempFolder folder;
  PebbleStoreBuilder builder{folder.path()};
  Rows rows;
  uint64_t bottom = 0;
  uint64_t middle = 0;
  uint64_t top = 0;

  SmallStore() {
    const auto put = [this](std::vector<StoreEntry>* list, const std::string& key, uint64_t seq,
                            const std::string& body) {
      list->push_back({key, Value(body), seq, kSet});
      rows[key] = Value(body);
    };
    std::vector<StoreEntry> entries;
    put(&entries, Mvcc("!redis|str|a", kT0), 0, "a at the bottom");
    put(&entries, Mvcc("!redis|str|b", kT0), 0, "b");
    put(&entries, Mvcc("!redis|str|gone", kT0), 0, "deleted further up");
    put(&entries, Mvcc("!redis|str|z", kT0), 0, std::string(5000, 'z'));
    bottom = builder.AddTable(6, entries);
    entries.clear();
    put(&entries, Mvcc("!redis|str|c", kT0), 7, "c");
    put(&entries, Mvcc("!redis|str|d", kT0), 8, "d");
    middle = builder.AddTable(5, entries);
    entries = {{Mvcc("!redis|str|gone", kT0), "", 12, kDelete}};
    rows.erase(Mvcc("!redis|str|gone", kT0));
    put(&entries, "_meta_applied_index", 13, "");
    entries.back().value = rows["_meta_applied_index"] = Number(41);
    put(&entries, "_meta_last_commit_ts", 14, "");
    entries.back().value = rows["_meta_last_commit_ts"] = Number(kT0);
    top = builder.AddTable(0, entries);
    std::vector<StoreEntry> batch;
    put(&batch, Mvcc("!redis|str|e", kT1), 15, "e of the log");
    batch.push_back({Mvcc("!redis|str|d", kT0), "", 16, kDelete});
    rows.erase(Mvcc("!redis|str|d", kT0));
    batch.push_back({"_meta_applied_index", rows["_meta_applied_index"] = Number(42), 17, kSet});
    builder.AddLog(20, {batch});
    batch = {{"_meta_last_commit_ts", rows["_meta_last_commit_ts"] = Number(kT1), 18, kSet}};
    builder.AddLog(21, {batch});
    builder.Finish(20);
  }
};

// ---- What it gives ------------------------------------------------------------------------------

TEST_CASE("levels and logs make one store, the newest entry of each key decides") {
  SmallStore store;
  const auto before = Everything(store.folder.path());
  const OpenedSnapshot opened = OpenDirectory(store.folder.path());
  REQUIRE(opened.status.ok());
  CHECK(RowsOf(opened) == store.rows);
  const ContainerInfo& info = opened.input.container->info();
  CHECK(info.format == "Pebble-16");
  CHECK(info.path == store.folder.path());
  CHECK(info.last_commit_ts == kT1);
  CHECK(info.snapshot_index == 42U);
  CHECK_FALSE(info.crc32c.has_value());
  CHECK(info.bytes > 0);
  CHECK(opened.input.file == nullptr);
  CHECK_FALSE(opened.input.container->payload_end().has_value());
  CHECK(opened.input.salvage.empty());
  CHECK_FALSE(opened.input.findings.HasWarning());
  CHECK_FALSE(opened.scan.findings.HasWarning());
  CHECK(opened.scan.applied_index == 42U);
  const OpenedSnapshot salvaged = OpenDirectory(store.folder.path(), Salvage());
  CHECK(RowsOf(salvaged) == store.rows);
  CHECK(salvaged.input.salvage.empty());
  CHECK(Everything(store.folder.path()) == before);
}

TEST_CASE("what a store says of itself is told without its rows, and with all of its blocks") {
  SmallStore store;
  for (const bool every_block : {false, true}) {
    const auto state = ReadPebbleState(store.folder.path(), {}, every_block);
    REQUIRE(state.ok());
    CHECK(state->applied_index == 42U);
    CHECK(state->last_commit_ts == kT1);
    CHECK(state->tables == 3);
    CHECK(state->bytes > 5000);
  }
  std::string bytes = ReadWholeFile(store.builder.TablePath(store.bottom));
  WriteWholeFile(store.builder.TablePath(store.bottom), WithFlippedBit(bytes, 100, 3));
  const auto damaged = ReadPebbleState(store.folder.path(), {}, true);
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.status().kind() == ErrorKind::kData);
}

TEST_CASE("all entries of an ingested table have the sequence that the MANIFEST says") {
  TempFolder folder;
  PebbleStoreBuilder builder(folder.path());
  builder.AddTable(6, {{"a", "older", 5, kSet}, {"b", "newer", 50, kSet}});
  builder.AddIngested(6, 9, {{"a", "ingested", 0, kSet}, {"b", "ingested", 0, kSet}});
  builder.AddLog(30, {{{"c", "c", 51, kSet}}});
  builder.Finish(30);
  const OpenedSnapshot opened = OpenDirectory(folder.path());
  // Two tables of one level that overlap: no store makes that, so the MANIFEST may be refused; but
  // never read wrongly.
  if (opened.status.ok()) {
    CHECK(RowsOf(opened) == Rows{{"a", "ingested"}, {"b", "newer"}, {"c", "c"}});
  }
  TempFolder other;
  PebbleStoreBuilder levels(other.path());
  levels.AddTable(6, {{"a", "older", 5, kSet}, {"b", "newer", 50, kSet}});
  levels.AddIngested(0, 9, {{"a", "ingested", 0, kSet}, {"b", "ingested", 0, kSet}});
  levels.AddLog(30, {{{"c", "c", 51, kSet}}});
  levels.Finish(30);
  CHECK(RowsOf(OpenDirectory(other.path())) == Rows{{"a", "ingested"}, {"b", "newer"}, {"c", "c"}});
}

TEST_CASE("random stores give what a map gives, from every place on, in any number of threads") {
  std::mt19937 random(4711);
  const auto below = [&random](size_t n) { return static_cast<size_t>(random() % n); };
  for (int round = 0; round < 40; ++round) {
    TempFolder folder;
    PebbleStoreBuilder builder(folder.path());
    std::map<std::string, StoreEntry> newest;
    uint64_t sequence = 1;
    const auto draw = [&](size_t n) {
      std::map<std::string, StoreEntry> drawn;
      for (size_t i = 0; i < n; ++i) {
        StoreEntry entry{"k" + std::to_string(below(400)), "", sequence++, kSet};
        entry.kind = std::array<uint8_t, 4>{kDelete, kSet, kSet, 18}[below(4)];
        if (entry.kind != kDelete)
          entry.value = std::string(below(40) == 0 ? 9000 : below(90), 'v');
        if (entry.kind != kDelete) entry.value += std::to_string(entry.sequence);
        newest[entry.key] = drawn[entry.key] = entry;
      }
      return drawn;
    };
    // The oldest below.
    for (const int level : {6, 5, 4, 0, 0, 0}) {
      if (below(4) == 0) continue;
      const auto drawn = draw(1 + below(300));
      std::vector<StoreEntry> part;
      PebbleTableOptions options;
      options.block_bytes = 100 + below(4000);
      options.index_block_bytes = 50 + below(4000);
      options.snappy = below(2) == 0;
      for (const auto& [key, entry] : drawn) {
        part.push_back(entry);
        if (below(60) != 0) continue;
        builder.AddTable(level, part, options);
        part.clear();
      }
      if (!part.empty()) builder.AddTable(level, part, options);
    }
    const uint64_t logs = below(3);
    for (uint64_t log = 0; log <= logs; ++log) {
      std::vector<std::vector<StoreEntry>> batches;
      for (size_t n = below(30); n > 0; --n) {
        std::vector<StoreEntry> batch;
        for (size_t i = 1 + below(9); i > 0; --i) batch.push_back(draw(1).begin()->second);
        batches.push_back(std::move(batch));
      }
      builder.AddLog(5000 + log, batches);
    }
    builder.Finish(5000);
    Rows expected;
    for (const auto& [key, entry] : newest)
      if (entry.kind != kDelete) expected[key] = entry.value;

    OpenInputOptions options;
    options.memory_bytes = below(2) == 0 ? size_t{1} << 20 : size_t{512} << 20;
    const OpenedSnapshot opened = OpenDirectory(folder.path(), options);
    REQUIRE(RowsOf(opened) == expected);
    const RowSource& source = opened.source();
    std::vector<Row> rows;
    std::vector<StoredRow> stored = AllRows(opened);
    const std::unique_ptr<RowCursor> cursor = source.OpenCursor(source.extent());
    for (auto batch = cursor->NextBatch(); batch.ok() && !batch->empty();
         batch = cursor->NextBatch())
      rows.insert(rows.end(), batch->begin(), batch->end());
    REQUIRE(rows.size() == stored.size());
    const auto check = [&](size_t first, size_t step) {
      ViewBuffer buffer;
      size_t wrong = 0;
      for (size_t i = first; i < rows.size(); i += step) {
        const size_t end = std::min(rows.size(), i + 1 + i % 5);
        const std::vector<StoredRow> part(stored.begin() + static_cast<std::ptrdiff_t>(i),
                                          stored.begin() + static_cast<std::ptrdiff_t>(end));
        if (RowsIn(source, {rows[i].position, rows[end - 1].end}) != part) ++wrong;
        const std::string& value = stored[i].value;
        std::string tail(value.size() - value.size() / 2, '\0');
        const Status read =
            source.ReadValue(rows[i].value_position, value.size() / 2, tail.data(), tail.size());
        if (!read.ok() || tail != value.substr(value.size() / 2)) ++wrong;
        const Result<Slice> view = source.View(rows[i].value_position, value.size(), &buffer);
        if (!view.ok() || *view != value) ++wrong;
      }
      return wrong;
    };
    std::array<size_t, 4> wrong{};
    std::vector<std::thread> threads;
    for (size_t t = 0; t < wrong.size(); ++t)
      threads.emplace_back([&, t] { wrong[t] = check(t, wrong.size()); });
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == std::array<size_t, 4>{});
  }
}

// ---- What can be wrong --------------------------------------------------------------------------

TEST_CASE("each live table that is missing is named, and salvage goes on without it") {
  for (size_t which = 0; which < 3; ++which) {
    SmallStore store;
    const uint64_t number = std::array{store.bottom, store.middle, store.top}[which];
    fs::remove(store.builder.TablePath(number));
    const Status status = OpenDirectory(store.folder.path()).status;
    REQUIRE_FALSE(status.ok());
    CHECK(status.code() == "TableMissing");
    CHECK(status.kind() == ErrorKind::kData);
    CHECK(status.info().source == store.builder.TablePath(number));
    CHECK(status.info().address.find("raw keys") != std::string::npos);
    CHECK_FALSE(status.info().next.empty());
    OpenInputOptions checkpoint;
    checkpoint.choice.checkpoint = true;
    CHECK(OpenDirectory(store.folder.path(), checkpoint).status.code() == "TableMissing");

    const OpenedSnapshot salvaged = OpenDirectory(store.folder.path(), Salvage());
    REQUIRE(salvaged.status.ok());
    const SalvageReport& report = salvaged.input.salvage;
    CHECK(report.damage.find("TableMissing") != std::string::npos);
    CHECK(report.lost_ranges == 1);
    CHECK(report.rows_kept == RowsOf(salvaged).size());
    CHECK(salvaged.finding("pebble_table_lost") != nullptr);
    const Rows rows = RowsOf(salvaged);
    CHECK(rows.contains(Mvcc("!redis|str|a", kT0)) == (which != 0));
    CHECK(rows.contains(Mvcc("!redis|str|c", kT0)) == (which != 1));
    CHECK(rows.contains(Mvcc("!redis|str|gone", kT0)) == (which == 2));
    CHECK(rows.contains(Mvcc("!redis|str|e", kT1)));
  }
}

TEST_CASE("a table of another size, or with other keys, is refused") {
  SmallStore store;
  const std::string path = store.builder.TablePath(store.middle);
  const std::string bytes = ReadWholeFile(path);
  for (const std::string& other : {bytes.substr(0, bytes.size() - 1), bytes + "x", std::string()}) {
    WriteWholeFile(path, other);
    const Status status = OpenDirectory(store.folder.path()).status;
    CHECK(status.code() == "TableCorrupt");
    CHECK(status.info().source == path);
    CHECK(RowsOf(OpenDirectory(store.folder.path(), Salvage())).size() == store.rows.size() - 1);
  }
  // The same size, whole in itself, but of another place or time.
  PebbleTable foreign;
  foreign.Add(Mvcc("!redis|str|c", kT1), Value("c"), uint64_t{7} << 8 | kSet);
  foreign.Add(Mvcc("!redis|str|d", kT0), Value("d"), uint64_t{8} << 8 | kSet);
  const std::string swapped = foreign.Finish();
  REQUIRE(swapped.size() == bytes.size());
  WriteWholeFile(path, swapped);
  const Status status = OpenDirectory(store.folder.path()).status;
  CHECK(status.code() == "TableCorrupt");
  CHECK(status.info().what.find("first key") != std::string::npos);
}

TEST_CASE("what is not live changes nothing") {
  SmallStore store;
  PebbleTable stale;
  stale.Add(Mvcc("!redis|str|stale", kT1), Value("x"), uint64_t{9} << 8 | kSet);
  WriteWholeFile(store.builder.TablePath(99), stale.Finish());
  store.builder.AddLog(19, {{{"stale", Value("x"), 3, kSet}}});
  WriteWholeFile(store.folder / "OPTIONS-000003", "text");
  WriteWholeFile(store.folder / "000042.dbtmp", "text");
  WriteWholeFile(store.folder / "marker.manifest.000000.MANIFEST-000009", "");
  CHECK(RowsOf(OpenDirectory(store.folder.path())) == store.rows);
}

TEST_CASE("a table that two edits moved and removed is not live") {
  TempFolder folder;
  PebbleStoreBuilder builder(folder.path());
  const uint64_t removed = builder.AddTable(0, {{"a", "old", 3, kSet}});
  builder.AddTable(6, {{"b", "b", 1, kSet}});
  builder.RemoveTable(0, removed);
  builder.AddLog(30, {{{"c", "c", 9, kSet}}});
  builder.Finish(30);
  fs::remove(builder.TablePath(removed));
  CHECK(RowsOf(OpenDirectory(folder.path())) == Rows{{"b", "b"}, {"c", "c"}});
}

TEST_CASE("a store of one log, never flushed") {
  TempFolder folder;
  PebbleStoreBuilder builder(folder.path());
  builder.AddLog(2, {{{"a", "1", 10, kSet}}, {{"a", "", 11, kDelete}, {"b", "b", 12, kSet}}});
  builder.Finish();
  CHECK(RowsOf(OpenDirectory(folder.path())) == Rows{{"b", "b"}});
}

TEST_CASE("a log that is needed and not there is told") {
  SmallStore store;
  fs::remove(store.builder.LogPath(20));
  const Status status = OpenDirectory(store.folder.path()).status;
  CHECK(status.code() == "WalMissing");
  CHECK(status.info().source == store.builder.LogPath(21));  // the first that is there
  const OpenedSnapshot salvaged = OpenDirectory(store.folder.path(), Salvage());
  REQUIRE(salvaged.status.ok());
  CHECK(salvaged.input.salvage.end_missing);
  // A node that is killed while it starts has named its log and not made it; a node that runs has.
  fs::remove(store.builder.LogPath(21));
  const OpenedSnapshot none = OpenDirectory(store.folder.path());
  REQUIRE(none.status.ok());
  REQUIRE(none.finding("wal_missing") != nullptr);
  CHECK(none.finding("wal_missing")->severity == Severity::kWarning);
  OpenInputOptions checkpoint;
  checkpoint.choice.checkpoint = true;
  CHECK(OpenDirectory(store.folder.path(), checkpoint).status.code() == "WalMissing");
}

TEST_CASE("a log that is cut anywhere gives the state before the batch that is cut") {
  TempFolder folder;
  PebbleStoreBuilder builder(folder.path());
  std::vector<std::vector<StoreEntry>> batches;
  std::vector<Rows> states(1);
  for (uint64_t i = 0; i < 8; ++i) {
    batches.push_back({{"k" + std::to_string(i % 3), std::to_string(i), 10 + 2 * i, kSet},
                       {"_meta_applied_index", Number(i), 11 + 2 * i, kSet}});
    states.push_back(states.back());
    for (const StoreEntry& entry : batches.back()) states.back()[entry.key] = entry.value;
  }
  builder.AddLog(2, batches);
  builder.Finish();
  const std::string bytes = ReadWholeFile(builder.LogPath(2));
  size_t known = 0;
  for (size_t n = 0; n <= bytes.size(); ++n) {
    WriteWholeFile(builder.LogPath(2), bytes.substr(0, n));
    const Rows rows = RowsOf(OpenDirectory(folder.path()));
    const auto state = std::find(states.begin(), states.end(), rows);
    REQUIRE(state != states.end());
    const auto reached = static_cast<size_t>(state - states.begin());
    CHECK(reached >= known);
    known = reached;
  }
  CHECK(known == 8);
}

TEST_CASE("every flipped bit of a small store is an error, is told, or changes nothing") {
  TempFolder folder;
  PebbleStoreBuilder builder(folder.path());
  builder.AddTable(6, {{"a", "bottom", 0, kSet}, {"b", "bottom", 0, kSet}});
  builder.AddTable(0, {{"a", "", 5, kDelete}, {"c", "c", 6, kSet}});
  builder.AddLog(30, {{{"c", "", 7, kDelete}, {"d", "d", 8, kSet}}, {{"e", "e", 9, kSet}}});
  builder.Finish(30);
  const Rows expected = RowsOf(OpenDirectory(folder.path()));
  REQUIRE(expected == Rows{{"b", "bottom"}, {"d", "d"}, {"e", "e"}});
  size_t errors = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    const std::string path = entry.path();
    const std::string bytes = ReadWholeFile(path);
    const bool is_log = path.ends_with(".log");
    const bool is_manifest = path.find("/MANIFEST-") != std::string::npos;
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        WriteWholeFile(path, WithFlippedBit(bytes, at, bit));
        const OpenedSnapshot opened = OpenDirectory(folder.path());
        if (!opened.status.ok()) {
          ++errors;
          continue;
        }
        // The last record of a log or a MANIFEST that does not hold is one that a crash cut.
        if (RowsOf(opened) == expected) continue;
        INFO(path << " byte " << at << " bit " << bit);
        CHECK((is_log || is_manifest));
        CHECK(opened.input.findings.HasWarning());
      }
    }
    WriteWholeFile(path, bytes);
  }
  CHECK(errors > 5000);
}

TEST_CASE("salvage of a flipped bit never crashes and never invents a row") {
  TempFolder folder;
  PebbleStoreBuilder builder(folder.path());
  builder.AddTable(6, {{"a", "a", 0, kSet}, {"b", "b", 0, kSet}});
  builder.AddLog(30, {{{"d", "d", 8, kSet}}, {{"e", "e", 9, kSet}}});
  builder.Finish(30);
  const Rows expected = RowsOf(OpenDirectory(folder.path()));
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    const std::string path = entry.path();
    const std::string bytes = ReadWholeFile(path);
    for (size_t at = 0; at < bytes.size(); ++at) {
      WriteWholeFile(path, WithFlippedBit(bytes, at, static_cast<int>(at % 8)));
      const OpenedSnapshot opened = OpenDirectory(folder.path(), Salvage());
      if (!opened.status.ok()) continue;
      for (const auto& row : RowsOf(opened)) CHECK(expected.contains(row.first));
    }
    WriteWholeFile(path, bytes);
  }
}

TEST_CASE("a whole table that the MANIFEST does not know, with operations that nothing else has") {
  SmallStore store;
  const auto put = [&store](uint64_t number, uint64_t sequence, size_t cut) {
    PebbleTable table;
    table.Add(Mvcc("!redis|str|new", kT1), Value("x"), sequence << 8 | kSet);
    const std::string bytes = table.Finish();
    WriteWholeFile(store.builder.TablePath(number), bytes.substr(0, bytes.size() - cut));
  };
  // Of a flush or a compaction that was interrupted: written and not named, or not even whole.
  put(99, 18, 0);
  put(98, 50, 1);
  CHECK(RowsOf(OpenDirectory(store.folder.path())) == store.rows);
  put(99, 19, 0);
  for (const bool checkpoint : {false, true}) {
    OpenInputOptions options;
    options.choice.checkpoint = checkpoint;
    const Status status = OpenDirectory(store.folder.path(), options).status;
    CHECK(status.code() == "ManifestOld");
    CHECK(status.info().source == store.builder.TablePath(99));
  }
  const OpenedSnapshot salvaged = OpenDirectory(store.folder.path(), Salvage());
  CHECK(RowsOf(salvaged) == store.rows);
  CHECK(salvaged.input.salvage.damage.find("ManifestOld") != std::string::npos);
}

TEST_CASE("what a store is known to lack is told beside its state") {
  SmallStore store;
  CHECK(ReadPebbleState(store.folder.path(), {}, false)->missing.ok());
  CHECK_FALSE(ReadPebbleState(store.folder.path(), {}, false)->is_empty);
  // A small gap.
  store.builder.AddLog(22, {{{"x", "x", 21, kSet}}});
  const std::string log = ReadWholeFile(store.builder.LogPath(21));
  WriteWholeFile(store.builder.LogPath(21), log + PebbleEndMark(21));
  const auto gap = ReadPebbleState(store.folder.path(), {}, false);
  REQUIRE(gap.ok());
  CHECK(gap->missing.code() == "PebbleIncomplete");
  CHECK(gap->missing.info().found.find("wal_sequence_gap") != std::string::npos);
  CHECK_FALSE(gap->only_end_missing);
  fs::remove(store.builder.LogPath(22));
  const auto end = ReadPebbleState(store.folder.path(), {}, false);
  REQUIRE(end.ok());
  CHECK(end->missing.info().found.find("wal_closed") != std::string::npos);
  CHECK(end->only_end_missing);
}

// ---- Without a MANIFEST -------------------------------------------------------------------------

TEST_CASE("without a MANIFEST nothing is read, but by salvage, which says that it guesses") {
  SmallStore store;
  fs::remove(store.folder / "marker.manifest.000001.MANIFEST-000001");
  const Status status = OpenDirectory(store.folder.path()).status;
  REQUIRE_FALSE(status.ok());
  CHECK(status.code() == "PebbleNoManifest");
  const OpenedSnapshot salvaged = OpenDirectory(store.folder.path(), Salvage());
  REQUIRE(salvaged.status.ok());
  CHECK(RowsOf(salvaged) == store.rows);
  CHECK(salvaged.finding("pebble_best_effort") != nullptr);
  CHECK(salvaged.input.salvage.damage.find("PebbleNoManifest") != std::string::npos);

  CHECK(status.info().found.find("MANIFEST-000001") != std::string::npos);
  CHECK(status.info().next.find("--salvage") != std::string::npos);
  CHECK(salvaged.finding("wal_sequence_gap") == nullptr);

  fs::remove(store.folder / "MANIFEST-000001");
  CHECK(RowsOf(OpenDirectory(store.folder.path(), Salvage())) == store.rows);
}

// ---- LOCK ---------------------------------------------------------------------------------------

// A process that holds the lock of a directory, as a node does.
class LockingProcess {
 public:
  explicit LockingProcess(const std::string& path) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      const int fd = ::open(path.c_str(), O_RDWR);
      struct flock lock {};
      lock.l_type = F_WRLCK;
      const bool held = ::fcntl(fd, F_SETLK, &lock) == 0;
      const ssize_t told = ::write(ready[1], held ? "y" : "n", 1);
      while (told == 1) ::pause();
      ::_exit(1);
    }
    char answer = 0;
    REQUIRE(::read(ready[0], &answer, 1) == 1);
    REQUIRE(answer == 'y');
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~LockingProcess() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  LockingProcess(const LockingProcess&) = delete;
  LockingProcess& operator=(const LockingProcess&) = delete;

  pid_t pid() const { return child_; }

 private:
  pid_t child_ = -1;
};

TEST_CASE("a directory that a process holds is refused, with its number") {
  SmallStore store;
  const auto before = Everything(store.folder.path());
  {
    const LockingProcess node(store.folder / "LOCK");
    const Status status = OpenDirectory(store.folder.path()).status;
    REQUIRE_FALSE(status.ok());
    CHECK(status.code() == "PebbleLocked");
    CHECK(status.kind() == ErrorKind::kEnvironment);
    CHECK(status.info().found.find(std::to_string(node.pid())) != std::string::npos);
    CHECK(ReadPebbleState(store.folder.path(), {}, false).status().code() == "PebbleLocked");
    OpenInputOptions forced;
    forced.choice.force_locked = true;
    const OpenedSnapshot opened = OpenDirectory(store.folder.path(), forced);
    CHECK(RowsOf(opened) == store.rows);
    CHECK(opened.finding("pebble_lock_ignored") != nullptr);
    // The lock is still the node's.
    CHECK(OpenDirectory(store.folder.path()).status.code() == "PebbleLocked");
  }
  CHECK(RowsOf(OpenDirectory(store.folder.path())) == store.rows);
  CHECK(Everything(store.folder.path()) == before);
}

TEST_CASE("a directory without LOCK is read, and none is made") {
  SmallStore store;
  fs::remove(store.folder / "LOCK");
  CHECK(RowsOf(OpenDirectory(store.folder.path())) == store.rows);
  CHECK_FALSE(fs::exists(store.folder / "LOCK"));
}

// ---- Recorded nodes -----------------------------------------------------------------------------

const std::string kRecorded = SNAPTREE_TESTDATA_DIR "/pebble1/";

TEST_CASE("node1: the rows of its store are those of its snapshot, and what came after it") {
  TempFolder folder;
  Untar(kRecorded + "node1.tar.zst", folder.path());
  const auto before = Everything(folder / "fsm.db");
  const OpenedSnapshot store = OpenDirectory(folder / "fsm.db");
  REQUIRE(store.status.ok());
  CHECK(Everything(folder / "fsm.db") == before);
  CHECK_FALSE(store.input.findings.HasWarning());
  CHECK(store.scan.applied_index == 4022U);
  const OpenedSnapshot snapshot = OpenPath(SNAPTREE_TESTDATA_DIR "/node1/0000000000000ed9.fsm.zst");
  const Rows newer = RowsOf(store);
  const Rows older = RowsOf(snapshot);
  // No row of the snapshot is missing; those of the key that the node was kept busy with are more.
  size_t missing = 0;
  for (const auto& [key, value] : older) {
    if (key.starts_with("_meta_")) continue;
    const auto found = newer.find(key);
    if (found == newer.end() || found->second != value) ++missing;
  }
  CHECK(missing == 0);
  size_t other = 0;
  for (const auto& [key, value] : newer)
    if (!older.contains(key) && key.find("zz:tick") == std::string::npos) ++other;
  CHECK(other == 0);
  CHECK(newer.size() == 23705);
  // Salvage of what is whole finds nothing to do.
  const OpenedSnapshot salvaged = OpenDirectory(folder / "fsm.db", Salvage());
  CHECK(salvaged.input.salvage.empty());
  CHECK(RowsOf(salvaged) == newer);
}

TEST_CASE("groups1: stores of a node that was killed") {
  TempFolder folder;
  for (const std::string name : {"group-1", "group-2"}) {
    Untar(kRecorded + name + ".tar.zst", folder / name);
    const OpenedSnapshot store = OpenDirectory(folder / (name + "/fsm.db"));
    REQUIRE(store.status.ok());
    const OpenedSnapshot snapshot = OpenPath(SNAPTREE_TESTDATA_DIR "/groups1/" + name + ".fsm.zst");
    REQUIRE(snapshot.status.ok());
    CHECK(store.scan.last_commit_ts > snapshot.scan.last_commit_ts);
    CHECK(*store.scan.applied_index > *snapshot.scan.applied_index);
    const Rows newer = RowsOf(store);
    size_t missing = 0;
    for (const auto& [key, value] : RowsOf(snapshot)) {
      if (key.starts_with("_meta_")) continue;
      const auto found = newer.find(key);
      if (found == newer.end() || found->second != value) ++missing;
    }
    CHECK(missing == 0);
  }
}

}  // namespace
}  // namespace snaptree::test
