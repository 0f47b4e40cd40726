#include "adapters/redis/redis_elements_handler.h"

#include "adapters/redis/redis_long_string.h"
#include "adapters/redis/redis_score.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

constexpr size_t kMaxSkippedDepth = 10'000;
constexpr Slice kBase64Member = "base64";

}  // namespace

// RapidJSON 1.1 refuses a lone \ud800 but makes the bytes ed b0 80 of a lone \udc00.
bool ElementsHandler::CheckText(Slice text) {
  text_.EndToken();
  return IsUtf8(text) || Refuse("a string has invalid UTF-8 or a lone surrogate");
}

bool ElementsHandler::SkipInto() {
  text_.EndToken();
  if (skipped_ > kMaxSkippedDepth) return Refuse("objects and arrays are nested too deeply");
  ++skipped_;
  return true;
}

bool ElementsHandler::Key(const char* text, unsigned size, bool) {
  const Slice name(text, size);
  if (!CheckText(name)) return false;
  if (skipped_ > 0) return true;
  switch (place_) {
    case Place::kTop:
      return TopKey(name);
    case Place::kGroup:
      return GroupKey(name);
    case Place::kElement:
      return ElementKey(name);
    default:
      if (name == kBase64Member) {
        if (bytes_) return Twice(name);
        slot_ = Slot::kBase64;
        return outer_slot_ != Slot::kScalar || !IsLongScalar() || TakeLong(true);
      }
      slot_ = Slot::kSkip;
      ++info_->unknown_members;
      return true;
  }
}

bool ElementsHandler::TakeArray(Slice name, Slot slot, bool* has) {
  if (std::exchange(*has, true)) return Twice(name);
  slot_ = slot;
  return true;
}

bool ElementsHandler::TakeScalarName(Slice name, bool of_group, bool* taken) {
  uint32_t* const seen = of_group ? &group_scalars_ : &info_->scalars;
  for (size_t i = 0; i < layout_.scalars.size(); ++i) {
    const bool is_of_group = (layout_.group_scalars >> i & 1) != 0;
    if (name != layout_.scalars[i] || is_of_group != of_group) continue;
    *taken = true;
    if ((*seen >> i & 1) != 0) return Twice(name);
    *seen |= uint32_t{1} << i;
    scalar_ = i;
    slot_ = Slot::kScalar;
    return true;
  }
  return true;
}

bool ElementsHandler::TopKey(Slice name) {
  const Slice array = HasGroups() ? layout_.groups : layout_.array;
  if (!array.empty() && name == array)
    return TakeArray(name, HasGroups() ? Slot::kGroups : Slot::kArray, &info_->has_array);
  bool taken = false;
  if (!TakeScalarName(name, false, &taken)) return false;
  if (taken) return !IsLongScalar() || TakeLong(layout_.long_is_base64);
  slot_ = Slot::kSkip;
  ++info_->unknown_members;
  return true;
}

// The reader has just read a name, and will ask for what follows it. If that is a string, it is
// taken here, and the reader finds a null in its place.
bool ElementsHandler::TakeLong(bool base64) {
  text_.SkipBlanks();
  if (text_.Peek() != ':') return true;
  text_.Take();
  text_.SkipBlanks();
  if (text_.Peek() != '"') {
    text_.Insert(":");
    return true;
  }
  text_.EndToken();
  sink_.BeginLong(text_.position(), base64);
  const auto take = [this](Slice bytes) { return sink_.LongBytes(bytes); };
  if (!Keep(ReadLongString(text_, base64, take))) return false;
  text_.EndToken();
  text_.Insert(":null");
  long_is_read_ = true;
  return true;
}

bool ElementsHandler::EndLong() {
  long_is_read_ = false;
  if (slot_ == Slot::kScalar) return Keep(sink_.Scalar(scalar_, {JsonScalar::Kind::kString, {}}));
  bytes_.emplace();
  return true;
}

bool ElementsHandler::GroupKey(Slice name) {
  if (name == layout_.array) return TakeArray(name, Slot::kArray, &group_has_array_);
  bool taken = false;
  if (!TakeScalarName(name, true, &taken)) return false;
  if (taken) return true;
  slot_ = Slot::kSkip;
  ++info_->unknown_members;
  return true;
}

bool ElementsHandler::ElementKey(Slice name) {
  if (name == layout_.first) {
    if (has_first_) return Twice(name);
    slot_ = Slot::kFirst;
    return true;
  }
  if (name == layout_.second) {
    if (has_second_) return Twice(name);
    slot_ = layout_.scored ? Slot::kScore : Slot::kSecond;
    return true;
  }
  slot_ = Slot::kSkip;
  ++info_->unknown_members;
  return true;
}

bool ElementsHandler::TakeScalar(const JsonScalar& value) {
  text_.EndToken();
  if (IsSkipping()) return true;
  if (slot_ == Slot::kScalar && !IsBytesScalar()) return Keep(sink_.Scalar(scalar_, value));
  if (slot_ == Slot::kArray || slot_ == Slot::kGroups) {
    const Slice name = slot_ == Slot::kArray ? layout_.array : layout_.groups;
    return Refuse("\"" + std::string(name) + "\" is not an array");
  }
  return Refuse("a value is neither a string nor {\"base64\": ...}");
}

