// The merge of a Pebble directory's runs against a model, and cursors at every place.
#include "formats/pebble/pebble_rows.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {
namespace {

struct Entry {
  std::string key;
  std::string value;
  uint64_t sequence = 0;
  EntryKind kind = EntryKind::kSet;
};

// A run in memory. Positions leave gaps; batches are of odd sizes, and each dies with the next.
class MemoryRun {
 public:
  explicit MemoryRun(std::vector<Entry> entries, size_t batch = 3)
      : entries_(std::move(entries)), batch_(batch) {
    uint64_t position = 1000;
    for (const Entry& entry : entries_) {
      positions_.push_back(position);
      position += 1 + (position * 7 + entry.key.size()) % 5;
    }
    positions_.push_back(position);
  }

  Extent extent() const { return {positions_.front(), positions_.back()}; }

  std::unique_ptr<EntryCursor> OpenCursor(Extent stretch) const {
    const auto at = std::lower_bound(positions_.begin(), positions_.end(), stretch.begin);
    REQUIRE((at != positions_.end() && *at == stretch.begin));
    return std::make_unique<Cursor>(*this, static_cast<size_t>(at - positions_.begin()),
                                    stretch.end);
  }

  uint64_t Seek(Slice key) const {
    size_t at = 0;
    while (at < entries_.size() && entries_[at].key < key) ++at;
    return positions_[at < 2 ? 0 : at - 2];  // a few smaller ones first
  }

 private:
  class Cursor : public EntryCursor {
   public:
    Cursor(const MemoryRun& run, size_t at, uint64_t end) : run_(run), at_(at), end_(end) {}

    Result<std::span<const Row>> NextBatch() override {
      texts_ = std::make_unique<std::vector<std::pair<std::string, std::string>>>();
      texts_->reserve(run_.batch_);
      rows_.clear();
      trailers_.clear();
      while (rows_.size() < run_.batch_ && at_ < run_.entries_.size() &&
             run_.positions_[at_] < end_) {
        const Entry& entry = run_.entries_[at_];
        const auto& text = texts_->emplace_back(entry.key, entry.value);
        Row& row = rows_.emplace_back();
        row.key = text.first;
        row.value = text.second;
        row.value_size = text.second.size();
        row.value_position = at_;
        row.position = run_.positions_[at_];
        row.end = run_.positions_[at_ + 1];
        trailers_.push_back(TrailerOf(entry.sequence, entry.kind));
        ++at_;
      }
      return std::span<const Row>(rows_);
    }
    std::span<const uint64_t> trailers() const override { return trailers_; }

   private:
    const MemoryRun& run_;
    size_t at_;
    uint64_t end_;
    std::unique_ptr<std::vector<std::pair<std::string, std::string>>> texts_;
    std::vector<Row> rows_;
    std::vector<uint64_t> trailers_;
  };

  friend class MemoryRuns;
  std::vector<Entry> entries_;
  std::vector<uint64_t> positions_;
  size_t batch_;
};

class MemoryRuns : public EntryRuns {
 public:
  explicit MemoryRuns(std::vector<MemoryRun> runs) : runs_(std::move(runs)) {}

  size_t size() const override { return runs_.size(); }
  Extent ExtentOf(size_t run) const override { return runs_[run].extent(); }
  uint64_t StoredBytes(size_t run) const override { return runs_[run].entries_.size() * 10; }
  std::unique_ptr<EntryCursor> OpenCursor(size_t run, Extent stretch) const override {
    return runs_[run].OpenCursor(stretch);
  }
  Result<uint64_t> Seek(size_t run, Slice raw_key) const override {
    return runs_[run].Seek(raw_key);
  }
  uint64_t ValueBase(size_t run) const override { return run << 32; }
  Status ReadValue(uint64_t address, uint64_t from, char* out, size_t n) const override {
    Value(address).substr(from, n).copy(out, n);
    return {};
  }
  Result<Slice> View(uint64_t address, size_t n, ViewBuffer* /*buffer*/) const override {
    return Slice(Value(address)).substr(0, n);
  }
  const std::string& name() const override { return name_; }
  const std::string& FileOf(uint64_t /*address*/) const override { return name_; }
  uint64_t OffsetOf(uint64_t address) const override { return address & 0xffffffff; }

