// RocksDB writes the same record log and the same batches: an independent writer to check the
// reader against, in both of its forms.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <optional>
#include <random>

#include <catch2/catch.hpp>

#include "formats/pebble/log_files.h"
#include "tests/support/pebble_replay.h"

namespace snaptree::test {
namespace {

struct Peer {
  explicit Peer(size_t recycled_logs) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.recycle_log_file_num = recycled_logs;
    // The others switch recycling off.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
    options.compression = rocksdb::kNoCompression;
    options.avoid_flush_during_shutdown = true;
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(options, folder / "db", &opened);
    if (!status.ok()) throw std::runtime_error(status.ToString());
    db.reset(opened);
  }

  // Batches of all sizes, the same again in `rows`.
  void Write(size_t batches, unsigned seed) {
    std::mt19937 random(seed);
    for (size_t i = 0; i < batches; ++i) {
      rocksdb::WriteBatch batch;
      for (size_t n = random() % 20 + 1; n > 0; --n) {
        const std::string key = "key" + std::to_string(random() % 500);
        if (random() % 4 == 0) {
          Check(batch.Delete(key));
          rows[key].reset();
          continue;
        }
        std::string value(random() % 50 == 0 ? random() % 200000 : random() % 300, '\0');
        for (char& c : value) c = static_cast<char>(random());
        Check(batch.Put(key, value));
        rows[key] = std::move(value);
      }
      if (random() % 3 == 0) Check(batch.PutLogData("log data"));
      Check(db->Write({}, &batch));
    }
  }
  // To a table: what follows goes to another log, in the file of an older one.
  void Flush() {
    Check(db->Flush({}));
    rows.clear();
  }

  std::map<std::string, std::optional<std::string>> Replayed() const {
    std::vector<LogFile> logs = *ListLogs(folder / "db");
    PebbleVersion version;
    version.log_number = logs.back().number;
    version.log_number_sequence = db->GetLatestSequenceNumber();
    const test::Replayed replayed = Replay(folder / "db", version);
    INFO(replayed.status.Message());
    REQUIRE(replayed.status.ok());
    CHECK(replayed.findings.by_code().empty());
    std::map<std::string, std::optional<std::string>> out;
    for (const auto& [key, row] : replayed.rows) {
      auto& value = out[key];
      if (IsSet(KindOf(row.trailer))) value = row.value;
    }
    return out;
  }

  static void Check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
  }

  TempFolder folder;
  std::unique_ptr<rocksdb::DB> db;
  std::map<std::string, std::optional<std::string>> rows;
};

TEST_CASE("a log that RocksDB writes") {
  Peer peer(0);
  peer.Write(2000, 1);
  CHECK((peer.Replayed() == peer.rows));
}

TEST_CASE("a log that RocksDB writes over an older one") {
  Peer peer(2);
  peer.Write(2000, 1);
  CHECK((peer.Replayed() == peer.rows));
  bool recycled = false;
  for (unsigned round = 2; round < 8; ++round) {
    peer.Flush();
    peer.Write(10 * round, round);
    CHECK((peer.Replayed() == peer.rows));
    const LogFile last = ListLogs(peer.folder / "db")->back();
    const LogRead read = ReadLog(peer.folder / ("db/" + last.name), LogKind::kWal, last.number);
    recycled = recycled || read.end == LogEnd::kRecycled;
  }
  CHECK(recycled);
}

TEST_CASE("the records of a MANIFEST that RocksDB writes") {
  Peer peer(0);
  for (unsigned round = 0; round < 5; ++round) {
    peer.Write(5, round);
    peer.Flush();
  }
  std::string current = ReadWholeFile(peer.folder / "db/CURRENT");
  current.pop_back();
  const LogRead read = ReadLog(peer.folder / ("db/" + current), LogKind::kManifest);
  CHECK(read.status.ok());
  CHECK(read.records.size() >= 6);
  CHECK(read.end == LogEnd::kEndOfFile);
  CHECK(read.end_offset == ReadWholeFile(peer.folder / ("db/" + current)).size());
}

}  // namespace
}  // namespace snaptree::test
