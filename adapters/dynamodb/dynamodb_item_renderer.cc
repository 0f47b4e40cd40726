#include "adapters/dynamodb/dynamodb_item_renderer.h"

#include <algorithm>

#include "adapters/dynamodb/dynamodb_messages.h"
#include "adapters/dynamodb/dynamodb_wire_reader.h"
#include "base/cancel.h"

namespace snaptree::dynamodb {
namespace {

constexpr int kMaxDepth = 1000;
constexpr size_t kMaxUnknownFields = 64;
constexpr uint32_t kMaxPartBytes = (1U << 31) - 1;

constexpr auto kBytes = WireType::kBytes;

constexpr uint32_t kLastMember = kM;

bool IsMessage(uint32_t number) { return number >= kSs; }
bool IsFlag(uint32_t number) { return number == kBool || number == kNull; }

}  // namespace

void ItemRemarks::Clear() {
  null_false = false;
  too_deep = false;
  empty_set = false;
  unknown_fields.clear();
}

Status ItemRenderer::Render(Slice message) {
  take_ = nullptr;
  return Run(message);
}

Status ItemRenderer::Stream(Slice message, const TakeText& take) {
  take_ = &take;
  SNAPTREE_TRY(Run(message));
  return take(text_);
}

Status ItemRenderer::Run(Slice message) {
  message_ = message;
  key_ = {};
  key_.has_range = schema_ != nullptr && !schema_->range.empty();
  remarks_.Clear();
  status_ = {};
  text_.clear();
  handed_ = 0;
  indent_ = 0;
  entries_.clear();
  parts_.assign(1, PartOf(message));
  if (!Map(0, 1)) return status_;
  return {};
}

bool ItemRenderer::Fail(const char* reason) {
  status_ = DataError("DdbInvalidItem", reason);
  return false;
}

ItemRenderer::Part ItemRenderer::PartOf(Slice bytes) const {
  return {static_cast<uint32_t>(bytes.data() - message_.data()),
          static_cast<uint32_t>(bytes.size())};
}

void ItemRenderer::NoteUnknown(uint32_t number) {
  std::vector<uint32_t>& known = remarks_.unknown_fields;
  if (known.size() == kMaxUnknownFields) return;
  if (std::find(known.begin(), known.end(), number) == known.end()) known.push_back(number);
}

// The map whose messages are the parts from first_part on.
bool ItemRenderer::Map(size_t first_part, int depth) {
  const size_t first = entries_.size();
  if (!CollectEntries(first_part)) return false;
  SortEntries(first);
  if (entries_.size() == first) {
    text_.append("{}");
    return true;
  }
  Open('{');
  // By number: the entries of inner maps come and go behind them.
  const size_t end = entries_.size();
  for (size_t i = first; i < end; ++i) {
    if (i > first) text_ += ',';
    NewLine();
    if (!MapEntry(entries_[i], depth) || !Drain()) return false;
  }
  Close('}');
  entries_.resize(first);
  return true;
}

bool ItemRenderer::CollectEntries(size_t first_part) {
  const size_t end = parts_.size();
  for (size_t i = first_part; i < end; ++i) {
    WireReader in(At(parts_[i]));
    while (in.Next()) {
      if (!in.Is(1, kBytes)) {
        NoteUnknown(in.number());
      } else if (!AddEntry(in.bytes())) {
        return false;
      }
    }
    if (!in.ok()) return Fail("the item is no message");
  }
  return true;
}

bool ItemRenderer::AddEntry(Slice entry) {
  Slice name = entry.substr(0, 0);  // absent: empty
  Slice value;
  int values = 0;
  WireReader in(entry);
  while (in.Next()) {
    if (in.Is(1, kBytes)) {
      name = in.bytes();
    } else if (in.Is(2, kBytes)) {
      value = in.bytes();
      ++values;
    } else {
      NoteUnknown(in.number());
    }
  }
  if (!in.ok()) return Fail("an entry of a map is no message");
  // At once: two bytes would make an Entry.
  if (values == 0) return Fail("an attribute without a value");
  const bool irregular = values != 1;
  const Part part = PartOf(irregular ? entry : value);
  entries_.push_back({PartOf(name), part.at, part.size & kMaxPartBytes, irregular});
  return true;
}

// Ascending by name; of entries with one name the last one that stands in the message remains.
void ItemRenderer::SortEntries(size_t first) {
  const auto begin = entries_.begin() + static_cast<ptrdiff_t>(first);
  const auto disorder = [this](const Entry& a, const Entry& b) { return NameOf(a) >= NameOf(b); };
  if (std::adjacent_find(begin, entries_.end(), disorder) == entries_.end()) return;
  std::sort(begin, entries_.end(), [this](const Entry& a, const Entry& b) {
    const int order = NameOf(a).compare(NameOf(b));
    return order != 0 ? order < 0 : a.value_at > b.value_at;
  });
  entries_.erase(
      std::unique(begin, entries_.end(),
                  [this](const Entry& a, const Entry& b) { return NameOf(a) == NameOf(b); }),
      entries_.end());
}

// Takes a copy: inner maps move the entries.
bool ItemRenderer::MapEntry(const Entry& stored, int depth) {
  const Entry entry = stored;
  const Slice name = NameOf(entry);
  if (!String(name)) return false;
  text_.append(pretty_ ? ": " : ":");
  const size_t first_part = parts_.size();
  PushValue(entry);
  if (!Value(first_part, depth, depth == 1 ? name : Slice())) return false;
  parts_.resize(first_part);
  return true;
}

void ItemRenderer::PushValue(const Entry& entry) {
  const Part value{entry.value_at, entry.value_size};
  if (entry.irregular == 0) {
    parts_.push_back(value);
    return;
  }
  WireReader in(At(value));  // without errors: AddEntry() has read all of it
  while (in.Next()) {
    if (in.Is(2, kBytes) && !in.bytes().empty()) parts_.push_back(PartOf(in.bytes()));
  }
}

// The attribute value whose messages are the parts from first_part on.
bool ItemRenderer::Value(size_t first_part, int depth, Slice key_name) {
  if (depth > kMaxDepth) return Fail("values are nested more than 1000 levels deep");
  if (depth > kLiveDepth) remarks_.too_deep = true;
  Member member;
  if (!TakeApart(first_part, &member)) return false;
  if (depth == 1) NoteKey(key_name, member);
  Open('{');
  NewLine();
  if (!MemberText(member, depth)) return false;
  Close('}');
  return true;
}

bool ItemRenderer::TakeApart(size_t first_part, Member* out) {
  const size_t end = parts_.size();
  out->first_part = end;
  for (size_t i = first_part; i < end; ++i) {
    WireReader in(At(parts_[i]));
    while (in.Next()) {
      const uint32_t number = in.number();
      if (number <= kLastMember && !IsFlag(number) && in.Is(number, kBytes)) {
        TakeField(number, in.bytes(), out);
      } else if (IsFlag(number) && in.Is(number, WireType::kVarint)) {
        out->number = number;
        out->truth = in.varint() != 0;
      } else {
        NoteUnknown(number);
      }
    }
    if (!in.ok()) return Fail("an attribute value is no message");
  }
  return out->number != 0 || Fail("an attribute value has no member that is known");
}

// A message member that stands twice is merged, unless another member stands between.
void ItemRenderer::TakeField(uint32_t number, Slice bytes, Member* out) {
  if (!IsMessage(number) || number != out->number) parts_.resize(out->first_part);
  out->number = number;
  out->bytes = bytes;
  if (IsMessage(number) && !bytes.empty()) parts_.push_back(PartOf(bytes));
}

void ItemRenderer::NoteKey(Slice name, const Member& member) {
  if (schema_ == nullptr) return;
  const KeyValue value = {member.number <= kB ? kKeyTypes[member.number] : '\0', member.bytes};
  if (name == schema_->hash) key_.hash = value;
  if (name == schema_->range) key_.range = value;
}

bool ItemRenderer::MemberText(const Member& member, int depth) {
  constexpr Slice kTags[] = {"",       "\"S\"",  "\"N\"",  "\"B\"", "\"BOOL\"", "\"NULL\"",
                             "\"SS\"", "\"NS\"", "\"BS\"", "\"L\"", "\"M\""};
  text_.append(kTags[member.number]).append(pretty_ ? ": " : ":");
  switch (member.number) {
    case kS:
    case kN:
      return String(member.bytes);
    case kB:
      return Base64(member.bytes);
    case kNull:
      remarks_.null_false = remarks_.null_false || !member.truth;
      [[fallthrough]];
    case kBool:
      text_.append(member.truth ? "true" : "false");
      return true;
    case kL:
      return List(member, depth + 1);
    case kM:
      return Map(member.first_part, depth + 1);
    default:
      return Set(member);
  }
}

// What comes while a value is taken stands behind the parts of the array.
template <class TakeValue>
bool ItemRenderer::Elements(size_t first_part, const char* what, TakeValue value) {
  const size_t end = parts_.size();
  bool empty = true;
  for (size_t i = first_part; i < end; ++i) {
    WireReader in(At(parts_[i]));
    while (in.Next()) {
      if (!in.Is(1, kBytes)) {
        NoteUnknown(in.number());
        continue;
      }
      if (empty) Open('[');
      if (!empty) text_ += ',';
      empty = false;
      NewLine();
      if (!value(in.bytes()) || !Drain()) return false;
    }
    if (!in.ok()) return Fail(what);
  }
  if (empty) {
    text_.append("[]");
  } else {
    Close(']');
  }
  return true;
}

bool ItemRenderer::Set(const Member& member) {
  bool empty = true;
  const bool good = Elements(member.first_part, "a set is no message", [&](Slice element) {
    empty = false;
    return member.number == kBs ? Base64(element) : String(element);
  });
  if (good && empty) remarks_.empty_set = true;
  return good;
}

bool ItemRenderer::List(const Member& member, int depth) {
  const size_t end = parts_.size();
  return Elements(member.first_part, "a list is no message", [&](Slice element) {
    parts_.push_back(PartOf(element));
    if (!Value(end, depth, {})) return false;
    parts_.resize(end);
    return true;
  });
}

}  // namespace snaptree::dynamodb
