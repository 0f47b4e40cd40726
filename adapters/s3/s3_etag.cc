#include "adapters/s3/s3_etag.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace snaptree::s3 {
namespace {

constexpr size_t kHexDigits = 32;

}  // namespace

EtagForm ParseEtag(Slice etag) {
  EtagForm form;
  const Slice rest = etag.substr(std::min(kHexDigits, etag.size()));
  const std::optional<std::string> bytes = ParseHex(etag.substr(0, kHexDigits));
  if (!bytes || bytes->size() != std::tuple_size_v<Md5Digest>) return form;
  if (!rest.empty()) {
    const std::optional<uint64_t> parts =
        rest.starts_with('-') ? ParseU64(rest.substr(1)) : std::nullopt;
    if (!parts || *parts == 0) return form;
    form.parts = *parts;
  }
  form.digest.emplace();
  std::copy(bytes->begin(), bytes->end(), form.digest->begin());
  return form;
}

void EtagCheck::Begin(Slice etag, size_t parts) {
  form_ = ParseEtag(etag);
  const bool plain = form_.digest && form_.parts == 0;
  composite_ = form_.digest && form_.parts > 0 && form_.parts == parts;
  hash_body_ = plain && parts != 1;
  hash_parts_ = parts > 0;
  differs_ = false;
  body_.Reset();
  part_.Reset();
  parts_.Reset();
}

void EtagCheck::Update(Slice bytes) {
  if (hash_body_) body_.Update(bytes);
  if (hash_parts_) part_.Update(bytes);
}

void EtagCheck::EndPart(Slice etag) {
  const Md5Digest digest = part_.Finish();
  part_.Reset();
  parts_.Update(AsSlice(digest));
  const EtagForm form = ParseEtag(etag);
  if (form.digest && form.parts == 0 && *form.digest != digest) differs_ = true;
  // The only part of a whole body.
  if (form_.digest && form_.parts == 0 && !hash_body_ && *form_.digest != digest) differs_ = true;
}

EtagVerdict EtagCheck::Finish() {
  if (hash_body_ && body_.Finish() != *form_.digest) differs_ = true;
  if (composite_ && parts_.Finish() != *form_.digest) differs_ = true;
  if (differs_) return EtagVerdict::kDiffers;
  const bool verified = form_.digest && (form_.parts == 0 || composite_);
  return verified ? EtagVerdict::kMatches : EtagVerdict::kUnverified;
}

}  // namespace snaptree::s3
