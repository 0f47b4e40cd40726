#include "adapters/common/json_value.h"

#include "base/text.h"

namespace snaptree {
namespace {

constexpr size_t kHandBytes = 256 << 10;
constexpr size_t kLongestUtf8 = 4;

// How many bytes at the end of a piece belong to a character that goes on in the next one.
size_t UnfinishedTail(Slice piece) {
  for (size_t back = 1; back < kLongestUtf8 && back <= piece.size(); ++back) {
    const auto b = static_cast<uint8_t>(piece[piece.size() - back]);
    if ((b & 0xc0) == 0x80) continue;
    const size_t length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

// Calls take(Slice, bool last) with pieces that do not end inside a character (or a group of `unit`
// bytes).
template <class TailSize, class Take>
Status ForEachWhole(const RowSource& source, const ValueRef& value, TailSize tail_size, Take take) {
  std::string carry;
  SNAPTREE_TRY(ForEachPiece(source, value, 0, [&](Slice piece) -> Status {
    carry.append(piece);
    const size_t tail = tail_size(Slice(carry));
    SNAPTREE_TRY(take(Slice(carry).substr(0, carry.size() - tail)));
    carry.erase(0, carry.size() - tail);
    return {};
  }));
  return carry.empty() ? Status::Ok() : take(Slice(carry));
}

Result<bool> IsUtf8Value(const RowSource& source, const ValueRef& value) {
  bool valid = true;
  SNAPTREE_TRY(ForEachWhole(source, value, UnfinishedTail, [&](Slice piece) -> Status {
    valid = valid && IsUtf8(piece);
    return {};
  }));
  return valid;
}

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
  std::string text;
  SNAPTREE_ASSIGN(const bool utf8, IsUtf8Value(source, value));
  if (utf8) {
    json_.BeginPieces();
    json_.Piece("\"");
    SNAPTREE_TRY(ForEachWhole(source, value, UnfinishedTail, [&](Slice piece) -> Status {
      text.clear();
      AppendJsonStringPart(&text, piece, html_);
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
  std::string text;
  json_.BeginPieces();
  json_.Piece("\"");
  const auto to_groups_of_three = [](Slice bytes) { return bytes.size() % 3; };
  SNAPTREE_TRY(ForEachWhole(source, value, to_groups_of_three, [&](Slice piece) -> Status {
    text.clear();
    AppendBase64Url(&text, piece);
    json_.Piece(text);
    return Drain();
  }));
  json_.Piece("\"");
  return {};
}

}  // namespace snaptree
