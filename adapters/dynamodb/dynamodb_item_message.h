// Builds the stored message of an item (spec 03 section 2.2) from the events of a JSON parser, in
// one pass and one buffer, and judges every event on the way (section 6.3): lengths are filled in
// when what they measure has ended, attributes and map entries are brought into byte order.
//
//   message.Begin(&schema.key);
//   ... events; false: status() says why ...
//   rows.Put(key, message.body());
//
// The memory is that of the message, which a store limits. One thread; keeps its buffers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/dynamodb/dynamodb_item_key.h"
#include "base/slice.h"
#include "base/status.h"

namespace snaptree::dynamodb {

// What is legal and still has to be told.
struct MessageRemarks {
  bool null_false = false;  // written as true
  bool empty_set = false;   // kept, or left out
  bool set_duplicate = false;
  bool number_not_decimal = false;
  bool number_out_of_range = false;

  bool any() const {
    return null_false || empty_set || set_duplicate || number_not_decimal || number_out_of_range;
  }
};

class ItemMessage {
 public:
  explicit ItemMessage(bool drop_empty_sets) : drop_empty_sets_(drop_empty_sets) {}

  // Forgets the item before. The schema must outlive the item.
  void Begin(const KeySchema* schema);

  // The events of one JSON value. False: refused, nothing may follow.
  bool StartObject();
  bool Key(Slice name);  // valid UTF-8
  bool EndObject();
  bool StartArray();
  bool EndArray();
  bool String(Slice text);  // valid UTF-8
  bool Bool(bool truth);
  bool Other(const char* what);  // a value that no item has: "null", "a number"

  // "DdbEncodeInvalidItem", "DdbEncodeTooDeep", "DdbEncodeRowTooLarge", without a place.
  const Status& status() const { return status_; }
  const MessageRemarks& remarks() const { return remarks_; }
  // For messages: ", in attribute NAME", of the item's attribute that was begun last.
  std::string InAttribute() const;

  // REQUIRES for what follows: one whole value was accepted. Views live until Begin().
  Slice body() const { return out_; }
  // nullopt: the item has no such attribute; type 0: it is of a type that no key can have.
  std::optional<KeyValue> Attribute(Slice name) const;

 private:
  enum class Kind : uint8_t {
    kMap,    // attributes of the item, or of an M
    kValue,  // {"<type>": ...}
    kList,
    kSet,
  };
  struct Frame {
    Kind kind;
    uint32_t member = 0;     // kValue: of its type, 0 until it is known; kSet: of the set
    bool dropped = false;    // kValue: nothing of it stays; kMap: nothing of some entry
    bool in_map = false;     // kValue: of an entry
    size_t length_at = 0;    // where its length stands
    size_t first_entry = 0;  // kMap
    size_t content = 0;      // kMap: where its entries begin
  };
  // One entry of a map. Offsets: an inner message that grows moves what stands behind it.
  struct Entry {
    size_t begin;
    size_t end;
    size_t name_at;
    size_t name_size;
    // Not to be written. It stays until its map ends: its name may stand there again.
    bool dropped = false;
  };

  bool Fail(const char* code, const std::string& what, std::string expected = {});
  bool Invalid(const std::string& what, std::string expected = {});
  bool HasRoom(size_t bytes);
  Slice NameOf(const Entry& entry) const { return {out_.data() + entry.name_at, entry.name_size}; }

  size_t OpenLength(char tag);
  size_t CloseLength(size_t at);
  bool StartValue(bool in_map);
  bool EndValue();
  void EndEntry(size_t length_at);
  bool EndMap();
  bool SortEntries(const Frame& map);
  bool TakesValue(uint32_t first, uint32_t last) const;
  bool WrongValue(const char* what);
  bool Element(Slice text);
  bool Text(uint32_t number, Slice text);
  bool Bytes(char tag, Slice base64);
  void NoteNumber(Slice text);

  const bool drop_empty_sets_;
  const KeySchema* schema_ = nullptr;
  std::string out_;
  std::string sorted_;  // scratch
  std::vector<Frame> frames_;
  std::vector<Entry> entries_;  // a stack; in the end those of the item, ascending by name
  int depth_ = 0;
  std::string attribute_;  // of the item, that was begun last
  bool ended_ = false;
  MessageRemarks remarks_;
  Status status_;
};

}  // namespace snaptree::dynamodb
