// From the stored message of an item straight to its JSON text (spec 03 sections 2.2, 4.3 and 4.4),
// checking everything on the way: structure, UTF-8, members of every value. Attributes come out in
// byte order; protobuf's rules decide about what stands twice (the last one wins, one and the same
// message member is merged).
//
// An item has up to 256 MiB and its text can be much longer. Render() keeps a text up to
// kWholeTextBytes; of a longer one it counts the bytes, and Stream() gives it in pieces.
//
// One thread. Views live as long as the message that was rendered.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "adapters/dynamodb/dynamodb_item_key.h"
#include "base/result.h"
#include "manifest/json_writer.h"

namespace snaptree::dynamodb {

inline constexpr uint64_t kMaxItemBytes = uint64_t{268435456};  // the store's limit
inline constexpr size_t kWholeTextBytes = size_t{4} << 20;

// What an item has that a live node does not accept, or that is lost.
struct ItemRemarks {
  bool null_false = false;
  bool too_deep = false;  // over 32 levels
  bool empty_set = false;
  std::vector<uint32_t> unknown_fields;  // numbers, each once

  void Clear();
};

class ItemRenderer {
 public:
  explicit ItemRenderer(JsonStyle style) : pretty_(style == JsonStyle::kPretty) {}

  // The attributes that key() is to hold; none: key() stays empty. The schema must outlive its use.
  void SetKeySchema(const KeySchema* schema) { schema_ = schema; }

  // "DdbInvalidItem". REQUIRES: message.size() <= kMaxItemBytes.
  Status Render(Slice message);
  const PrimaryKey& key() const { return key_; }
  const ItemRemarks& remarks() const { return remarks_; }
  uint64_t text_bytes() const { return handed_ + text_.size(); }
  bool is_whole() const { return handed_ == 0; }
  const std::string& text() const { return text_; }  // REQUIRES: is_whole()

  // Renders the same message again, into take().
  using TakeText = std::function<Status(Slice text)>;
  Status Stream(Slice message, const TakeText& take);

 private:
  // A part of the message. 32 bits each: there can be as many as a third of its bytes.
  struct Part {
    uint32_t at;
    uint32_t size;
  };
  // An entry of a map: at least four bytes of the message, since it has a value.
  struct Entry {
    Part name;
    uint32_t value_at;
    uint32_t value_size : 31;
    uint32_t irregular : 1;  // `value` is the whole entry: its value stands in it more than once
  };
  // The member that counts of an attribute value. The payloads of a message member are the parts
  // from `first_part` on.
  struct Member {
    uint32_t number = 0;
    Slice bytes;
    bool truth = false;
    size_t first_part = 0;
  };

  Status Run(Slice message);
  bool Fail(const char* reason);
  Slice At(Part part) const { return message_.substr(part.at, part.size); }
  Part PartOf(Slice bytes) const;
  Slice NameOf(const Entry& entry) const { return At(entry.name); }

  bool Map(size_t first_part, int depth);
  bool CollectEntries(size_t first_part);
  bool AddEntry(Slice entry);
  void SortEntries(size_t first);
  bool MapEntry(const Entry& entry, int depth);
  void PushValue(const Entry& entry);
  bool Value(size_t first_part, int depth, Slice key_name);
  bool TakeApart(size_t first_part, Member* out);
  void TakeField(uint32_t number, Slice bytes, Member* out);
  void NoteKey(Slice name, const Member& member);
  void NoteUnknown(uint32_t number);
  bool MemberText(const Member& member, int depth);
  // Calls value(bytes) -> bool for each element, between the brackets of an array.
  template <class TakeValue>
  bool Elements(size_t first_part, const char* what, TakeValue value);
  bool Set(const Member& member);
  bool List(const Member& member, int depth);

  void Open(char bracket);
  void NewLine();
  void Close(char bracket);
  bool String(Slice text);
  bool LongString(Slice text);
  bool Base64(Slice bytes);
  bool Drain() { return text_.size() < kWholeTextBytes || Hand(); }
  bool Hand();

  const bool pretty_;
  const KeySchema* schema_ = nullptr;
  Slice message_;
  PrimaryKey key_;
  ItemRemarks remarks_;
  Status status_;
  const TakeText* take_ = nullptr;
  std::string text_;
  uint64_t handed_ = 0;
  size_t indent_ = 0;
  std::vector<Part> parts_;     // a stack
  std::vector<Entry> entries_;  // a stack
};

}  // namespace snaptree::dynamodb
