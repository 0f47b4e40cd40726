#include "adapters/redis/redis_encoder.h"

#include <memory>
#include <string>

#include "adapters/common/file_jobs.h"
#include "adapters/redis/redis_blob_encoder.h"
#include "adapters/redis/redis_collection_encoder.h"
#include "adapters/redis/redis_encoder_notes.h"
#include "adapters/redis/redis_key_index.h"
#include "adapters/redis/redis_stream_encoder.h"
#include "adapters/redis/redis_tree_listing.h"
#include "base/coding.h"

namespace snaptree::redis {
namespace {

// What travels with a path: folder, whether the file puts the TTL row, expiry, key.
void MakeDetail(const KeyFile& file, std::string* detail) {
  detail->assign(1, static_cast<char>(file.folder));
  *detail += static_cast<char>(file.puts_ttl_row ? 1 : 0);
  AppendBe64(detail, file.expire_at_ms);
  detail->append(file.key);
}

KeyFile FileOfDetail(Slice path, Slice detail) {
  constexpr size_t kExpiryAt = 2;
  constexpr size_t kKeyAt = kExpiryAt + sizeof(uint64_t);
  return {static_cast<TypeFolder>(detail[0]), path, detail.substr(kKeyAt),
          LoadBe64(detail.data() + kExpiryAt), detail[1] != 0};
}

class FileWorker {
 public:
  explicit FileWorker(const EncodeContext& context)
      : reader_(context.input),
        rows_(context.rows.Borrow()),
        blobs_(context, *rows_),
        collections_(context, *rows_),
        streams_(context, *rows_) {}

  Status operator()(Slice path, Slice detail) {
    const KeyFile file = FileOfDetail(path, detail);
    ++records_;
    SNAPTREE_TRY(reader_.Open(path));
    switch (file.folder) {
      case TypeFolder::kStrings:
      case TypeFolder::kHll:
        return blobs_.Encode(file, reader_);
      case TypeFolder::kStreams:
        return streams_.Encode(file, reader_);
      default:
        return collections_.Encode(file, reader_);
    }
  }

  uint64_t records() const { return records_; }

 private:
  TreeReader reader_;
  const std::unique_ptr<RowWriter> rows_;
  BlobEncoder blobs_;
  CollectionEncoder collections_;
  StreamEncoder streams_;
  uint64_t records_ = 0;
};

// What has a file of its own, and the TTL rows that only all records of a key together tell.
Status EncodeFiles(const EncodeContext& context, KeyIndex* index, EncodeTotals* totals) {
  FileJobs<FileWorker> jobs(context);
  std::string detail;
  const std::unique_ptr<RowWriter> ttl_rows = context.rows.Borrow();
  std::string key;
  std::string value;
  const auto take_file = [&](const KeyFile& file) {
    MakeDetail(file, &detail);
    return jobs.Add(file.path, detail);
  };
  const auto take_ttl = [&](const KeyFile& file, uint64_t line) {
    ttl_rows->From(file.path, line);
    return PutTtlRow(*ttl_rows, file, file.expire_at_ms, &key, &value);
  };
  SNAPTREE_TRY(index->ForEachFile(take_file, take_ttl));
  SNAPTREE_TRY(jobs.Finish());
  for (const std::unique_ptr<FileWorker>& worker : jobs.workers())
    totals->records += worker->records();
  return {};
}

}  // namespace

Result<EncodeTotals> EncodeRedis(const EncodeContext& context) {
  EncodeTotals totals;
  KeyIndex index(context);
  {
    LineFiles line_files(context);
    SNAPTREE_TRY(ListRedisTree(context, &index, &line_files));
    SNAPTREE_TRY(line_files.Encode(&index));
  }
  SNAPTREE_TRY(index.AddLineFiles());
  SNAPTREE_TRY(EncodeFiles(context, &index, &totals));
  totals.records += index.lines();
  return totals;
}

}  // namespace snaptree::redis
