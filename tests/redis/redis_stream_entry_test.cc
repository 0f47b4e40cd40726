// Stream entry values: spec 02 section 2.7, section 6 item 8.
#include "adapters/redis/redis_stream_entry.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"

namespace snaptree::redis {
namespace {

std::string Unhex(Slice hex) {
  std::optional<std::string> bytes = ParseHex(hex);
  REQUIRE(bytes.has_value());
  return *bytes;
}

TEST_CASE("V8b: stream entry") {
  const std::string value =
      Unhex("00525845010a0f313731343430303030303030302d3012056576656e7412056c6f67696e");
  std::vector<Slice> fields = {"left over"};
  Slice id;
  REQUIRE(ParseStreamEntry(value, &fields, &id).ok());
  CHECK(id == "1714400000000-0");
  CHECK(fields == std::vector<Slice>{"event", "login"});
}

TEST_CASE("stream entries: what is missing is empty, what is unknown is skipped") {
  std::vector<Slice> fields;
  Slice id = "left over";
  REQUIRE(ParseStreamEntry(kStreamEntryMagic, &fields, &id).ok());
  CHECK(id.empty());
  CHECK(fields.empty());

  // Unknown: field 3 varint, field 4 bytes, field 5 group with a varint in it; field 1 as a varint,
  // too.
  const std::string value = Unhex(
      "0052584501"
      "18ac02"
      "220161"
      "2b08012c"
      "0807"
      "1200"
      "120176"
      "0a0131"
      "0a0132");
  REQUIRE(ParseStreamEntry(value, &fields, &id).ok());
  CHECK(id == "2");
  CHECK(fields == std::vector<Slice>{"", "v"});
}

TEST_CASE("stream entries that are malformed") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no byte"},
      {"00525845", "magic is cut"},
      {"00525801"
       "0a0131",
       "magic of another blob"},
      {"7b7d", "JSON was never written here"},
      {"0052584501"
       "120166",
       "odd number of fields"},
      {"0052584501"
       "0a0531",
       "length beyond the value"},
      {"0052584501"
       "0affffffffffffffffff01",
       "length of 2^64-1"},
      {"0052584501"
       "0a",
       "length is missing"},
      {"0052584501"
       "0a8080",
       "length is cut"},
      {"0052584501"
       "8a80808010"
       "0131",
       "field number beyond 29 bits"},
      {"0052584501"
       "0200",
       "field number 0"},
      {"0052584501"
       "0c",
       "end of a group that was not begun"},
      {"0052584501"
       "2b0801",
       "group without an end"},
      {"0052584501"
       "2b34",
       "group ended by another"},
      {"0052584501"
       "0e",
       "wire type 6"},
      {"0052584501"
       "19000000",
       "unknown 8 bytes are cut"},
  };
  for (const auto& [hex, why] : cases) {
    INFO(why);
    const std::string value = Unhex(hex);
    std::vector<Slice> fields;
    Slice id;
    const Status status = ParseStreamEntry(value, &fields, &id);
    REQUIRE_FALSE(status.ok());
    CHECK(status.code() == "RedisInvalidStreamEntry");
  }
}

TEST_CASE("stream entries: groups without end do not overflow the stack") {
  std::vector<Slice> fields;
  Slice id;
  const std::string value = std::string(kStreamEntryMagic) + std::string(1'000'000, '\x2b');
  CHECK_FALSE(ParseStreamEntry(value, &fields, &id).ok());
}

TEST_CASE("stream entries: cut anywhere, never read beyond") {
  const std::string value =
      Unhex("00525845010a0f313731343430303030303030302d3012056576656e7412056c6f67696e");
  for (size_t n = 0; n < value.size(); ++n) {
    const std::string cut = value.substr(0, n);
    std::vector<Slice> fields;
    Slice id;
    const Status status = ParseStreamEntry(cut, &fields, &id);
    const bool at_a_field = n == 5 || n == 22;  // magic alone; magic and ID
    CHECK(status.ok() == at_a_field);
  }
}

TEST_CASE("stream IDs") {
  uint64_t ms = 0;
  uint64_t seq = 0;
  REQUIRE(ParseStreamId("1714400000000-3", &ms, &seq));
  CHECK(ms == 1714400000000);
  CHECK(seq == 3);
  REQUIRE(ParseStreamId("0007-01", &ms, &seq));
  CHECK(ms == 7);
  CHECK(seq == 1);
  REQUIRE(ParseStreamId("18446744073709551615-18446744073709551615", &ms, &seq));
  CHECK(seq == UINT64_MAX);
  for (const Slice text : {"", "1", "1-", "-1", "1-2-3", "1--2", "+1-2", "1-2 ", "x-1",
                           "18446744073709551616-0", "-"}) {
    CHECK_FALSE(ParseStreamId(text, &ms, &seq));
  }
  CHECK(ms == UINT64_MAX);  // a malformed ID leaves the output alone
}

}  // namespace
}  // namespace snaptree::redis
