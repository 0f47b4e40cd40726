#include "manifest/file_name_codec.h"

#include <random>

#include <catch2/catch.hpp>

#include "base/text.h"

namespace snaptree {
namespace {

std::string Times(size_t n, Slice text) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out += text;
  return out;
}

std::string FromHex(Slice hex) { return ParseHex(hex).value(); }

struct Vector {
  std::string key;
  std::string name;
  bool is_fallback;
};

void CheckVectors(const std::vector<Vector>& vectors) {
  std::string reused = "from before";
  for (const Vector& v : vectors) {
    INFO(Printable(v.key));
    const Segment segment = EncodeSegment(v.key);
    CHECK(segment.name == v.name);
    CHECK(segment.is_fallback == v.is_fallback);
    CHECK(EncodeSegmentTo(v.key, &reused) == v.is_fallback);
    CHECK(reused == v.name);
    const Result<std::string> decoded = DecodeSegment(v.name);
    if (v.is_fallback) {
      CHECK(v.name == FallbackName(v.key));
      REQUIRE_FALSE(decoded.ok());
      CHECK(decoded.status().code() == "KeymapMissing");
      CHECK(decoded.status().kind() == ErrorKind::kData);
    } else {
      REQUIRE(decoded.ok());
      CHECK(*decoded == v.key);
    }
  }
}

TEST_CASE("names of spec 07 V1") {
  CheckVectors({
      {FromHex("757365723a312fc3a97e202b"), "user%3A1%2F%C3%A9%7E%20%2B", false},
      {FromHex("00ff"), "%00%FF", false},
      {Times(240, "a"), Times(240, "a"), false},
      {Times(241, "a"), "ec6e326ef29fe322b62111584194c54e__" + Times(64, "a"), true},
      {Times(80, "\x01"), Times(80, "%01"), false},
      {Times(81, "\x01"), "60c285d83690be0345cc75ae7c286b6e__" + Times(64, "%01"), true},
      {Times(79, "\x01") + "aaa", Times(79, "%01") + "aaa", false},
      {Times(79, "\x01") + "aaaa", "d24cd68f9641cf73df33e0e3a2604e62__" + Times(64, "%01"), true},
      {"b64.foo", "72ef1a090c013093607ce5a62f598cf4__b64.foo", true},
      {"B64.x", "B64.x", false},
      {"0123456789abcdef0123456789abcdef__suffix",
       "15ab66e43bccfd49246a5025d407ebc5__0123456789abcdef0123456789abcdef__suffix", true},
      {"0123456789ABCDEF0123456789ABCDEF__x",
       "601bfe86e4c408111961665d9694b88c__0123456789ABCDEF0123456789ABCDEF__x", true},
      {"0123456789abcdef0123456789abcde__x", "0123456789abcdef0123456789abcde__x", false},
  });
}

TEST_CASE("names of spec 02 V11") {
  CheckVectors({
      {"a/b c", "a%2Fb%20c", false},
      {FromHex("ff00"), "%FF%00", false},
      {"\xe6\x97\xa5\xe6\x9c\xac", "%E6%97%A5%E6%9C%AC", false},
      {Times(80, ":"), Times(80, "%3A"), false},
      {Times(81, ":"), "fc0b215d8c08734224d15969a4f37ef3__" + Times(64, "%3A"), true},
      {Times(240, "x"), Times(240, "x"), false},
      {Times(241, "x"), "7dbf05774ebc8b0213e8f74d789e3447__" + Times(64, "x"), true},
      {"0123456789abcdef0123456789ABCDEF__x",
       "0a1ebe5eba653863220d4fc80ba87050__0123456789abcdef0123456789ABCDEF__x", true},
  });
}

TEST_CASE("binary names of spec 07 V2") {
  std::string bytes;
  for (int i = 0; i < 178; ++i) bytes += static_cast<char>(i);
  CHECK(EncodeBinarySegment(FromHex("000102")).name == "b64.AAEC");
  CHECK(EncodeBinarySegment(FromHex("fffefdfc")).name == "b64.__79_A");
  CHECK(EncodeBinarySegment("").name == "b64.");
  const Segment direct = EncodeBinarySegment(Slice(bytes).substr(0, 177));
  CHECK(direct.name.size() == 240);
  CHECK_FALSE(direct.is_fallback);
  CHECK(DecodeSegment(direct.name).ok());
  CHECK(*DecodeSegment(direct.name) == bytes.substr(0, 177));
  const Segment fallback = EncodeBinarySegment(bytes);
  CHECK(fallback.is_fallback);
  CHECK(fallback.name.size() == 202);
  CHECK(fallback.name.starts_with("af37eee16b62d9665944da23a7712f45__%00%01%02"));
  CHECK(EncodeBinarySegment(Times(100000, "x")).is_fallback);
}

TEST_CASE("folders of spec 07 V3") {
  CHECK(EncodeDirectorySegment("").name == "e3b0c44298fc1c149afbf4c8996fb924__");
  CHECK(EncodeDirectorySegment(".").name == "cdb4ee2aea69cc6a83331bbe96dc2caa__.");
  CHECK(EncodeDirectorySegment("..").name == "5ec1f7e700f37c3d0b2981d04855fc34__..");
  CHECK(EncodeDirectorySegment("..").is_fallback);
  CHECK(EncodeDirectorySegment("...").name == "...");
  CHECK(EncodeDirectorySegment("Orders").name == "Orders");
  CHECK(EncodeSegment("").name.empty());
  CHECK(EncodeSegment("..").name == "..");  // a file: an extension follows
}

TEST_CASE("S3 fallback paths of spec 07 V4") {
  CHECK(FallbackName("folder/") == "868cb515dd345cf15efd8fe9fc49c336__folder%2F");
  CHECK(FallbackName("a//b") == "7a9acf331a5dc1e020c17901e85936a2__a%2F%2Fb");
  CHECK(FallbackName("img/..") == "c99caf4728333dc4894bda09829a7f60__img%2F..");
}

TEST_CASE("names that no key has are refused (spec 07 V15)") {
  const std::vector<std::string> names = {"a%2",           "a/b",
                                          "b64.padding=",  "%",
                                          "%g0",           "%0g",
                                          "a b",           "a~b",
                                          "b64.+A",        "b64.AB",
                                          "b64.A",         "b64.AA\n",
                                          Times(241, "a"), std::string(1, '\0'),
                                          "a%2Fb\xff"};
  for (const std::string& name : names) {
    INFO(Printable(name));
    const Result<std::string> decoded = DecodeSegment(name);
    REQUIRE_FALSE(decoded.ok());
    CHECK(decoded.status().code() == "NameInvalid");
    CHECK(decoded.status().kind() == ErrorKind::kData);
    CHECK_FALSE(decoded.status().info().next.empty());
  }
}

TEST_CASE("foreign spellings of a name are understood") {
  CHECK(*DecodeSegment("%41%c3%a9") == "A\xc3\xa9");
  CHECK(*DecodeSegment("") == "");
  CHECK(*DecodeSegment("b64.") == "");
}

TEST_CASE("random keys have one name each that leads back") {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string key(random() % 100, '\0');
    for (char& c : key) {
      c = round % 2 == 0 ? static_cast<char>(random()) : "ab01__/."[random() % 8];
    }
    const Segment segment = EncodeSegment(key);
    REQUIRE(segment.name.size() <= kMaxSegmentBytes);
    REQUIRE(segment.name.find('/') == std::string::npos);
    if (segment.is_fallback) {
      REQUIRE(HasFallbackShape(segment.name));
    } else {
      const Result<std::string> decoded = DecodeSegment(segment.name);
      REQUIRE(decoded.ok());
      REQUIRE(*decoded == key);
    }
  }
}

}  // namespace
}  // namespace snaptree
