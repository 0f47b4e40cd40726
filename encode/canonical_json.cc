#include "encode/canonical_json.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/coding.h"

namespace snaptree {
namespace {

constexpr size_t kMaxDepth = 4096;

Slice NameOf(Slice path) {
  const size_t slash = path.rfind('/');
  return slash == Slice::npos ? path : path.substr(slash + 1);
}

bool IsWhiteSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

void AppendUtf8(std::string* out, uint32_t c) {
  const auto put = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// One spelling for each number: integers as they are, all else as the shortest text of its double.
std::string NumberText(const std::string& text, bool as_double) {
  const bool integer = text.find_first_of(".eE") == std::string::npos;
  if (integer && !as_double) return text;
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return text;
  char shortest[64];
  const auto printed = std::to_chars(shortest, shortest + sizeof shortest, value);
  return {shortest, printed.ptr};
}

}  // namespace

std::optional<CanonicalRules> CanonicalRulesOf(Slice path, bool jsonl) {
  const Slice name = NameOf(path);
  const auto lines = [] {
    CanonicalRules rules;
    rules.lines = true;
    return rules;
  };
  const auto document = [](Slice first, Slice second) {
    CanonicalRules rules;
    rules.unordered[0] = first;
    rules.unordered[1] = second;
    return rules;
  };
  if (path.starts_with("redis/")) {
    if (name.ends_with(".bin")) return std::nullopt;
    if (name.ends_with(".jsonl") && path.find("/streams/") != Slice::npos) return lines();
    // A file of one key, or one in db_0 itself of lines for many.
    const bool is_beside = std::count(path.begin(), path.end(), '/') == 2;
    const auto is_of = [&](Slice type) {
      return is_beside ? name.starts_with(std::string(type) + "-")
                       : path.find("/" + std::string(type) + "/") != Slice::npos;
    };
    CanonicalRules rules;
    if (is_of("hashes") || is_of("sets") || is_of("zsets")) rules = document("fields", "members");
    rules.lines = name.ends_with(".jsonl");
    rules.all_numbers_are_doubles = is_of("zsets");
    return rules;
  }
  if (path.starts_with("s3/")) {
    // Of the bucket itself; below it, files of these names are bodies like any other.
    const Slice in_bucket = path.substr(std::min(path.find('/', 3), path.size() - 1) + 1);
    if (in_bucket == "KEYMAP.jsonl" || in_bucket == "_incomplete_uploads/records.jsonl" ||
        (jsonl && in_bucket == "_objects.jsonl")) {
      return lines();
    }
    if (in_bucket == "_bucket.json" || name.ends_with(".elastickv-meta.json"))
      return CanonicalRules();
    return std::nullopt;
  }
  if (path.starts_with("fs/tree/") || name.ends_with(".bin")) return std::nullopt;
  if (path == "unknown/rows.jsonl") {
    CanonicalRules rules = lines();
    rules.ignored = "commit_ts";  // rows get the timestamp of the new snapshot
    return rules;
  }
  if (name.ends_with(".jsonl")) return lines();
  if (name.ends_with(".json")) {
    return document("attribute_definitions", "global_secondary_indexes");
  }
  return std::nullopt;
}

void CanonicalSum::Add(const Sha256Digest& digest) {
  unsigned carry = 0;
  for (size_t i = 0; i < sum_.size(); ++i) {
    carry += static_cast<unsigned>(sum_[i]) + digest[i];
    sum_[i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
}

// Reads the text byte by byte. What a value says becomes a digest; containers hold the digests of
// what is in them added up (no order) or hashed one after the other (order).
class CanonicalJson::Reader {
 public:
  explicit Reader(const CanonicalRules& rules) : rules_(rules) {}

  void Append(Slice text) {
    for (size_t i = 0; i < text.size() && !failed_; ++i) Take(text[i]);
  }

  std::optional<Sha256Digest> Finish() {
    if (state_ == State::kLiteral) EndLiteral();
    if (failed_ || state_ != State::kBetween || !frames_.empty()) return std::nullopt;
    if (!rules_.lines && values_ != 1) return std::nullopt;
    return top_.digest();
  }

 private:
  enum class State : uint8_t { kBetween, kString, kEscape, kUnicode, kLiteral };

  struct Frame {
    bool object = false;
    bool unordered = false;  // of an array
    bool has_name = false;
    std::string name;
    CanonicalSum sum;
    Sha256Digest chain{};
    uint64_t count = 0;
    std::string base64;  // text of a first member "base64"
    bool may_be_bytes = false;
  };

  static Sha256Digest Digest(char kind, Slice bytes) {
    Sha256 hash;
    hash.Update(Slice(&kind, 1));
    hash.Update(bytes);
    return hash.Finish();
  }

  void Fail() { failed_ = true; }

  void Take(char c) {
    switch (state_) {
      case State::kBetween:
        return TakeBetween(c);
      case State::kString:
        if (c == '"') return EndString();
        if (c == '\\') {
          state_ = State::kEscape;
          return;
        }
        FlushSurrogate();
        text_.push_back(c);
        return;
      case State::kEscape:
        return TakeEscape(c);
      case State::kUnicode:
        return TakeUnicode(c);
      case State::kLiteral:
        if (c == ',' || c == ']' || c == '}' || IsWhiteSpace(c)) {
          EndLiteral();
          return Take(c);
        }
        text_.push_back(c);
        return;
    }
  }

  void TakeBetween(char c) {
    if (IsWhiteSpace(c) || c == ',' || c == ':') return;
    switch (c) {
      case '"':
        text_.clear();
        state_ = State::kString;
        return;
      case '{':
      case '[':
        return Open(c == '{');
      case '}':
      case ']':
        return Close(c == '}');
      default:
        text_.assign(1, c);
        state_ = State::kLiteral;
    }
  }

  void TakeEscape(char c) {
    state_ = State::kString;
    if (c == 'u') {
      state_ = State::kUnicode;
      unicode_ = 0;
      unicode_digits_ = 0;
      return;
    }
    FlushSurrogate();
    constexpr Slice kNames = "bfnrt";
    constexpr Slice kBytes = "\b\f\n\r\t";
    const size_t at = kNames.find(c);
    text_.push_back(at == Slice::npos ? c : kBytes[at]);
  }

  void TakeUnicode(char c) {
    const int digit = HexValue(c);
    if (digit < 0) return Fail();
    unicode_ = unicode_ << 4 | static_cast<uint32_t>(digit);
    if (++unicode_digits_ < 4) return;
    state_ = State::kString;
    if (high_surrogate_ != 0 && unicode_ >= 0xdc00 && unicode_ < 0xe000) {
      AppendUtf8(&text_, 0x10000 + ((high_surrogate_ - 0xd800) << 10) + (unicode_ - 0xdc00));
      high_surrogate_ = 0;
      return;
    }
    FlushSurrogate();
    if (unicode_ >= 0xd800 && unicode_ < 0xdc00) {
      high_surrogate_ = unicode_;
      return;
    }
    AppendUtf8(&text_, unicode_);
  }

  void FlushSurrogate() {
    if (high_surrogate_ == 0) return;
    AppendUtf8(&text_, std::exchange(high_surrogate_, 0));
  }

  void EndString() {
    FlushSurrogate();
    state_ = State::kBetween;
    if (!frames_.empty() && frames_.back().object && !frames_.back().has_name) {
      frames_.back().name = text_;
      frames_.back().has_name = true;
      return;
    }
    if (!frames_.empty() && frames_.back().object && frames_.back().name == "base64") {
      frames_.back().base64 = text_;
      frames_.back().may_be_bytes = true;
    }
    Value(Digest('s', text_));
  }

  void EndLiteral() {
    state_ = State::kBetween;
    if (text_ == "null") return NullValue();
    if (text_ == "true" || text_ == "false") return Value(Digest('b', text_));
    Value(Digest('n', NumberText(text_, rules_.all_numbers_are_doubles)));
  }

  void Open(bool object) {
    if (frames_.size() == kMaxDepth) return Fail();
    Frame frame;
    frame.object = object;
    if (!object && frames_.size() == 1 && frames_[0].object) {
      for (const Slice name : rules_.unordered)
        frame.unordered = frame.unordered || (!name.empty() && frames_[0].name == name);
    }
    frames_.push_back(std::move(frame));
  }

  void Close(bool object) {
    if (frames_.empty() || frames_.back().object != object) return Fail();
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    std::string bytes;
    if (object && frame.count == 1 && frame.may_be_bytes &&
        AppendFromBase64Url(&bytes, frame.base64)) {
      return Value(Digest('s', bytes));
    }
    std::string content;
    content.append(AsSlice(object || frame.unordered ? frame.sum.digest() : frame.chain));
    AppendBe64(&content, frame.count);
    Value(Digest(object ? 'o' : 'a', content));
  }

  void NullValue() {
    if (!frames_.empty() && frames_.back().object) {
      frames_.back().has_name = false;
      return;
    }
    Value(Digest('0', {}));
  }

  void Value(const Sha256Digest& digest) {
    if (frames_.empty()) {
      ++values_;
      top_.Add(digest);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.object) {
      frame.has_name = false;
      if (frames_.size() == 1 && !rules_.ignored.empty() && frame.name == rules_.ignored) return;
      ++frame.count;
      frame.sum.Add(Digest('m', frame.name + '\0' + std::string(AsSlice(digest))));
      return;
    }
    ++frame.count;
    if (frame.unordered) {
      frame.sum.Add(Digest('e', AsSlice(digest)));
    } else {
      frame.chain = Digest('e', std::string(AsSlice(frame.chain)) + std::string(AsSlice(digest)));
    }
  }

  const CanonicalRules rules_;
  State state_ = State::kBetween;
  bool failed_ = false;
  std::string text_;  // of the string or literal that is being read
  uint32_t unicode_ = 0;
  int unicode_digits_ = 0;
  uint32_t high_surrogate_ = 0;  // of an escape whose other half must follow
  std::vector<Frame> frames_;
  CanonicalSum top_;
  uint64_t values_ = 0;
};

CanonicalJson::CanonicalJson(const CanonicalRules& rules)
    : reader_(std::make_unique<Reader>(rules)) {}

CanonicalJson::~CanonicalJson() = default;

void CanonicalJson::Append(Slice text) { reader_->Append(text); }

std::optional<Sha256Digest> CanonicalJson::Finish() { return reader_->Finish(); }

}  // namespace snaptree
