#include "adapters/dynamodb/dynamodb_item_message.h"

#include "adapters/common/row_writer.h"
#include "adapters/dynamodb/dynamodb_messages.h"
#include "adapters/dynamodb/dynamodb_value_checks.h"
#include "base/base64.h"
#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

constexpr size_t kKeptBytes = size_t{1} << 20;
// The exact limit is the row's; this only keeps what is far too large out of memory.
constexpr uint64_t kSlackBytes = 4096;
constexpr size_t kFieldBytes = 11;  // at most, of a tag and a length

constexpr char TagOf(uint32_t number) { return static_cast<char>(number << 3 | 2); }
constexpr char kEntryTag = TagOf(1);  // also of the elements of lists and sets
constexpr char kNameTag = TagOf(1);
constexpr char kValueTag = TagOf(2);

struct TypeName {
  Slice name;
  uint32_t member;
};
constexpr TypeName kTypes[] = {{"S", kS},       {"N", kN},       {"B", kB},   {"M", kM},
                               {"L", kL},       {"BOOL", kBool}, {"SS", kSs}, {"NS", kNs},
                               {"NULL", kNull}, {"BS", kBs}};

uint32_t MemberOf(Slice type) {
  for (const TypeName& known : kTypes) {
    if (known.name == type) return known.member;
  }
  return 0;
}

const char* ValueOf(uint32_t member) {
  switch (member) {
    case kS:
    case kN:
      return "a string";
    case kB:
      return "a string in base64";
    case kBool:
    case kNull:
      return "true or false";
    case kL:
      return "an array of attribute values";
    case kM:
      return "an object of attribute values";
    default:
      return "an array of strings";
  }
}

}  // namespace

void ItemMessage::Begin(const KeySchema* schema) {
  schema_ = schema;
  if (out_.capacity() > kKeptBytes) std::string().swap(out_);
  if (sorted_.capacity() > kKeptBytes) std::string().swap(sorted_);
  out_.assign(kItemMagic);
  frames_.clear();
  entries_.clear();
  depth_ = 0;
  attribute_.clear();
  ended_ = false;
  remarks_ = {};
  status_ = {};
}

std::string ItemMessage::InAttribute() const {
  return attribute_.empty() ? "" : ", in attribute \"" + Printable(attribute_) + "\"";
}

bool ItemMessage::Fail(const char* code, const std::string& what, std::string expected) {
  status_ = DataError(code, what + InAttribute()).Next("mend the item, or take it out of the tree");
  if (!expected.empty()) status_ = std::move(status_).Expected(std::move(expected));
  return false;
}

bool ItemMessage::Invalid(const std::string& what, std::string expected) {
  return Fail("DdbEncodeInvalidItem", what, std::move(expected));
}

// A message that is too large ends before it takes more memory.
bool ItemMessage::HasRoom(size_t bytes) {
  if (out_.size() + bytes <= kMaxBodyBytes + kSlackBytes) return true;
  return Fail("DdbEncodeRowTooLarge", "the item is larger than any that a live node loads",
              "at most " + Thousands(kMaxBodyBytes) + " bytes");
}

// Room for a length that is not known yet; most take one byte.
size_t ItemMessage::OpenLength(char tag) {
  out_ += tag;
  out_ += '\0';
  return out_.size() - 1;
}

// By how much the content had to move.
size_t ItemMessage::CloseLength(size_t at) {
  uint64_t size = out_.size() - at - 1;
  size_t more = 0;
  for (uint64_t rest = size >> 7; rest != 0; rest >>= 7) ++more;
  if (more != 0) out_.insert(at, more, '\0');
  for (size_t i = 0; i < more; ++i, size >>= 7) out_[at + i] = static_cast<char>(size | 0x80);
  out_[at + more] = static_cast<char>(size);
  return more;
}

bool ItemMessage::StartObject() {
  if (frames_.empty()) {
    if (ended_) return Invalid("a second value stands behind the item");
    frames_.push_back({.kind = Kind::kMap, .content = out_.size()});
    depth_ = 1;
    return true;
  }
  Frame& top = frames_.back();
  if (top.kind == Kind::kMap) return StartValue(true);
  if (top.kind == Kind::kList) return StartValue(false);
  if (!TakesValue(kM, kM)) return WrongValue("an object");
  const size_t at = OpenLength(TagOf(kM));
  frames_.push_back({.kind = Kind::kMap,
                     .length_at = at,
                     .first_entry = entries_.size(),
                     .content = out_.size()});
  ++depth_;
  return true;
}

bool ItemMessage::StartValue(bool in_map) {
  if (depth_ > kLiveDepth) {
    return Fail("DdbEncodeTooDeep", "the item is nested deeper than a live node reads",
                "at most " + std::to_string(kLiveDepth) + " levels");
  }
  if (!HasRoom(kFieldBytes)) return false;
  const size_t at = OpenLength(in_map ? kValueTag : kEntryTag);
  frames_.push_back({.kind = Kind::kValue, .in_map = in_map, .length_at = at});
  return true;
}

