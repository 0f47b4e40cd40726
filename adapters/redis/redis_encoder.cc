#include "adapters/redis/redis_encoder.h"

#include <memory>
#include <string>

#include "adapters/common/file_jobs.h"
#include "adapters/redis/redis_blob_encoder.h"
#include "adapters/redis/redis_collection_encoder.h"
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

}  // namespace

Result<EncodeTotals> EncodeRedis(const EncodeContext& context) {
  KeyIndex index(context);
  SNAPTREE_TRY(ListRedisTree(context, &index));
  SNAPTREE_TRY(index.AddLineFiles());
  FileJobs<FileWorker> jobs(context);
  std::string detail;
  SNAPTREE_TRY(index.ForEachFile([&](const KeyFile& file) {
    MakeDetail(file, &detail);
    return jobs.Add(file.path, detail);
  }));
  SNAPTREE_TRY(jobs.Finish());
  EncodeTotals totals;
  for (const std::unique_ptr<FileWorker>& worker : jobs.workers())
    totals.records += worker->records();
  return totals;
}

}  // namespace snaptree::redis