 private:
  const std::string& Value(uint64_t address) const {
    return runs_[address >> 32].entries_[address & 0xffffffff].value;
  }

  const std::string name_ = "store";
  std::vector<MemoryRun> runs_;
};

std::vector<StoredRow> ScanAll(PebbleRows* rows) {
  std::vector<StoredRow> all;
  const std::unique_ptr<ScanCursor> scan = rows->OpenScan();
  uint64_t position = 0;
  uint64_t read = 0;
  for (;;) {
    const auto batch = scan->NextBatch();
    REQUIRE(batch.ok());
    if (batch->empty()) break;
    for (const Row& row : *batch) {
      CHECK(row.position == position);
      CHECK(row.end == position + kRowFraming + row.key.size() + row.value_size);
      position = row.end;
      all.push_back(CopyOf(*rows, row));
    }
    CHECK(scan->bytes_read() >= read);
    read = scan->bytes_read();
  }
  Findings findings;
  REQUIRE(scan->Finish(&findings).ok());
  CHECK(rows->extent().end == position);
  return all;
}

PebbleRows RowsOf(std::vector<MemoryRun> runs, size_t memory = 1 << 20) {
  return PebbleRows(std::make_shared<MemoryRuns>(std::move(runs)), memory);
}

std::vector<std::string> Texts(const std::vector<StoredRow>& rows) {
  std::vector<std::string> texts;
  for (const StoredRow& row : rows) texts.push_back(row.key + "=" + row.value);
  return texts;
}

using Strings = std::vector<std::string>;

TEST_CASE("of each raw key the entry with the greatest sequence decides, whatever its level") {
  PebbleRows rows = RowsOf({
      MemoryRun({{"a", "deep but newest", 90}, {"b", "old", 1}, {"d", "kept", 2}}),
      MemoryRun({{"a", "older", 50}, {"b", "", 60, EntryKind::kDelete}, {"c", "c", 61}}),
      MemoryRun({{"b", "put back", 70, EntryKind::kSetWithDelete},
                 {"c", "", 71, EntryKind::kDeleteSized},
                 {"e", "", 72, EntryKind::kSingleDelete}}),
  });
  CHECK(Texts(ScanAll(&rows)) == Strings{"a=deep but newest", "b=put back", "d=kept"});
}

TEST_CASE("older entries of a key in one run, over its batches, are passed over") {
  PebbleRows rows =
      RowsOf({MemoryRun({{"a", "3", 3}, {"a", "2", 2}, {"a", "1", 1}, {"b", "b", 9}}, 1),
              MemoryRun({{"a", "0", 0}, {"b", "", 10, EntryKind::kDelete}, {"b", "8", 8}}, 2)});
  CHECK(Texts(ScanAll(&rows)) == Strings{"a=3"});
}

TEST_CASE("the same entry in a table and in a log is one row") {
  PebbleRows rows = RowsOf({MemoryRun({{"a", "a", 5}}), MemoryRun({{"a", "a", 5}})});
  CHECK(Texts(ScanAll(&rows)) == Strings{"a=a"});
}

TEST_CASE("an empty raw key is a key like any other") {
  PebbleRows rows = RowsOf({MemoryRun({{"", "2", 2}, {"", "1", 1}, {"a", "a", 3}})});
  CHECK(Texts(ScanAll(&rows)) == Strings{"=2", "a=a"});
}

TEST_CASE("a store without runs, and one of deletions alone, have no rows") {
  PebbleRows none = RowsOf({});
  CHECK(ScanAll(&none).empty());
  PebbleRows deleted = RowsOf({MemoryRun({{"a", "", 2, EntryKind::kDelete}, {"a", "x", 1}})});
  CHECK(ScanAll(&deleted).empty());
  CHECK(deleted.extent().size() == 0);
}

TEST_CASE("operations that no elastickv writes are refused by name, superseded ones too") {
  for (const EntryKind kind : {EntryKind::kMerge, EntryKind::kRangeDelete, EntryKind::kRangeKeySet,
                               EntryKind::kExcise, EntryKind::kSeparator}) {
    PebbleRows rows =
        RowsOf({MemoryRun({{"a", "a", 9}, {"b", "x", 3, kind}}), MemoryRun({{"b", "b", 4}})});
    const std::unique_ptr<ScanCursor> scan = rows.OpenScan();
    Status status;
    for (;;) {
      const auto batch = scan->NextBatch();
      if (batch.ok() && !batch->empty()) continue;
      status = batch.ok() ? Status::Ok() : batch.status();
      break;
    }
    REQUIRE_FALSE(status.ok());
    CHECK(status.code() == "PebbleUnexpectedKind");
    CHECK(status.info().source == "store");
  }
}

// Runs with random sequences, deletions and values, as a store could never make them all.
struct RandomStore {
  std::vector<std::vector<Entry>> runs;
  std::map<std::string, std::string> truth;
};

RandomStore Random(std::mt19937* random) {
  const auto below = [random](size_t n) { return static_cast<size_t>((*random)() % n); };
  RandomStore store;
  store.runs.resize(1 + below(6));
  std::map<std::string, Entry> newest;
  std::vector<uint64_t> sequences(20 + below(400));
  for (size_t i = 0; i < sequences.size(); ++i) sequences[i] = i;
  std::shuffle(sequences.begin(), sequences.end(), *random);
  const size_t alphabet = 1 + below(4);
  const bool in_stretches = below(2) == 0;
  for (const uint64_t sequence : sequences) {
    Entry entry;
    for (size_t n = below(6); n > 0; --n)
      entry.key += static_cast<char>('a' + static_cast<char>(below(alphabet)));
    entry.sequence = sequence;
    entry.kind = below(3) == 0   ? EntryKind::kDelete
                 : below(2) == 0 ? EntryKind::kSet
                                 : EntryKind::kSetWithDelete;
    if (IsSet(entry.kind)) entry.value = std::to_string(sequence) + std::string(below(40), 'v');
    const size_t run =
        in_stretches ? std::hash<std::string>()(entry.key.substr(0, 2)) : below(1000);
    store.runs[run % store.runs.size()].push_back(entry);
    Entry& known = newest[entry.key];
    if (known.sequence <= sequence) known = entry;
  }
  for (auto& run : store.runs) {
    std::sort(run.begin(), run.end(), [](const Entry& a, const Entry& b) {
      return a.key != b.key ? a.key < b.key : a.sequence > b.sequence;
    });
  }
  for (const auto& [key, entry] : newest)
    if (IsSet(entry.kind)) store.truth[key] = entry.value;
  return store;
}

TEST_CASE("random runs give what a map gives, from every place on") {
  std::mt19937 random(20260722);
  for (int round = 0; round < 300; ++round) {
    const RandomStore store = Random(&random);
    std::vector<MemoryRun> runs;
    for (const auto& entries : store.runs) runs.emplace_back(entries, 1 + random() % 9);
    // Some stores remember many places, some few.
    PebbleRows rows = RowsOf(std::move(runs), random() % 2 == 0 ? 0 : 1 << 20);
    const std::vector<StoredRow> all = ScanAll(&rows);
    Strings expected;
    for (const auto& [key, value] : store.truth) expected.push_back(key + "=" + value);
    REQUIRE(Texts(all) == expected);
    REQUIRE(Texts(ScanAll(&rows)) == expected);  // a second pass learns nothing else
    REQUIRE(RowsIn(rows, rows.extent()) == all);
    std::vector<uint64_t> positions{0};
    for (const StoredRow& row : all)
      positions.push_back(positions.back() + kRowFraming + row.key.size() + row.value.size());
    for (int cut = 0; cut < 10; ++cut) {
      const size_t begin = random() % positions.size();
      const size_t end = begin + random() % (positions.size() - begin);
      const std::vector<StoredRow> part(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                        all.begin() + static_cast<std::ptrdiff_t>(end));
      REQUIRE(RowsIn(rows, {positions[begin], positions[end]}) == part);
    }
  }
}

TEST_CASE("places lead back into runs of any length, also when half of them are dropped") {
  // Some 6 MB of rows, with versions of the same keys in all runs and stretches of deletions.
  std::mt19937 random(7);
  std::vector<std::vector<Entry>> entries(3);
  std::map<std::string, std::string> truth;
  uint64_t sequence = 0;
  for (int i = 0; i < 30000; ++i) {
    char key[16];
    std::snprintf(key, sizeof key, "key%08d", i);
    const bool deleted = i % 5000 < 700;
    for (size_t run = 0; run < entries.size(); ++run) {
      if (run > 0 && random() % 3 == 0 && !deleted) continue;
      const bool is_set = !deleted || run + 1 < entries.size();
      for (int version = run == 1 ? 2 : 1; version > 0; --version) {
        const std::string value = is_set ? std::string(random() % 160, 'x') : std::string();
        const uint64_t at = ++sequence * 2 + static_cast<uint64_t>(version);
        entries[run].push_back({key, value, at, is_set ? EntryKind::kSet : EntryKind::kDelete});
      }
    }
  }
  std::map<std::string, std::pair<uint64_t, const Entry*>> newest;
  for (auto& run : entries) {
    std::stable_sort(run.begin(), run.end(), [](const Entry& a, const Entry& b) {
      return a.key != b.key ? a.key < b.key : a.sequence > b.sequence;
    });
    for (const Entry& entry : run) {
      auto& known = newest[entry.key];
      if (known.second == nullptr || known.first < entry.sequence) known = {entry.sequence, &entry};
    }
  }
  Strings expected;
  for (const auto& [key, entry] : newest)
    if (IsSet(entry.second->kind)) expected.push_back(key + "=" + entry.second->value);
  for (const size_t memory : {size_t{0}, size_t{1} << 20}) {
    std::vector<MemoryRun> runs;
    for (const auto& run : entries) runs.emplace_back(run, 50);
    PebbleRows rows = RowsOf(std::move(runs), memory);
    const std::vector<StoredRow> all = ScanAll(&rows);
    REQUIRE(Texts(all) == expected);
    uint64_t position = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      const uint64_t end = position + kRowFraming + all[i].key.size() + all[i].value.size();
      if (i % 37 == 0) REQUIRE(RowsIn(rows, {position, end}) == std::vector<StoredRow>{all[i]});
      position = end;
    }
  }
}

TEST_CASE("a cursor at a raw key gives the merged rows from there on") {
  PebbleRows rows =
      RowsOf({MemoryRun({{"a", "1", 1}, {"b", "1", 2}, {"k", "old", 3}, {"z", "z", 4}}),
              MemoryRun({{"k", "new", 9}, {"l", "", 10, EntryKind::kDelete}}),
              MemoryRun({{"l", "l", 5}})});
  auto cursor = rows.OpenCursorAt("k");
  REQUIRE(cursor.ok());
  Strings found;
  for (;;) {
    const auto batch = (*cursor)->NextBatch();
    REQUIRE(batch.ok());
    if (batch->empty()) break;
    for (const Row& row : *batch)
      if (row.key >= "k") found.push_back(std::string(row.key) + "=" + std::string(row.value));
  }
  CHECK(found == Strings{"k=new", "z=z"});
}

}  // namespace
}  // namespace snaptree::test
