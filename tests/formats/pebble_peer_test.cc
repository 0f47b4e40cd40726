// Stores that RocksDB wrote, an independent peer: its levels, deletions, kept versions and
// write-ahead logs. Only the MANIFEST is ours, with what RocksDB says of its tables: it writes
// fields there that Pebble does not know.
#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "formats/pebble/pebble_directory.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/pebble_store.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

namespace fs = std::filesystem;

using Rows = std::map<std::string, std::string>;

rocksdb::Options PeerOptions(uint32_t seed) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = seed % 2 == 0 ? rocksdb::kSnappyCompression : rocksdb::kNoCompression;
  options.target_file_size_base = 8 << 10;
  options.max_bytes_for_level_base = 32 << 10;
  options.level0_file_num_compaction_trigger = 3;
  options.num_levels = 7;
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 2;
  table.checksum = seed % 3 == 0 ? rocksdb::kxxHash64 : rocksdb::kCRC32c;
  table.block_size = 512;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// Writes at random, keeping versions alive now and then; what it must hold in the end.
Rows Fill(rocksdb::DB* db, uint32_t seed) {
  std::mt19937 random(seed);
  Rows rows;
  const rocksdb::Snapshot* kept = nullptr;
  const auto must = [](const rocksdb::Status& status) { REQUIRE(status.ok()); };
  for (int i = 0; i < 4000; ++i) {
    const std::string key = "key" + std::to_string(random() % 700);
    const auto what = random() % 100;
    if (what < 25) {
      must(db->Delete({}, key));
      rows.erase(key);
    } else {
      const std::string value = std::to_string(i) + std::string(random() % 100, 'v');
      must(db->Put({}, key, value));
      rows[key] = value;
    }
    if (random() % 400 == 0) must(db->Flush({}));
    if (random() % 900 == 0) {
      if (kept != nullptr) db->ReleaseSnapshot(kept);
      kept = db->GetSnapshot();
    }
  }
  if (kept != nullptr) db->ReleaseSnapshot(kept);
  return rows;
}

// Copies tables and logs, and writes a MANIFEST for them.
void TakeOver(rocksdb::DB* db, const std::string& from, const std::string& to) {
  std::vector<rocksdb::LiveFileMetaData> tables;
  db->GetLiveFilesMetaData(&tables);
  PebbleStoreBuilder builder(to);
  int deepest = 0;
  for (const rocksdb::LiveFileMetaData& table : tables) {
    deepest = std::max(deepest, table.level);
    builder.AddEdit({table.level, table.file_number, table.size, table.smallestkey,
                     table.largestkey, table.smallest_seqno, table.largest_seqno});
    fs::copy_file(from + table.name, builder.TablePath(table.file_number));
  }
  CHECK(deepest > 0);
  uint64_t first_log = UINT64_MAX;
  rocksdb::VectorLogPtr logs;
  REQUIRE(db->GetSortedWalFiles(logs).ok());
  for (const auto& log : logs) {
    if (log->Type() != rocksdb::kAliveLogFile) continue;
    first_log = std::min(first_log, log->LogNumber());
    fs::copy_file(from + log->PathName(), builder.LogPath(log->LogNumber()));
  }
  REQUIRE(first_log != UINT64_MAX);
  builder.SetLastSequence(db->GetLatestSequenceNumber());
  builder.Finish(first_log);
}

TEST_CASE("what RocksDB wrote is read as RocksDB reads it") {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    const TempFolder folder;
    const std::string peer = folder / "peer";
    const std::string store = folder / "store";
    fs::create_directories(store);
    rocksdb::DB* raw = nullptr;
    REQUIRE(rocksdb::DB::Open(PeerOptions(seed), peer, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    const Rows truth = Fill(db.get(), seed);
    // The end of the last log is on its way to the file otherwise.
    REQUIRE(db->FlushWAL(true).ok());
    REQUIRE(db->DisableFileDeletions().ok());
    REQUIRE(db->PauseBackgroundWork().ok());
    TakeOver(db.get(), peer, store);
    Result<OpenedInput> opened = OpenPebbleDirectory(store, {});
    INFO((opened.ok() ? std::string() : opened.status().Message()));
    REQUIRE(opened.ok());
    const std::unique_ptr<ScanCursor> scan = opened->container->OpenScan();
    Rows rows;
    for (;;) {
      const auto batch = scan->NextBatch();
      REQUIRE(batch.ok());
      if (batch->empty()) break;
      for (const Row& row : *batch)
        rows.emplace(row.key, CopyOf(opened->container->rows(), row).value);
    }
    CHECK(rows == truth);
    REQUIRE(ReadPebbleState(store, {}, /*every_block=*/true).ok());
  }
}

}  // namespace
}  // namespace snaptree::test
