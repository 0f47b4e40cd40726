// The half of dynamodb_item_renderer.h that makes text: brackets, indent, strings, base64.
#include <algorithm>
#include <array>

#include "adapters/dynamodb/dynamodb_item_renderer.h"
#include "base/base64.h"
#include "base/cancel.h"
#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

constexpr size_t kPieceBytes = size_t{48} << 10;  // a multiple of 3, for base64

constexpr std::array<bool, 256> MakePlain() {
  std::array<bool, 256> plain{};
  for (size_t c = 0x20; c < 0x80; ++c) plain[c] = true;
  for (const char c : {'"', '\\', '<', '>', '&'}) plain[static_cast<uint8_t>(c)] = false;
  return plain;
}
constexpr std::array<bool, 256> kPlain = MakePlain();

// ASCII that needs no escape: neither has its UTF-8 to be checked.
bool IsPlain(Slice text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return kPlain[static_cast<uint8_t>(c)]; });
}

// The longest piece that does not end inside a character. REQUIRES: valid UTF-8.
Slice WholeCharacters(Slice text) {
  if (text.size() <= kPieceBytes) return text;
  size_t n = kPieceBytes;
  while ((static_cast<uint8_t>(text[n]) & 0xc0) == 0x80) --n;
  return text.substr(0, n);
}

}  // namespace

void ItemRenderer::Open(char bracket) {
  text_ += bracket;
  ++indent_;
}

void ItemRenderer::NewLine() {
  if (!pretty_) return;
  text_ += '\n';
  text_.append(2 * indent_, ' ');
}

void ItemRenderer::Close(char bracket) {
  --indent_;
  NewLine();
  text_ += bracket;
}

bool ItemRenderer::String(Slice text) {
  if (text.size() > kPieceBytes) return LongString(text);
  if (IsPlain(text)) {
    text_ += '"';
    text_.append(text);
    text_ += '"';
    return true;
  }
  if (!IsUtf8(text)) return Fail("a text is not UTF-8");
  AppendJsonString(&text_, text, HtmlEscape::kOn);
  return true;
}

bool ItemRenderer::LongString(Slice text) {
  if (!IsUtf8(text)) return Fail("a text is not UTF-8");
  text_ += '"';
  while (!text.empty()) {
    const Slice piece = WholeCharacters(text);
    AppendJsonStringPart(&text_, piece, HtmlEscape::kOn);
    text.remove_prefix(piece.size());
    if (!Drain()) return false;
  }
  text_ += '"';
  return true;
}

bool ItemRenderer::Base64(Slice bytes) {
  text_ += '"';
  while (!bytes.empty()) {
    const Slice piece = bytes.substr(0, kPieceBytes);
    AppendBase64(&text_, piece);
    bytes.remove_prefix(piece.size());
    if (!Drain()) return false;
  }
  text_ += '"';
  return true;
}

bool ItemRenderer::Hand() {
  status_ = CheckCancelled();
  if (status_.ok() && take_ != nullptr) status_ = (*take_)(text_);
  handed_ += text_.size();
  text_.clear();
  return status_.ok();
}

}  // namespace snaptree::dynamodb
