// What RapidJSON's reader calls while it walks an object of redis/: judges every event and hands
// out elements. Private to redis_elements_json.cc. One object per walk, not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "adapters/common/rapidjson_reader.h"
#include "adapters/redis/redis_elements_json.h"

namespace snaptree::redis {

class ElementsHandler : public NumbersStayText {
 public:
  ElementsHandler(JsonText& text, const ElementsLayout& layout, ElementsSink& sink,
                  ElementsInfo* info)
      : text_(text), layout_(layout), sink_(sink), info_(info) {}

  const Status& status() const { return status_; }

  bool Null() { return long_is_read_ ? EndLong() : TakeScalar({JsonScalar::Kind::kNull, {}}); }
  bool Bool(bool value) {
    return TakeScalar({value ? JsonScalar::Kind::kTrue : JsonScalar::Kind::kFalse, {}});
  }
  bool RawNumber(const char* text, unsigned size, bool) {
    const Slice number(text, size);
    return slot_ == Slot::kScore && skipped_ == 0 ? TakeScoreNumber(number)
                                                  : TakeScalar({JsonScalar::Kind::kNumber, number});
  }
  bool String(const char* text, unsigned size, bool);
  bool Key(const char* text, unsigned size, bool);
  bool StartObject();
  bool EndObject(unsigned);
  bool StartArray();
  bool EndArray(unsigned);

 private:
  enum class Place : uint8_t { kStart, kTop, kGroups, kGroup, kArray, kElement, kBytes, kEnd };
  // What the last name in an object announced. Inside arrays and before the object: kNone.
  enum class Slot : uint8_t {
    kNone,
    kSkip,
    kScalar,
    kGroups,
    kArray,
    kFirst,
    kSecond,
    kScore,
    kBase64
  };

  bool Refuse(std::string what) {
    if (status_.ok()) status_ = JsonInvalid(std::move(what));
    return false;
  }
  bool Keep(Status status) {
    status_ = std::move(status);
    return status_.ok();
  }
  bool Twice(Slice name) {
    return Refuse("the member \"" + std::string(name) + "\" stands there twice");
  }
  bool CheckText(Slice text);
  bool IsSkipping() const { return skipped_ > 0 || slot_ == Slot::kSkip; }
  bool SkipInto();
  // Whether a BV may stand here.
  bool WantsBytes() const {
    return (place_ == Place::kArray && layout_.first.empty()) || slot_ == Slot::kFirst ||
           slot_ == Slot::kSecond || IsBytesScalar();
  }
  bool IsBytesScalar() const {
    return slot_ == Slot::kScalar && (layout_.bytes_scalars >> scalar_ & 1) != 0;
  }
  bool HasGroups() const { return !layout_.groups.empty(); }
  bool IsLongScalar() const { return layout_.long_scalar == scalar_; }
  bool TakeLong(bool base64);
  bool EndLong();

  bool ElementKey(Slice name);
  bool TopKey(Slice name);
  bool GroupKey(Slice name);
  bool TakeArray(Slice name, Slot slot, bool* has);
  // Whether the name is that of a scalar, of the groups' objects or of the one around.
  bool TakeScalarName(Slice name, bool of_group, bool* taken);
  bool EndGroup();
  bool TakeScalar(const JsonScalar& value);
  bool TakeScoreNumber(Slice number);
  bool TakeScore(uint64_t bits);
  bool TakeBytes(Slice bytes);
  bool EmitElement();
  bool EndElement();

  JsonText& text_;
  const ElementsLayout& layout_;
  ElementsSink& sink_;
  ElementsInfo* const info_;
  Status status_;

  Place place_ = Place::kStart;
  Slot slot_ = Slot::kNone;
  size_t skipped_ = 0;         // open objects and arrays of an unknown member
  size_t scalar_ = 0;          // of Slot::kScalar
  bool long_is_read_ = false;  // and a null inserted for it

  // The object of layout.groups that is being read.
  bool group_has_array_ = false;
  uint32_t group_scalars_ = 0;

  // The element that is being read. The second value is kept only when it comes before the first.
  std::string first_;
  std::string second_;
  uint64_t score_ = 0;
  bool has_first_ = false;
  bool has_second_ = false;
  bool emitted_ = false;

  // The BV object that is being read, and where it stands.
  Place outer_place_ = Place::kStart;
  Slot outer_slot_ = Slot::kNone;
  std::optional<std::string> bytes_;
  std::string score_text_;
};

}  // namespace snaptree::redis
