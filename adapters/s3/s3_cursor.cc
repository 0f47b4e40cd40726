#include "adapters/s3/s3_cursor.h"

#include "base/text.h"

namespace snaptree::s3 {

S3Cursor::S3Cursor(const DecodeContext& context, FamilyId family, KeyLayout layout,
                   MisfitRows* misfits)
    : prefix_size_(Families()[family].prefix.size()),
      layout_(layout),
      family_(family),
      misfits_(misfits),
      cursor_(context.source, context.scan, family_) {}

S3Cursor::S3Cursor(const DecodeContext& context, FamilyId family, KeyLayout layout, Extent extent)
    : prefix_size_(Families()[family].prefix.size()),
      layout_(layout),
      family_(family),
      misfits_(nullptr),
      cursor_(context.source, context.scan, std::vector<FamilyExtent>{{extent, /*mixed=*/true}},
              family_) {}

Result<bool> S3Cursor::IsUsable() {
  const KeyShape shape = ParseTail(row_.key.substr(prefix_size_), layout_, &key_);
  const bool books = misfits_ != nullptr && row_.IsLive();
  if (shape != KeyShape::kGood) {
    if (books) SNAPTREE_TRY(misfits_->Add(family_, row_, shape));
    return false;
  }
  if (key_.bucket == good_bucket_) return true;
  if (!IsUtf8(SegmentText(key_.bucket))) {
    if (books) SNAPTREE_TRY(misfits_->AddBadBucketName(family_, row_));
    return false;
  }
  good_bucket_ = key_.bucket;
  return true;
}

Status S3Cursor::Advance() {
  for (;;) {
    SNAPTREE_ASSIGN(valid_, cursor_.Next(&row_));
    if (!valid_) return {};
    SNAPTREE_ASSIGN(const bool usable, IsUsable());
    if (usable) return {};
  }
}

Status S3Cursor::SeekTo(Slice tail) {
  while (valid_ && key_.tail < tail) SNAPTREE_TRY(Advance());
  return {};
}

Result<bool> S3Cursor::FindLive(Slice place, Slice tail) {
  SNAPTREE_TRY(SeekTo(place));
  while (IsIn(place)) {
    if (key_.tail == tail && row_.IsLive()) return true;
    SNAPTREE_TRY(Advance());
  }
  return false;
}

}  // namespace snaptree::s3
