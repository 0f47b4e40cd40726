// Rows that no object has: chunks of unfinished or replaced uploads, and everything of other
// generations and of deleted buckets. Counted; with --include-orphans or --salvage also written:
// spec 04 section 5.7.
#pragma once

#include "adapters/s3/s3_cursor.h"
#include "adapters/s3/s3_shared.h"
#include "adapters/s3/s3_values.h"
#include "formats/value_ref.h"

namespace snaptree::s3 {

class OrphanRows {
 public:
  explicit OrphanRows(Shared* shared) : shared_(*shared) {}

  // A live chunk row that belongs to nothing: written if that is wanted, and booked.
  Status Blob(const Bucket& bucket, const S3Cursor& row);
  Status Reference(const Bucket& bucket, const S3Cursor& row);
  // A head row of another generation, or of a deleted bucket.
  Status Head(const Bucket& bucket, const S3Cursor& row);

  // A live chunk row of an object that cannot be put together: a piece with --salvage, else a
  // damaged row.
  Status KeepBlob(const Bucket& bucket, const S3Cursor& row, const Status& why);
  Status KeepReference(const Bucket& bucket, const S3Cursor& row, const Status& why);
  Status WriteHead(const Bucket& bucket, const S3Key& key, const ValueRef& value);

 private:
  bool Writes(const Bucket& bucket) const {
    return WritesOrphans(shared_.context, shared_.options) && !bucket.orphan_folder.empty();
  }
  void Count(const Bucket& bucket, uint64_t bytes);
  // False: the data is not there, or damaged.
  Result<bool> WriteReference(const Bucket& bucket, const S3Cursor& row, const ChunkRef& ref);
  Status Book(const S3Cursor& row, RowLedger::Place place);
  Status Write(const Bucket& bucket, Slice path, const ValueRef& value);

  Shared& shared_;
};

}  // namespace snaptree::s3
