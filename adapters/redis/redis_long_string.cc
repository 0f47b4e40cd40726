#include "adapters/redis/redis_long_string.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "adapters/redis/redis_elements_json.h"
#include "base/base64.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

// A multiple of four: pieces of base64 are whole, since each of its letters is a byte.
constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr size_t kLongestLetter = 4;
constexpr uint32_t kHighSurrogates = 0xd800;
constexpr uint32_t kLowSurrogates = 0xdc00;
constexpr uint32_t kBehindSurrogates = 0xe000;

class LongString {
 public:
  LongString(JsonText& text, bool base64, const TakePiece& take)
      : text_(text), base64_(base64), take_(take) {}

  Status Read() {
    text_.Take();
    for (;;) {
      const char c = text_.Peek();
      if (c == '"') {
        text_.Take();
        return Give();
      }
      if (c == '\\') {
        SNAPTREE_TRY(Escape());
        continue;
      }
      if (IsSpecial(c))
        return JsonInvalid("the JSON is malformed: a string has no end, or a control character");
      SNAPTREE_TRY(MakeRoom((static_cast<uint8_t>(c) & 0xc0) == 0x80));
      TakeRun();
    }
  }

 private:
  static Status Malformed() { return JsonInvalid("the JSON is malformed: an escape is wrong"); }
  static Status NotUtf8() { return JsonInvalid("a string has invalid UTF-8 or a lone surrogate"); }

  static bool IsSpecial(char c) { return c == '"' || c == '\\' || static_cast<uint8_t>(c) < 0x20; }

  // Bytes that stand for themselves, up to the piece's end; one at least.
  void TakeRun() {
    const Slice text = text_.InHand();
    const size_t room = kPieceBytes - std::min(piece_.size(), kPieceBytes - 1);
    const size_t most = std::min(text.size(), room);
    size_t n = 1;
    while (n < most && !IsSpecial(text[n])) ++n;
    piece_.append(text.substr(0, n));
    text_.Skip(n);
  }

  // Letters of several bytes stay in one piece.
  Status MakeRoom(bool goes_on) {
    if (piece_.size() < kPieceBytes) return {};
    return goes_on && piece_.size() < kPieceBytes + kLongestLetter ? Status::Ok() : Give();
  }

  Status Give() {
    if (!IsUtf8(piece_)) return NotUtf8();
    if (base64_) {
      bytes_.clear();
      if (!AppendFromBase64Url(&bytes_, piece_))
        return JsonInvalid("the text is not base64url without padding");
    }
    SNAPTREE_TRY(take_(base64_ ? bytes_ : piece_));
    piece_.clear();
    return {};
  }

  Status Escape() {
    constexpr Slice kNames = "\"\\/bfnrt";
    constexpr Slice kMeanings = "\"\\/\b\f\n\r\t";
    text_.Take();
    const char name = text_.Take();
    SNAPTREE_TRY(MakeRoom(false));
    if (name == 'u') return EscapedLetter();
    const size_t at = kNames.find(name);
    if (at == Slice::npos) return Malformed();
    piece_ += kMeanings[at];
    return {};
  }

  Status EscapedLetter() {
    uint32_t letter = 0;
    SNAPTREE_TRY(FourDigits(&letter));
    if (letter >= kHighSurrogates && letter < kBehindSurrogates) {
      uint32_t low = 0;
      if (letter >= kLowSurrogates || text_.Take() != '\\' || text_.Take() != 'u') return NotUtf8();
      SNAPTREE_TRY(FourDigits(&low));
      if (low < kLowSurrogates || low >= kBehindSurrogates) return NotUtf8();
      letter = 0x10000 + ((letter - kHighSurrogates) << 10 | (low - kLowSurrogates));
    }
    AppendLetter(letter);
    return {};
  }

  Status FourDigits(uint32_t* number) {
    for (int i = 0; i < 4; ++i) {
      const char c = text_.Take();
      uint32_t digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<uint32_t>(c - '0');
      } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
        digit = static_cast<uint32_t>((c | 0x20) - 'a' + 10);
      } else {
        return Malformed();
      }
      *number = *number << 4 | digit;
    }
    return {};
  }

  void AppendLetter(uint32_t letter) {
    const auto tail = [&](int shift) {
      piece_ += static_cast<char>(0x80 | (letter >> shift & 0x3f));
    };
    if (letter < 0x80) {
      piece_ += static_cast<char>(letter);
      return;
    }
    if (letter < 0x800) {
      piece_ += static_cast<char>(0xc0 | letter >> 6);
    } else {
      if (letter < 0x10000) {
        piece_ += static_cast<char>(0xe0 | letter >> 12);
      } else {
        piece_ += static_cast<char>(0xf0 | letter >> 18);
        tail(12);
      }
      tail(6);
    }
    tail(0);
  }

  JsonText& text_;
  const bool base64_;
  const TakePiece& take_;
  std::string piece_;  // of the text, its escapes resolved
  std::string bytes_;  // of base64
};

}  // namespace

Status ReadLongString(JsonText& text, bool base64, const TakePiece& take) {
  return LongString(text, base64, take).Read();
}

}  // namespace snaptree::redis
