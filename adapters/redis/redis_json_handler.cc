#include "adapters/redis/redis_json_handler.h"

#include "adapters/redis/redis_score.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

constexpr Slice kReplacementChar = "\xef\xbf\xbd";
constexpr size_t kMaxSkippedDepth =
    10'000;  // Go's encoding/json, whose text this is, stops there too

}  // namespace

JsonHandler::JsonHandler(JsonLayout layout, size_t wanted, const Emit* emit)
    : layout_(layout), wanted_(wanted), emit_(emit) {
  info_.was_json = true;
}

bool JsonHandler::Refuse(const char* what) {
  status_ = DataError("RedisInvalidBlob", std::string("JSON blob: ") + what);
  return false;
}

// Also finds lone low surrogates: RapidJSON 1.1 refuses a lone \ud800 but makes the bytes ed b0 80
// of a lone \udc00.
bool JsonHandler::CheckText(Slice text) {
  return IsUtf8(text) || Refuse("a string has invalid UTF-8 or a lone surrogate");
}

JsonHandler::Slot JsonHandler::SlotOf(Slice name) const {
  if (place_ == Place::kTop) {
    if (layout_ == JsonLayout::kHash) return Slot::kValue;
    const Slice container = layout_ == JsonLayout::kSet ? "members" : "entries";
    return name == container ? Slot::kContainer : Slot::kUnknown;
  }
  const bool zset = layout_ == JsonLayout::kZSet;
  if (name == (zset ? "member" : "id")) return Slot::kName;
  if (name == (zset ? "score" : "fields")) return zset ? Slot::kScore : Slot::kFields;
  return Slot::kUnknown;
}

bool JsonHandler::Key(const char* text, unsigned size, bool) {
  const Slice name(text, size);
  if (!CheckText(name)) return false;
  if (skipped_ > 0) return true;
  slot_ = SlotOf(name);
  if (slot_ == Slot::kContainer) ++containers_;
  if (slot_ == Slot::kValue) name_ = name;
  return true;
}

bool JsonHandler::Null() {
  if (skipped_ > 0 || slot_ == Slot::kUnknown || slot_ == Slot::kContainer) return true;
  if (slot_ != Slot::kFields) return Refuse("null where only an array may be missing");
  texts_.clear();
  text_ends_.clear();
  return true;
}

bool JsonHandler::Bool(bool) {
  return skipped_ > 0 || slot_ == Slot::kUnknown || Refuse("true or false has no place there");
}

bool JsonHandler::RawNumber(const char* text, unsigned size, bool) {
  if (skipped_ > 0 || slot_ == Slot::kUnknown) return true;
  if (slot_ != Slot::kScore) return Refuse("a number where a string or an array belongs");
  return ParseScoreNumber({text, size}, &element_.score_bits) || Refuse("a score is out of range");
}

bool JsonHandler::String(const char* text, unsigned size, bool) {
  const Slice value(text, size);
  if (!CheckText(value)) return false;
  if (skipped_ > 0 || slot_ == Slot::kUnknown) return true;
  if (slot_ == Slot::kName) {
    name_ = value;
    return true;
  }
  if (slot_ == Slot::kValue) {
    element_.name = name_;
    element_.value = value;
    return EmitElement();
  }
  if (place_ == Place::kContainer && layout_ == JsonLayout::kSet) {
    element_.name = value;
    return EmitElement();
  }
  if (place_ == Place::kFields) {
    texts_ += value;
    text_ends_.push_back(texts_.size());
    return true;
  }
  return Refuse("a string where an object, an array or a number belongs");
}

bool JsonHandler::SkipInto() {
  if (skipped_ > kMaxSkippedDepth) return Refuse("objects and arrays are nested too deeply");
  ++skipped_;
  return true;
}

bool JsonHandler::StartObject() {
  if (skipped_ > 0 || slot_ == Slot::kUnknown) return SkipInto();
  if (place_ == Place::kStart) {
    place_ = Place::kTop;
    return true;
  }
  if (place_ != Place::kContainer || layout_ == JsonLayout::kSet) {
    return Refuse("an object has no place there");
  }
  place_ = Place::kEntry;
  name_.clear();
  element_.score_bits = 0;
  texts_.clear();
  text_ends_.clear();
  return true;
}

bool JsonHandler::EndObject(unsigned) {
  if (skipped_ > 0) {
    --skipped_;
    return true;
  }
  slot_ = Slot::kNone;
  if (place_ == Place::kTop) {
    place_ = Place::kEnd;
    return true;
  }
  place_ = Place::kContainer;
  return EmitEntry();
}

bool JsonHandler::StartArray() {
  if (skipped_ > 0 || slot_ == Slot::kUnknown) return SkipInto();
  if (slot_ == Slot::kContainer) {
    place_ = Place::kContainer;
  } else if (slot_ == Slot::kFields) {
    place_ = Place::kFields;
    texts_.clear();
    text_ends_.clear();
  } else {
    return Refuse("an array has no place there");
  }
  slot_ = Slot::kNone;
  return true;
}

bool JsonHandler::EndArray(unsigned) {
  if (skipped_ > 0) {
    --skipped_;
    return true;
  }
  place_ = place_ == Place::kFields ? Place::kEntry : Place::kTop;
  return true;
}

bool JsonHandler::EmitEntry() {
  element_.name = name_;
  if (emit_ != nullptr && layout_ == JsonLayout::kStream) {
    element_.fields.clear();
    size_t begin = 0;
    for (const size_t end : text_ends_) {
      element_.fields.push_back(Slice(texts_).substr(begin, end - begin));
      begin = end;
    }
  }
  return EmitElement();
}

bool JsonHandler::EmitElement() {
  if (emit_ == nullptr || containers_ != wanted_) return true;
  const auto note = [this](Slice text) {
    if (text.find(kReplacementChar) != Slice::npos) info_.has_replacement_char = true;
  };
  note(element_.name);
  note(element_.value);
  for (const Slice field : element_.fields) note(field);
  ++info_.elements;
  status_ = (*emit_)(element_);
  return status_.ok();
}

}  // namespace snaptree::redis
