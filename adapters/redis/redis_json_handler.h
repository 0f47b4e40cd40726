// What RapidJSON's reader calls while it walks a JSON blob: knows the four layouts of
// redis_json_values.h, judges every event and hands out elements. Private to redis_json_values.cc.
// One object per walk, not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "adapters/common/rapidjson_reader.h"
#include "adapters/redis/redis_blobs.h"
#include "base/slice.h"
#include "base/status.h"

namespace snaptree::redis {

enum class JsonLayout : uint8_t { kHash, kSet, kZSet, kStream };

struct JsonElement {
  Slice name;                 // field, member or ID
  Slice value;                // hash
  uint64_t score_bits = 0;    // zset
  std::vector<Slice> fields;  // stream
};

class JsonHandler : public NumbersStayText {
 public:
  using Emit = std::function<Status(const JsonElement&)>;

  // Elements are those of the container ("members", "entries") that comes as number `wanted` of its
  // name, since the last of several counts; a hash has none. emit == nullptr: only judge. `emit`
  // must outlive the handler.
  JsonHandler(JsonLayout layout, size_t wanted, const Emit* emit);

  const Status& status() const { return status_; }   // why an event was refused
  size_t containers() const { return containers_; }  // seen so far
  const BlobInfo& info() const { return info_; }

  // RapidJSON's handler concept. False ends the walk.
  bool Null();
  bool Bool(bool);
  bool RawNumber(const char* text, unsigned size, bool copy);  // REQUIRES: text[size] == 0
  bool String(const char* text, unsigned size, bool copy);
  bool StartObject();
  bool Key(const char* text, unsigned size, bool copy);
  bool EndObject(unsigned members);
  bool StartArray();
  bool EndArray(unsigned elements);

 private:
  enum class Place : uint8_t { kStart, kTop, kContainer, kEntry, kFields, kEnd };
  // What the last name in an object announced. Inside arrays: kNone.
  enum class Slot : uint8_t { kNone, kUnknown, kValue, kContainer, kName, kScore, kFields };

  Slot SlotOf(Slice name) const;
  bool Refuse(const char* what);
  bool CheckText(Slice text);
  bool SkipInto();
  bool EmitElement();
  bool EmitEntry();

  const JsonLayout layout_;
  const size_t wanted_;
  const Emit* const emit_;
  Status status_;
  BlobInfo info_;

  Place place_ = Place::kStart;
  Slot slot_ = Slot::kNone;
  size_t containers_ = 0;
  size_t skipped_ = 0;  // open objects and arrays of an unknown member

  JsonElement element_;
  std::string name_;               // behind element_.name where it must outlive its event
  std::string texts_;              // strings of "fields", one after another
  std::vector<size_t> text_ends_;  // where each of them ends
};

}  // namespace snaptree::redis
