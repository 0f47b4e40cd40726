#include "adapters/common/json_value.h"

#include "adapters/common/value_text.h"

namespace snaptree {
namespace {

constexpr size_t kHandBytes = 256 << 10;

}  // namespace

void JsonFile::Begin(Slice path) {
  path_ = path;
  json_.Reset();
  file_.reset();
}

Status JsonFile::Hand() {
  if (file_ == nullptr) {
    SNAPTREE_ASSIGN(file_, sink_.CreateFile(path_));
  }
  SNAPTREE_TRY(file_->Append(json_.text()));
  json_.ClearText();
  return {};
}

Status JsonFile::Drain() { return json_.text().size() < kHandBytes ? Status::Ok() : Hand(); }

Status JsonFile::EndLine() {
  json_.Piece("\n");
  SNAPTREE_TRY(Drain());
  json_.NextDocument();
  return {};
}

Status JsonFile::Finish() {
  if (file_ == nullptr) return sink_.WriteFile(path_, json_.text());
  SNAPTREE_TRY(Hand());
  SNAPTREE_TRY(file_->Close());
  file_.reset();
  return {};
}

Status JsonFile::Value(const RowSource& source, const ValueRef& value) {
  if (!value.IsResident()) return LargeValue(source, value);
  json_.Bytes(value.resident);
  return Drain();
}

Status JsonFile::LargeValue(const RowSource& source, const ValueRef& value) {
  SNAPTREE_ASSIGN(const bool utf8, IsUtf8Value(source, value, 0));
  if (utf8) {
    json_.BeginPieces();
    json_.Piece("\"");
    SNAPTREE_TRY(ForEachStringText(source, value, 0, html_, [&](Slice text) -> Status {
      json_.Piece(text);
      return Drain();
    }));
    json_.Piece("\"");
    return {};
  }
  json_.StartObject();
  json_.Key("base64");
  SNAPTREE_TRY(Base64(source, value));
  json_.EndObject();
  return {};
}

Status JsonFile::Base64(const RowSource& source, const ValueRef& value) {
  json_.BeginPieces();
  json_.Piece("\"");
  SNAPTREE_TRY(ForEachBase64Text(source, value, 0, [&](Slice text) -> Status {
    json_.Piece(text);
    return Drain();
  }));
  json_.Piece("\"");
  return {};
}

}  // namespace snaptree
