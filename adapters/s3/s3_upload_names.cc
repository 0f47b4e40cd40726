#include "adapters/s3/s3_upload_names.h"

#include "adapters/s3/s3_keys.h"
#include "manifest/file_name_codec.h"

namespace snaptree::s3 {

void UploadNames::Begin() {
  by_id_.Reset();
  repeated_.Reset();
}

Status UploadNames::Add(Slice id, Slice scope) { return by_id_.Add(id, scope); }

Status UploadNames::NextRepeated() {
  Slice scope;
  Slice ignored;
  SNAPTREE_ASSIGN(more_, repeated_.Next(&scope, &ignored));
  next_ = more_ ? scope : Slice();
  return {};
}

Status UploadNames::EndOfUploads() {
  SNAPTREE_TRY(by_id_.Finish());
  std::string previous;
  Slice id;
  Slice scope;
  for (bool first = true;; first = false) {
    SNAPTREE_ASSIGN(const bool more, by_id_.Next(&id, &scope));
    if (!more) break;
    if (!first && id == previous) SNAPTREE_TRY(repeated_.Add(scope, Slice()));
    previous = id;
  }
  SNAPTREE_TRY(repeated_.Finish());
  return NextRepeated();
}

Result<std::string> UploadNames::NameOf(Slice id, Slice scope) {
  while (more_ && Slice(next_) < scope) SNAPTREE_TRY(NextRepeated());
  const bool taken = more_ && next_ == scope;
  if (!taken && !id.empty() && id != "." && id != "..") return EncodeSegment(id).name;
  return FallbackName(std::string(kUploadMetaPrefix).append(scope));
}

}  // namespace snaptree::s3
