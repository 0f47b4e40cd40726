#include "adapters/rawkv/row_line_parser.h"

#include <iterator>
#include <utility>

#include "adapters/common/row_lines.h"
#include "base/sha256.h"
#include "base/text.h"

namespace snaptree {
namespace {

// In the order of Member.
constexpr Slice kMemberNames[] = {
    "key", "value", "value_file", "value_size", "redis_expire_at_ms", "expire_at_hlc", "commit_ts"};

}  // namespace

std::string RowBlobName(Slice key) { return Sha256::HexOf(key) + ".bin"; }

RowLineParser::Member RowLineParser::MemberOf(Slice name) const {
  for (size_t i = 0; i < std::size(kMemberNames); ++i) {
    if (name != kMemberNames[i]) continue;
    const auto member = static_cast<Member>(i);
    if (member == Member::kRedisExpiry && !form_.has_redis_expiry) break;
    if (member == Member::kCommitTs && !form_.has_commit_ts) break;
    return member;
  }
  return Member::kUnknown;
}

// A BV: a string, or {"base64":"..."}.
Status RowLineParser::ReadBytes(const simdjson::dom::element& value, std::string* storage,
                                Slice* out) const {
  if (ToText(value, out)) {
    return IsUtf8(*out) ? Status() : Invalid("a string has a lone surrogate");
  }
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS)
    return Invalid("a value is neither a string nor {\"base64\": ...}");
  size_t members = 0;
  Slice text;
  for (const simdjson::dom::key_value_pair field : object) {
    ++members;
    if (field.key != "base64" || !ToText(field.value, &text)) members = SIZE_MAX / 2;
  }
  if (members != 1) return Invalid("an object as value has other members than one \"base64\"");
  std::optional<std::string> bytes = ParseBase64Url(text);
  if (!bytes) return Invalid("\"base64\" is not base64url without padding");
  *storage = *std::move(bytes);
  *out = *storage;
  return {};
}

Status RowLineParser::ReadNumber(Slice name, const simdjson::dom::element& value,
                                 uint64_t* out) const {
  if (ToUint64(value, out)) return {};
  return Invalid("\"" + std::string(name) + "\" is not what it should be")
      .Expected("an integer from 0 to 18446744073709551615, without fraction or exponent");
}

Status RowLineParser::ReadMember(Member member, const simdjson::dom::element& value,
                                 RowLine* line) {
  const Slice name = kMemberNames[static_cast<size_t>(member)];
  uint64_t number = 0;
  switch (member) {
    case Member::kKey:
      return ReadBytes(value, &key_, &line->key);
    case Member::kValue:
      return ReadBytes(value, &value_, &line->value);
    case Member::kValueFile:
      return ToText(value, &value_file_) ? Status() : Invalid("\"value_file\" is not a string");
    case Member::kValueSize:
      return ReadNumber(name, value, &value_size_);
    case Member::kRedisExpiry:
      SNAPTREE_TRY(ReadNumber(name, value, &number));
      line->redis_expire_at_ms = number;
      return {};
    case Member::kExpiry:
      SNAPTREE_TRY(ReadNumber(name, value, &line->expire_at_hlc));
      if (line->expire_at_hlc == 0) line->respelled = true;
      return {};
    default:
      return ReadNumber(name, value, &number);  // the encoded rows get the timestamp of the run
  }
}

Status RowLineParser::CheckValue(uint32_t seen, RowLine* line) {
  const auto has = [seen](Member member) { return (seen >> static_cast<int>(member) & 1) != 0; };
  if (has(Member::kValue) == has(Member::kValueFile))
    return Invalid("a line has one of the members \"value\" and \"value_file\"");
  if (has(Member::kValueSize) != has(Member::kValueFile))
    return Invalid("\"value_file\" and \"value_size\" stand in a line together or not at all");
  if (has(Member::kValue)) {
    line->value_bytes = line->value.size();
    if (line->value_bytes > kMaxLineValueBytes) line->respelled = true;
    return {};
  }
  const std::string expected = std::string(kRowBlobsFolder) + "/" + RowBlobName(line->key);
  if (value_file_ != expected) {
    return Invalid("\"value_file\" is not the name for the value of this key")
        .Expected("\"" + expected + "\"")
        .Found("\"" + Printable(value_file_) + "\"")
        .Next("when you changed the key, rename the file too");
  }
  line->value_path = std::string(form_.folder) + "/" + expected;
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeContent> file,
                  context_.input.source().Open(line->value_path));
  line->value_bytes = file->size();
  if (line->value_bytes != value_size_) {
    return Invalid("\"value_size\" is not the size of the file")
        .Expected(std::to_string(line->value_bytes))
        .Found(std::to_string(value_size_))
        .Next("when you changed the file, correct \"value_size\"");
  }
  if (line->value_bytes <= kMaxLineValueBytes) line->respelled = true;
  return {};
}

Status RowLineParser::Parse(Slice text, RowLine* line) {
  SNAPTREE_TRY(json_.Parse(text, form_.code));
  uint32_t seen = 0;
  for (const JsonMember& found : json_.members()) {
    const Member member = MemberOf(found.name);
    if (member == Member::kUnknown) {
      ++line->unknown_members;
      continue;
    }
    const uint32_t bit = uint32_t{1} << static_cast<int>(member);
    if ((seen & bit) != 0)
      return Invalid("the member \"" + std::string(found.name) + "\" stands there twice");
    seen |= bit;
    SNAPTREE_TRY(ReadMember(member, found.value, line));
  }
  if ((seen & 1) == 0) return Invalid("the member \"key\" is missing");
  if (line->key.empty()) return Invalid("the key is empty, and no row has such one");
  return CheckValue(seen, line);
}

}  // namespace snaptree
