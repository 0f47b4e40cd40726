#include "base/text.h"

#include <limits>
#include <random>

#include <catch2/catch.hpp>

namespace snaptree {
namespace {

std::string RandomBytes(std::mt19937* random, size_t size) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>((*random)());
  return bytes;
}

TEST_CASE("hex is lower case and comes back") {
  CHECK(Hex("").empty());
  CHECK(Hex(Slice("\0\x09\xaf\xff", 4)) == "0009afff");
  CHECK(ParseHex("0009afff") == std::string("\0\x09\xaf\xff", 4));
  CHECK(ParseHex("0009AFff") == std::string("\0\x09\xaf\xff", 4));
  CHECK(ParseHex("") == std::string());
  for (const char* text : {"0", "000", "0g", "g0", " 00", "0x", "00 ", "-1", "\xff\xff"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseHex(text).has_value());
  }
  std::string out = "before ";
  AppendHex(&out, "AB");
  CHECK(out == "before 4142");
  CHECK(Hex32(0) == "00000000");
  CHECK(Hex32(0x01abcdef) == "01abcdef");
  CHECK(Hex32(0xffffffff) == "ffffffff");
}

TEST_CASE("base64url: the vectors of RFC 4648, without padding") {
  CHECK(Base64Url("").empty());
  CHECK(Base64Url("f") == "Zg");
  CHECK(Base64Url("fo") == "Zm8");
  CHECK(Base64Url("foo") == "Zm9v");
  CHECK(Base64Url("foob") == "Zm9vYg");
  CHECK(Base64Url("fooba") == "Zm9vYmE");
  CHECK(Base64Url("foobar") == "Zm9vYmFy");
  CHECK(Base64Url("\xfb\xff\xbf") == "-_-_");
  CHECK(Base64Url(Slice("\0\0", 2)) == "AAA");
  std::mt19937 random(1);
  for (size_t size = 0; size < 200; ++size) {
    const std::string bytes = RandomBytes(&random, size);
    const std::string text = Base64Url(bytes);
    CHECK(text.size() == (size * 4 + 2) / 3);
    CHECK(ParseBase64Url(text) == bytes);
  }
  std::string out = "x";
  AppendBase64Url(&out, "foo");
  CHECK(out == "xZm9v");
}

TEST_CASE("base64url is read strictly") {
  for (const char* text : {"Z", "Zm9vY", "Zg==", "Zm8=", "Zm9v\n", "Zm 9v", "+/+/", "Zm9v=", "Zh",
                           "Zm9", "Zm9vYh", "\xff\xff", "=", "===="}) {
    CAPTURE(text);
    CHECK_FALSE(ParseBase64Url(text).has_value());
  }
  CHECK(ParseBase64Url("") == std::string());
  CHECK_FALSE(ParseBase64Url(Slice("Zm9v\0", 5)).has_value());
  CHECK_FALSE(ParseBase64Url(Slice("\0\0\0\0", 4)).has_value());
  // Exactly one text stands for some bytes: each of 64^2 and 64^3 texts is canonical or refused.
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  size_t accepted = 0;
  for (const char a : letters) {
    for (const char b : letters) {
      const std::string text = {a, b};
      const auto bytes = ParseBase64Url(text);
      if (bytes) CHECK(Base64Url(*bytes) == text);
      accepted += bytes ? size_t{1} : 0;
    }
  }
  CHECK(accepted == 256);
}

TEST_CASE("UTF-8 is checked strictly") {
  for (const char* good :
       {"", "plain", "\xc3\xa9", "\xe6\x97\xa5", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf",
        "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xc2\x80", "\xe0\xa0\x80"}) {
    CHECK(IsUtf8(good));
  }
  CHECK(IsUtf8(Slice("\0", 1)));
  for (const char* bad : {"\x80",
                          "\xbf",
                          "\xc3",
                          "\xc0\x80",
                          "\xc1\xbf",
                          "\xe0\x80\x80",
                          "\xe0\x9f\xbf",
                          "\xed\xa0\x80",
                          "\xed\xbf\xbf",
                          "\xf0\x80\x80\x80",
                          "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80",
                          "\xff",
                          "\xfe",
                          "\xe6\x97",
                          "\xf0\x9f\x98",
                          "ok\xff",
                          "\xc3(",
                          "\xf8\x88\x80\x80\x80"}) {
    CAPTURE(Hex(bad));
    CHECK_FALSE(IsUtf8(bad));
  }
  // The same where a fast implementation takes long steps.
  for (size_t size = 1; size < 200; ++size) {
    std::string text(size, 'a');
    CHECK(IsUtf8(text));
    text.back() = '\xc3';
    CHECK_FALSE(IsUtf8(text));
    CHECK(IsUtf8(text + "\xa9"));
  }
}

TEST_CASE("bytes in messages are printable") {
  CHECK(Printable("plain text~") == "plain text~");
  CHECK(Printable(Slice("\0\n\x1b\x7f\xff", 5)) == "\\x00\\x0a\\x1b\\x7f\\xff");
  CHECK(Printable("a\\b") == "a\\\\b");
  CHECK(Printable("\xc3\xa9") == "\\xc3\\xa9");
  CHECK(Printable("12345", 5) == "12345");
  CHECK(Printable("123456", 5) == "12345...");
  CHECK(Printable("", 0).empty());
  CHECK(Printable("x", 0) == "...");
  CHECK(Printable(std::string(201, 'x')) == std::string(200, 'x') + "...");
}

TEST_CASE("numbers with separators") {
  CHECK(Thousands(0) == "0");
  CHECK(Thousands(999) == "999");
  CHECK(Thousands(1000) == "1,000");
  CHECK(Thousands(12345678) == "12,345,678");
  CHECK(Thousands(123456) == "123,456");
  CHECK(Thousands(std::numeric_limits<uint64_t>::max()) == "18,446,744,073,709,551,615");
}

TEST_CASE("sizes for people, up to the largest") {
  CHECK(HumanBytes(0) == "0 bytes");
  CHECK(HumanBytes(1023) == "1023 bytes");
  CHECK(HumanBytes(1024) == "1.00 KiB");
  CHECK(HumanBytes(1536) == "1.50 KiB");
  CHECK(HumanBytes(1034) == "1.00 KiB");
  CHECK(HumanBytes(1035) == "1.01 KiB");
  CHECK(HumanBytes(1048575) == "1023.99 KiB");
  CHECK(HumanBytes(1048576) == "1.00 MiB");
  CHECK(HumanBytes(uint64_t{4520000000}) == "4.20 GiB");
  CHECK(HumanBytes(uint64_t{3} << 39) == "1.50 TiB");
  CHECK(HumanBytes(uint64_t{3} << 49) == "1.50 PiB");
  CHECK(HumanBytes(uint64_t{3} << 59) == "1.50 EiB");
  CHECK(HumanBytes(uint64_t{1} << 63) == "8.00 EiB");
  CHECK(HumanBytes(std::numeric_limits<uint64_t>::max()) == "15.99 EiB");
}

TEST_CASE("sizes are read in binary multiples") {
  CHECK(ParseSize("0") == 0U);
  CHECK(ParseSize("1048576") == 1048576U);
  CHECK(ParseSize("7b") == 7U);
  CHECK(ParseSize("7B") == 7U);
  for (const char* unit : {"k", "K", "kb", "KB", "kib", "KiB", "KIB"}) {
    CHECK(ParseSize(std::string("3") + unit) == 3072U);
  }
  CHECK(ParseSize("512MiB") == uint64_t{512} << 20);
  CHECK(ParseSize("64M") == uint64_t{64} << 20);
  CHECK(ParseSize("2G") == uint64_t{2} << 30);
  CHECK(ParseSize("2tb") == uint64_t{2} << 40);
  CHECK(ParseSize("9223372036854775808") == uint64_t{1} << 63);
  CHECK(ParseSize("8388608T") == uint64_t{1} << 63);
  for (const char* text : {"", "M", "-1", "+1", " 1", "1 M", "1.5G", "1MM", "1iB", "1Mi", "1x",
                           "0x10", "1e3", "9223372036854775809", "18446744073709551616", "8388609T",
                           "99999999999999999999", "1P", "1\xff"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseSize(text).has_value());
  }
}

TEST_CASE("decimal numbers are read strictly") {
  CHECK(ParseU64("0") == 0U);
  CHECK(ParseU64("007") == 7U);
  CHECK(ParseU64("18446744073709551615") == std::numeric_limits<uint64_t>::max());
  for (const char* text : {"", "18446744073709551616", "99999999999999999999999", "-1", "-0", "+1",
                           " 1", "1 ", "1.", "0x1", "a", "1a"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseU64(text).has_value());
  }
  CHECK_FALSE(ParseU64(Slice("1\0", 2)).has_value());
}

}  // namespace
}  // namespace snaptree
