#include "base/sorted_table.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <utility>

#include "base/cancel.h"
#include "base/rocks_errors.h"

namespace snaptree {
namespace {

constexpr size_t kBlockBytes = size_t{16} << 10;
constexpr size_t kCacheBytes = size_t{8} << 20;
constexpr uint64_t kCancelCheckMask = 0xffff;

rocksdb::Options TableOptions() {
  rocksdb::Options options;
  options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = kBlockBytes;
  table.block_cache = rocksdb::NewLRUCache(kCacheBytes);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::Slice ToRocks(Slice s) { return {s.data(), s.size()}; }
Slice ToOurs(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

}  // namespace

struct SortedTable::Rep {
  explicit Rep(std::string p, const rocksdb::Options& options)
      : path(std::move(p)), reader(options) {}

  const std::string path;
  rocksdb::SstFileReader reader;
};

SortedTable::SortedTable(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
SortedTable::~SortedTable() = default;

struct SortedTable::Cursor::Rep {
  const std::string& path;
  std::unique_ptr<rocksdb::Iterator> it;
};

SortedTable::Cursor::Cursor(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
SortedTable::Cursor::~Cursor() = default;

std::unique_ptr<SortedTable::Cursor> SortedTable::NewCursor() const {
  std::unique_ptr<rocksdb::Iterator> it(rep_->reader.NewIterator(rocksdb::ReadOptions()));
  return std::unique_ptr<Cursor>(
      new Cursor(std::make_unique<Cursor::Rep>(Cursor::Rep{rep_->path, std::move(it)})));
}

Result<bool> SortedTable::Cursor::Found() const {
  if (rep_->it->Valid()) return true;
  SNAPTREE_TRY(FromRocks(rep_->it->status(), rep_->path));
  return false;
}

Result<bool> SortedTable::Cursor::Seek(Slice key) {
  rep_->it->Seek(ToRocks(key));
  return Found();
}

Result<bool> SortedTable::Cursor::Next() {
  rep_->it->Next();
  return Found();
}

Slice SortedTable::Cursor::key() const { return ToOurs(rep_->it->key()); }
Slice SortedTable::Cursor::value() const { return ToOurs(rep_->it->value()); }

struct SortedTable::Builder::Rep {
  explicit Rep(std::string p)
      : path(std::move(p)), options(TableOptions()), writer(rocksdb::EnvOptions(), options) {}

  const std::string path;
  const rocksdb::Options options;
  rocksdb::SstFileWriter writer;
  uint64_t entries = 0;
};

SortedTable::Builder::Builder(std::string path) : rep_(std::make_unique<Rep>(std::move(path))) {}

SortedTable::Builder::~Builder() {
  if (rep_->entries > 0) rocksdb::Env::Default()->DeleteFile(rep_->path).PermitUncheckedError();
}

Status SortedTable::Builder::Add(Slice key, Slice value) {
  if ((rep_->entries & kCancelCheckMask) == 0) SNAPTREE_TRY(CheckCancelled());
  if (rep_->entries == 0) SNAPTREE_TRY(FromRocks(rep_->writer.Open(rep_->path), rep_->path));
  ++rep_->entries;
  return FromRocks(rep_->writer.Put(ToRocks(key), ToRocks(value)), rep_->path);
}

Result<std::unique_ptr<SortedTable>> SortedTable::Builder::Finish() {
  if (rep_->entries == 0) return std::unique_ptr<SortedTable>();
  SNAPTREE_TRY(FromRocks(rep_->writer.Finish(), rep_->path));
  auto table = std::make_unique<SortedTable::Rep>(rep_->path, rep_->options);
  SNAPTREE_TRY(FromRocks(table->reader.Open(rep_->path), rep_->path));
  return std::unique_ptr<SortedTable>(new SortedTable(std::move(table)));
}

}  // namespace snaptree