bool ItemMessage::Key(Slice name) {
  Frame& top = frames_.back();
  if (top.kind == Kind::kValue) {
    if (top.member != 0) {
      return Invalid("an attribute value has two members", "one member that names the type");
    }
    top.member = MemberOf(name);
    if (top.member != 0) return true;
    return Invalid("\"" + Printable(name) + "\" is no type of an attribute value",
                   "S, N, B, BOOL, NULL, SS, NS, BS, L or M");
  }
  if (frames_.size() == 1) attribute_.assign(name);
  if (!HasRoom(name.size() + 4 * kFieldBytes)) return false;
  Entry entry{.begin = out_.size(), .end = 0, .name_at = 0, .name_size = name.size()};
  OpenLength(kEntryTag);
  out_ += kNameTag;
  AppendVarint(name.size(), &out_);
  entry.name_at = out_.size();
  out_.append(name);
  entries_.push_back(entry);
  return true;
}

bool ItemMessage::EndObject() {
  return frames_.back().kind == Kind::kValue ? EndValue() : EndMap();
}

bool ItemMessage::EndValue() {
  const Frame value = frames_.back();
  if (value.member == 0) {
    return Invalid("an attribute value has no member", "one member that names the type");
  }
  frames_.pop_back();
  if (value.dropped && !value.in_map) {
    // The element of a list begins with the value's tag.
    out_.resize(value.length_at - 1);
    return true;
  }
  CloseLength(value.length_at);
  if (!value.in_map) return true;
  EndEntry(entries_.back().begin + 1);
  if (value.dropped) entries_.back().dropped = frames_.back().dropped = true;
  return true;
}

// Whether the innermost thing is a value of one of these types that waits for it.
bool ItemMessage::TakesValue(uint32_t first, uint32_t last) const {
  if (frames_.empty()) return false;
  const Frame& top = frames_.back();
  return top.kind == Kind::kValue && top.member >= first && top.member <= last;
}

bool ItemMessage::WrongValue(const char* what) {
  if (frames_.empty()) return Invalid(std::string(what) + " is no item", "one JSON object");
  const Frame& top = frames_.back();
  const char* expected = "an object with the attribute's type";
  if (top.kind == Kind::kValue) expected = ValueOf(top.member);
  if (top.kind == Kind::kSet) expected = "a string";
  return Invalid(std::string(what) + " stands where it cannot", expected);
}

bool ItemMessage::StartArray() {
  if (TakesValue(kL, kL)) {
    const size_t at = OpenLength(TagOf(kL));
    frames_.push_back({.kind = Kind::kList, .length_at = at});
    ++depth_;
    return true;
  }
  if (!TakesValue(kSs, kBs)) return WrongValue("an array");
  const uint32_t member = frames_.back().member;
  const size_t at = OpenLength(TagOf(member));
  frames_.push_back({.kind = Kind::kSet, .member = member, .length_at = at});
  return true;
}

bool ItemMessage::EndArray() {
  const Frame array = frames_.back();
  frames_.pop_back();
  const Slice content = Slice(out_).substr(array.length_at + 1);
  if (array.kind == Kind::kList) {
    --depth_;
  } else if (content.empty()) {
    remarks_.empty_set = true;
    frames_.back().dropped = drop_empty_sets_;
  } else if (HasDuplicates(content, array.member == kNs)) {
    remarks_.set_duplicate = true;
  }
  CloseLength(array.length_at);
  return true;
}

bool ItemMessage::String(Slice text) {
  if (!frames_.empty() && frames_.back().kind == Kind::kSet) return Element(text);
  if (!TakesValue(kS, kB)) return WrongValue("a string");
  const Frame& value = frames_.back();
  if (value.member == kB) return Bytes(TagOf(kB), text);
  if (value.member == kN) NoteNumber(text);
  return Text(value.member, text);
}

bool ItemMessage::Element(Slice text) {
  const uint32_t member = frames_.back().member;
  if (member == kBs) return Bytes(kEntryTag, text);
  if (member == kNs) NoteNumber(text);
  return Text(1, text);
}

bool ItemMessage::Text(uint32_t number, Slice text) {
  if (!HasRoom(text.size() + kFieldBytes)) return false;
  AppendBytesField(number, text, &out_);
  return true;
}

bool ItemMessage::Bytes(char tag, Slice base64) {
  const size_t padding = base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0;
  const size_t most = base64.size() / 4 * 3;
  if (!HasRoom(most + kFieldBytes)) return false;
  out_ += tag;
  AppendVarint(most - padding, &out_);
  if (base64.size() % 4 == 0 && AppendFromBase64(&out_, base64)) return true;
  return Invalid("a binary value is not base64",
                 "the standard alphabet with padding, unused bits zero, no line breaks");
}

// A key says itself what it must be.
void ItemMessage::NoteNumber(Slice text) {
  const NumberVerdict verdict = CheckNumber(text);
  if (verdict == NumberVerdict::kGood) return;
  const bool is_key = depth_ == 1 && (attribute_ == schema_->hash || attribute_ == schema_->range);
  if (is_key) return;
  if (verdict == NumberVerdict::kNotDecimal) remarks_.number_not_decimal = true;
  if (verdict == NumberVerdict::kOutOfRange) remarks_.number_out_of_range = true;
}

bool ItemMessage::Bool(bool truth) {
  if (!TakesValue(kBool, kNull)) return WrongValue(truth ? "true" : "false");
  const Frame& value = frames_.back();
  if (value.member == kNull && !truth) remarks_.null_false = true;
  AppendVarintField(value.member, truth || value.member == kNull ? 1 : 0, &out_);
  return true;
}

bool ItemMessage::Other(const char* what) { return WrongValue(what); }

}  // namespace snaptree::dynamodb
