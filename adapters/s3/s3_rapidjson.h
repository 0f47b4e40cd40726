// What RapidJSON reads, written again. Private to the .cc files that parse.
#pragma once

#include "adapters/common/rapidjson_reader.h"
#include "manifest/json_writer.h"

namespace snaptree::s3 {

// Handler events as calls of a JsonWriter. REQUIRES: strings are valid UTF-8.
class JsonForwarder : public NumbersStayText {
 public:
  explicit JsonForwarder(JsonWriter* json) : json_(json) {}

  bool Null() { return json_->Null(), true; }
  bool Bool(bool v) { return json_->Bool(v), true; }
  bool RawNumber(const char* text, unsigned size, bool) { return json_->Raw({text, size}), true; }
  bool String(const char* text, unsigned size, bool) { return json_->String({text, size}), true; }
  bool Key(const char* text, unsigned size, bool) { return json_->Key({text, size}), true; }
  bool StartObject() { return json_->StartObject(), true; }
  bool EndObject(unsigned) { return json_->EndObject(), true; }
  bool StartArray() { return json_->StartArray(), true; }
  bool EndArray(unsigned) { return json_->EndArray(), true; }

 private:
  JsonWriter* json_;
};

}  // namespace snaptree::s3
