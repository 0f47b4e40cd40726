#include "base/base64.h"

#include <catch2/catch.hpp>

#include "base/text.h"

namespace snaptree {
namespace {

std::string Standard(Slice text) {
  std::string out = "kept:";
  return AppendFromBase64(&out, text) ? out.substr(5) : "not base64";
}
std::string Url(Slice text) {
  std::string out = "kept:";
  return AppendFromBase64Url(&out, text) ? out.substr(5) : "not base64";
}

TEST_CASE("the examples of RFC 4648 section 10") {
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"Zg==", "f"},
                                                          {"Zm8=", "fo"},
                                                          {"Zm9v", "foo"},
                                                          {"Zm9vYg==", "foob"},
                                                          {"Zm9vYmE=", "fooba"},
                                                          {"Zm9vYmFy", "foobar"}};
  for (const auto& [text, bytes] : examples) {
    CHECK(Standard(text) == bytes);
    Slice unpadded = text;
    while (unpadded.ends_with('=')) unpadded.remove_suffix(1);
    CHECK(Url(unpadded) == bytes);
    if (unpadded != text) {
      CHECK(Url(text) == "not base64");
      CHECK(Standard(unpadded) == "not base64");
    }
  }
}

TEST_CASE("each alphabet refuses the other's characters") {
  CHECK(Standard("+/+/") == "\xfb\xff\xbf");
  CHECK(Url("-_-_") == "\xfb\xff\xbf");
  CHECK(Standard("-_-_") == "not base64");
  CHECK(Url("+/+/") == "not base64");
}

TEST_CASE("texts that are not strict") {
  for (const char* text : {"=", "==", "===", "====", "A===", "AA=A", "A=AA",
                           "AAAA=", "AAAA====", "Zh==", "Zm9=", "Zm9v\n", "Zm\n9", " Zm9",
                           "Zm9v Zg==", "\x80\x80\x80\x80"}) {
    INFO(text);
    CHECK(Standard(text) == "not base64");
  }
  for (const char* text : {"A", "AAAAA", "Zh", "Zm9", "AB", "Z\n", "Zm9v=", "\xc3\xa9"}) {
    INFO(text);
    CHECK(Url(text) == "not base64");
  }
}

TEST_CASE("bytes of every length and value come back") {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    CHECK(Url(Base64Url(bytes)) == bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

}  // namespace
}  // namespace snaptree
