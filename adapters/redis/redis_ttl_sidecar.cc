#include "adapters/redis/redis_ttl_sidecar.h"

#include <algorithm>
#include <string>
#include <utility>

#include "adapters/common/read_lines.h"
#include "adapters/common/stored_json.h"
#include "adapters/redis/redis_elements_json.h"
#include "adapters/redis/redis_encoder_notes.h"
#include "adapters/redis/redis_values.h"
#include "manifest/file_name_codec.h"

namespace snaptree::redis {
namespace {

// A name of 240 bytes, each of them an escape, and blanks.
constexpr uint64_t kLongestLine = uint64_t{64} << 10;

class SidecarReader {
 public:
  SidecarReader(const EncodeContext& context, Slice path, const TakeTtlLine& take)
      : context_(context), path_(path), take_(take) {}

  Status TakeLine(Slice text);

 private:
  Status ReadMember(const JsonMember& member, bool* has_name, bool* has_expiry, TtlLine* line);

  const EncodeContext& context_;
  const Slice path_;
  const TakeTtlLine& take_;
  StoredJson json_;
  std::string canonical_;
};

Status SidecarReader::ReadMember(const JsonMember& member, bool* has_name, bool* has_expiry,
                                 TtlLine* line) {
  const bool is_name = member.name == "key";
  if (!is_name && member.name != "expire_at_ms") return WarnUnknownMembers(context_, path_, 1);
  if (std::exchange(is_name ? *has_name : *has_expiry, true)) {
    return JsonInvalid("the member \"" + std::string(member.name) + "\" stands there twice");
  }
  if (is_name) {
    Slice name;
    if (!ToText(member.value, &name)) return JsonInvalid("\"key\" is not a string");
    SNAPTREE_TRY(CanonicalName(name, &canonical_));
    line->canonical_name = canonical_;
    line->is_canonical = canonical_ == name;
    return {};
  }
  if (IsJsonNull(member.value)) return {};
  uint64_t ms = 0;
  if (!ToUint64(member.value, &ms)) {
    return JsonInvalid("\"expire_at_ms\" is not what it should be")
        .Expected("an integer from 0 to 18446744073709551615, without fraction or exponent");
  }
  line->expire_at_ms = std::min(ms, kMaxExpiryMs);
  return ms > kMaxExpiryMs ? WarnClamped(context_, path_) : Status();
}

Status SidecarReader::TakeLine(Slice text) {
  SNAPTREE_TRY(json_.Parse(text, "RedisEncodeInvalidJSON"));
  TtlLine line;
  bool has_name = false;
  bool has_expiry = false;
  for (const JsonMember& member : json_.members())
    SNAPTREE_TRY(ReadMember(member, &has_name, &has_expiry, &line));
  if (!has_name) return JsonInvalid("the member \"key\" is missing");
  return take_(line);
}

}  // namespace

Status CanonicalName(Slice name, std::string* canonical) {
  if (name.size() <= kMaxSegmentBytes && HasFallbackShape(name)) {
    canonical->assign(name);
    return {};
  }
  SNAPTREE_ASSIGN(const std::string key, DecodeSegment(name));
  EncodeSegmentTo(key, canonical);
  return {};
}

Status ReadTtlSidecar(const EncodeContext& context, Slice path, const TakeTtlLine& take) {
  SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, context.input.source().Find(path));
  if (!kind || *kind == EntryKind::kFolder) return {};  // the listing tells of folders
  SidecarReader reader(context, path, take);
  const auto take_line = [&](Slice line, const LineReader& lines) {
    return context.findings.TakeError(lines.At(reader.TakeLine(line)));
  };
  return ReadLines(context, std::string(path), kLongestLine, take_line);
}

}  // namespace snaptree::redis