bool ElementsHandler::String(const char* text, unsigned size, bool) {
  const Slice value(text, size);
  if (!CheckText(value)) return false;
  if (IsSkipping()) return true;
  if (slot_ == Slot::kScore) {
    uint64_t bits = 0;
    if (!ParseScoreName(value, &bits))
      return Refuse("a score is neither a number nor a known name");
    score_text_.clear();
    AppendScore(&score_text_, bits);
    if (Slice(score_text_).substr(1, score_text_.size() - 2) != value) info_->respelled = true;
    return TakeScore(bits);
  }
  if (slot_ == Slot::kBase64) {
    bytes_ = ParseBase64Url(value);
    if (!bytes_) return Refuse("\"base64\" is not base64url without padding");
    return true;
  }
  if (WantsBytes()) return TakeBytes(value);
  return TakeScalar({JsonScalar::Kind::kString, value});
}

bool ElementsHandler::TakeScoreNumber(Slice number) {
  text_.EndToken();
  uint64_t bits = 0;
  if (!ParseScoreNumber(number, &bits)) return Refuse("a score is out of range");
  const Slice digits = number.substr(0, number.find_first_of("eE"));
  if (bits << 1 == 0 && digits.find_first_of("123456789") != Slice::npos) info_->respelled = true;
  return TakeScore(bits);
}

bool ElementsHandler::TakeScore(uint64_t bits) {
  score_ = bits;
  has_second_ = true;
  return has_first_ ? EmitElement() : true;
}

bool ElementsHandler::TakeBytes(Slice bytes) {
  if (slot_ == Slot::kScalar)
    return Keep(sink_.Scalar(scalar_, {JsonScalar::Kind::kString, bytes}));
  if (place_ == Place::kArray) return Keep(sink_.Element(bytes, {}));
  if (slot_ == Slot::kFirst) {
    first_.assign(bytes);
    has_first_ = true;
    return true;
  }
  has_second_ = true;
  if (!has_first_) {
    second_.assign(bytes);
    return true;
  }
  emitted_ = true;
  return Keep(sink_.Element(first_, bytes));
}

bool ElementsHandler::EmitElement() {
  emitted_ = true;
  return Keep(layout_.scored ? sink_.Scored(first_, score_) : sink_.Element(first_, second_));
}

bool ElementsHandler::StartObject() {
  text_.EndToken();
  if (IsSkipping()) return SkipInto();
  if (place_ == Place::kStart) {
    place_ = Place::kTop;
    return true;
  }
  if (WantsBytes()) {
    outer_place_ = std::exchange(place_, Place::kBytes);
    outer_slot_ = std::exchange(slot_, Slot::kNone);
    return true;
  }
  if (place_ == Place::kGroups) {
    place_ = Place::kGroup;
    group_has_array_ = false;
    group_scalars_ = 0;
    return true;
  }
  if (place_ != Place::kArray) return Refuse("an object has no place there");
  place_ = Place::kElement;
  has_first_ = has_second_ = emitted_ = false;
  return true;
}

bool ElementsHandler::EndElement() {
  place_ = Place::kArray;
  slot_ = Slot::kNone;
  if (emitted_) return true;
  if (!has_first_ || !has_second_) {
    return Refuse("the member \"" + std::string(has_first_ ? layout_.second : layout_.first) +
                  "\" of an element is missing");
  }
  return EmitElement();
}

bool ElementsHandler::EndGroup() {
  place_ = Place::kGroups;
  slot_ = Slot::kNone;
  return Keep(sink_.Group(group_has_array_ && group_scalars_ == layout_.group_scalars));
}

bool ElementsHandler::EndObject(unsigned) {
  text_.EndToken();
  if (skipped_ > 0) {
    --skipped_;
    return true;
  }
  if (place_ == Place::kTop) {
    place_ = Place::kEnd;
    return true;
  }
  if (place_ == Place::kElement) return EndElement();
  if (place_ == Place::kGroup) return EndGroup();
  if (!bytes_) return Refuse("the member \"base64\" of a value is missing");
  place_ = outer_place_;
  slot_ = outer_slot_;
  const std::string bytes = *std::exchange(bytes_, std::nullopt);
  return TakeBytes(bytes);
}

bool ElementsHandler::StartArray() {
  text_.EndToken();
  if (IsSkipping()) return SkipInto();
  if (slot_ != Slot::kArray && slot_ != Slot::kGroups) return Refuse("an array has no place there");
  place_ = slot_ == Slot::kArray ? Place::kArray : Place::kGroups;
  slot_ = Slot::kNone;
  return true;
}

bool ElementsHandler::EndArray(unsigned) {
  text_.EndToken();
  if (skipped_ > 0) {
    --skipped_;
    return true;
  }
  place_ = place_ == Place::kArray && HasGroups() ? Place::kGroup : Place::kTop;
  return true;
}

}  // namespace snaptree::redis
