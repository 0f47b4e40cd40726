// The bucket rows: which buckets exist, which generation of their objects is alive (spec 04 chapter
// 3), and _bucket.json (5.2). One thread.
#pragma once

#include <optional>
#include <string>

#include "adapters/common/stored_json.h"
#include "adapters/s3/s3_cursor.h"
#include "adapters/s3/s3_names.h"
#include "adapters/s3/s3_shared.h"
#include "adapters/s3/s3_values.h"

namespace snaptree::s3 {

class BucketPass {
 public:
  explicit BucketPass(Shared* shared);
  Status Start();

  // The next bucket that has rows here; empty at the end. The view lives until Open().
  Slice NextBucket() const;
  // Takes the bucket's own rows and decides what of it is alive. names() knows the keys of its live
  // objects afterwards, if it has any that may be selected.
  Result<Bucket> Open(Slice segment);
  NamePass* names() { return &names_; }
  // Writes _bucket.json if the bucket is in the tree, and books the bucket's row.
  Status Close(const Bucket& bucket);

 private:
  // The row of the bucket's record, and what it says.
  struct Record {
    bool known = false;  // some version of it is in the input
    bool exists = false;
    bool live_row = false;  // that is not booked yet
    BucketMeta meta;        // empty when the row is damaged
  };

  Status TakeGeneration(Slice segment);
  Status TakeRecord(Slice segment);
  Status TakeLiveRecord();
  Status ChooseGeneration(Bucket* bucket);
  Result<std::optional<uint64_t>> GreatestUpload(Slice segment);
  // Gives the names of live objects to names_: of one generation, or of the greatest there is.
  // nullopt: there are none.
  Result<std::optional<uint64_t>> CollectNames(Slice segment, std::optional<uint64_t> generation);
  void ReportNames(const Bucket& bucket);
  Status WriteFile(const Bucket& bucket, Slice path);

  Shared& shared_;
  S3Cursor generations_;
  S3Cursor records_;
  S3Cursor heads_;    // for names
  S3Cursor uploads_;  // of buckets that have no heads
  NamePass names_;
  StoredJson json_;
  uint64_t counter_ = 0;  // of the generation row; 0: none
  Record record_;
};

}  // namespace snaptree::s3
