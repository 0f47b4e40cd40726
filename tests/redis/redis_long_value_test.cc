// Strings of JSON that come in pieces, and values that are read a second time.
#include "adapters/redis/redis_long_value.h"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "adapters/redis/redis_elements_json.h"
#include "adapters/redis/redis_long_string.h"
#include "base/checksum.h"

namespace snaptree::redis {
namespace {

// What a whole text says.
class WholeValue : public ElementsSink {
 public:
  Status Scalar(size_t /*index*/, const JsonScalar& value) override {
    text.assign(value.text);
    return {};
  }
  Status Element(Slice, Slice) override { return {}; }
  Status Scored(Slice, uint64_t) override { return {}; }
  std::string text;
};

std::optional<std::string> ReadWhole(const std::string& string) {
  constexpr Slice kNames[] = {"v"};
  ElementsLayout layout;
  layout.scalars = kNames;
  layout.bytes_scalars = 1;
  WholeValue value;
  const std::string object = "{\"v\":" + string + "}";
  JsonText text{Slice(object)};
  ElementsInfo info;
  if (!ElementsReader().Read(text, layout, value, &info).ok()) return std::nullopt;
  return value.text;
}

// The same string and what follows it, in pieces of so many bytes.
std::optional<std::string> ReadPieces(const std::string& string, size_t piece_bytes) {
  const std::string all = string + "}";
  size_t at = 0;
  std::string piece;
  JsonText text([&]() -> Result<Slice> {
    piece = all.substr(at, piece_bytes);
    at += piece.size();
    return Slice(piece);
  });
  std::string bytes;
  REQUIRE(text.Peek() == '"');
  const Status read = ReadLongString(text, false, [&](Slice more) {
    bytes.append(more);
    return Status();
  });
  if (!read.ok() || text.Take() != '}' || !text.AtEnd()) return std::nullopt;
  return bytes;
}

TEST_CASE("long strings: in pieces they say what they say as a whole") {
  const std::vector<std::string> parts = {"a",
                                          "xyz",
                                          "\\\"",
                                          "\\\\",
                                          "\\/",
                                          "\\b",
                                          "\\f",
                                          "\\n",
                                          "\\r",
                                          "\\t",
                                          "\\u0041",
                                          "\\u00e9",
                                          "\\u07FF",
                                          "\\u20ac",
                                          "\\ufFfF",
                                          "\\ud83d\\ude00",
                                          "\xc3\xa9",
                                          "\xe2\x82\xac",
                                          "\xf0\x9f\x98\x80",
                                          "\\u0000",
                                          "\x7f"};
  const std::vector<std::string> wrong = {"\\ud83d",
                                          "\\ude00",
                                          "\\ud83d\\u0041",
                                          "\\x",
                                          "\\u12g4",
                                          "\\U0041",
                                          "\x01",
                                          "\xc3",
                                          "\x80",
                                          "\xff",
                                          "\"",
                                          "\\",
                                          "\xed\xa0\x80",
                                          "\xf5\x80\x80\x80",
                                          std::string(1, '\0')};
  std::mt19937 random(1);
  size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "\"";
    for (size_t n = random() % 8; n > 0; --n)
      text += random() % 16 == 0 ? wrong[random() % wrong.size()] : parts[random() % parts.size()];
    if (random() % 16 != 0) text += '"';
    const std::optional<std::string> whole = ReadWhole(text);
    INFO(text);
    REQUIRE(ReadPieces(text, 1 + random() % 7) == whole);
    if (!whole) ++refused;
  }
  CHECK(refused > 3000);
  CHECK(refused < 12'000);
}

TEST_CASE("long strings: letters over the ends of their own pieces") {
  for (const std::string& letter :
       std::vector<std::string>{"x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    for (size_t shift = 0; shift < letter.size(); ++shift) {
      std::string text(shift, '.');
      while (text.size() < 200'000) text += letter;
      CHECK((ReadPieces("\"" + text + "\"", 1000) == text));
    }
  }
  CHECK(ReadPieces("\"" + std::string(200'000, '\x80') + "\"", 1000) == std::nullopt);
}

// A file that says something else whenever it is opened.
class OneFile : public TreeSource {
 public:
  explicit OneFile(std::string content) : content_(std::move(content)) {}
  const std::string& name() const override { return content_; }
  Status List(Slice, const TakeEntries&) const override { return {}; }
  Result<std::optional<EntryKind>> Find(Slice) const override { return std::optional<EntryKind>(); }
  Result<std::unique_ptr<TreeContent>> Open(Slice) const override {
    return std::unique_ptr<TreeContent>(std::make_unique<Content>(content_));
  }

 private:
  class Content : public TreeContent {
   public:
    explicit Content(Slice bytes) : bytes_(bytes) {}
    uint64_t size() const override { return bytes_.size(); }
    uint64_t modified_ms() const override { return 0; }
    Result<size_t> ReadAt(uint64_t offset, char* out, size_t n) override {
      return offset >= bytes_.size() ? size_t{0} : bytes_.copy(out, n, offset);
    }
    uint64_t NextData(uint64_t offset) override { return offset; }

   private:
    const Slice bytes_;
  };
  const std::string content_;
};

class Rows : public BodyRows {
 public:
  Status Put(Slice, Slice) override { return {}; }
  Status Begin(Slice user_key, uint64_t body_bytes) override {
    key = user_key;
    size = body_bytes;
    return {};
  }
  Status Append(Slice bytes) override {
    body.append(bytes);
    return {};
  }
  Status PutLate(Slice, Slice) override { return {}; }
  std::string key;
  std::string body;
  uint64_t size = 0;
};

TEST_CASE("long values: what is read again must be what was read") {
  const auto write = [](const std::string& content, Rows* rows) {
    const OneFile source(content);
    std::string payload;
    LongValueEncoder::Pack({3, 5, Crc32c("value"), false}, "path", "key", "head", &payload);
    return LongValueEncoder(source).Write(payload, *rows);
  };
  Rows rows;
  REQUIRE(write("...\"value\"...", &rows).ok());
  CHECK(rows.key == "key");
  CHECK(rows.size == 9);
  CHECK(rows.body == "headvalue");
  REQUIRE(write("...\"v\\u0061lue\"", &rows).ok());
  for (const std::string& content :
       std::vector<std::string>{"...\"VALUE\"", "...\"valu\"", "...\"values\"", "...\"value", "...",
                                "", "....\"value\"", "...\"val\\x\""}) {
    INFO(content);
    Rows other;
    const Status changed = write(content, &other);
    CHECK(changed.code() == "ChangedWhileReading");
    CHECK(changed.info().source == "path");
    CHECK(other.body.size() <= 9);
  }
}

}  // namespace
}  // namespace snaptree::redis
