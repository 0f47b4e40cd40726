// Compares ETags with the MD5 of the bytes they stand for, while those go by: spec 04 sections 2.7
// and 5.5. Reused from object to object; one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/md5.h"
#include "base/slice.h"

namespace snaptree::s3 {

// What an ETag is by its form.
struct EtagForm {
  std::optional<Md5Digest> digest;  // <32 hex digits>
  uint64_t parts = 0;               // of <32 hex digits>-<parts>; 0: of the whole body
};
// No digest: of another form.
EtagForm ParseEtag(Slice etag);

enum class EtagVerdict : uint8_t { kMatches, kDiffers, kUnverified };

class EtagCheck {
 public:
  // parts: how many the manifest has.
  void Begin(Slice etag, size_t parts);
  void Update(Slice bytes);
  void EndPart(Slice etag);
  EtagVerdict Finish();

 private:
  EtagForm form_;
  bool composite_ = false;  // the form fits the parts
  bool hash_body_ = false;  // body and part are not the same bytes
  bool hash_parts_ = false;
  bool differs_ = false;
  Md5 body_;
  Md5 part_;
  Md5 parts_;  // over the digests of the parts
};

}  // namespace snaptree::s3
