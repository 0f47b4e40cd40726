// Key codecs: spec 05 sections 1.1, 1.2, vectors V1 to V7.
#include "adapters/sqs/sqs_keys.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::sqs {
namespace {

using test::Unhex;

constexpr const char* kIdHex =
    "4d4441784d5449794d7a4d304e4455314e6a59334e7a67344f546c6859574a6959324e6b5a47566c5a6d59";

// Everything that a key says, in one line.
std::string Parsed(SqsFamily family, Slice key) {
  SqsKeyParser parser(family);
  SqsKey k;
  if (!parser.Parse(key, &k)) return "malformed";
  std::string text(parser.queue_name());
  if (k.partitioned) text += " partition " + std::to_string(k.partition);
  text += " gen " + std::to_string(k.generation) + " ms " + std::to_string(k.time_ms);
  if (!k.group.empty()) text += " group " + std::string(k.group);
  return text + " name " + (k.name.empty() ? "-" : std::string(parser.name()));
}

TEST_CASE("V1, V1b, V2: queue rows") {
  const std::string q = "62334a6b5a584a7a4c6d5a705a6d38";
  CHECK(Parsed(SqsFamily::kMeta, Unhex("217371737c71756575657c6d6574617c" + q)) ==
        "orders.fifo gen 0 ms 0 name -");
  CHECK(Parsed(SqsFamily::kGen, Unhex("217371737c71756575657c67656e7c" + q)) ==
        "orders.fifo gen 0 ms 0 name -");
  CHECK(Parsed(SqsFamily::kSeq, Unhex("217371737c71756575657c7365717c" + q)) ==
        "orders.fifo gen 0 ms 0 name -");
  CHECK(Parsed(SqsFamily::kTombstone,
               Unhex("217371737c71756575657c746f6d6273746f6e657c" + q + "0000000000000006")) ==
        "orders.fifo gen 6 ms 0 name -");
}

TEST_CASE("V3 to V6: classic message rows") {
  const std::string q = "62334a6b5a584a7a4c6d5a705a6d380000000000000007";
  const std::string id = "00112233445566778899aabbccddeeff";
  CHECK(Parsed(SqsFamily::kData, Unhex("217371737c6d73677c646174617c" + q + kIdHex)) ==
        "orders.fifo gen 7 ms 0 name " + id);
  CHECK(Parsed(SqsFamily::kVis, Unhex("217371737c6d73677c7669737c" + q + "0000018bcfe57b88" +
                                      kIdHex)) == "orders.fifo gen 7 ms 1700000005000 name " + id);
  CHECK(Parsed(SqsFamily::kByAge,
               Unhex("217371737c6d73677c62796167657c" + q + "0000018bcfe56800" + kIdHex)) ==
        "orders.fifo gen 7 ms 1700000000000 name " + id);
  CHECK(Parsed(SqsFamily::kDedup, Unhex("217371737c6d73677c64656475707c" + q + "5a433078")) ==
        "orders.fifo gen 7 ms 0 name d-1");
  CHECK(Parsed(SqsFamily::kGroup, Unhex("217371737c6d73677c67726f75707c" + q + "5a7a45")) ==
        "orders.fifo gen 7 ms 0 name g1");
}

TEST_CASE("V7: partitioned message rows") {
  const std::string q = "6343356d61575a767c000000010000000000000001";
  const std::string id = "62576c6b4c5441774d51";
  CHECK(Parsed(SqsFamily::kVis, Unhex("217371737c6d73677c7669737c707c" + q + "00000000000007d0" +
                                      id)) == "p.fifo partition 1 gen 1 ms 2000 name mid-001");
  CHECK(Parsed(SqsFamily::kByAge,
               Unhex("217371737c6d73677c62796167657c707c" + q + "00000000000007d0" + id)) ==
        "p.fifo partition 1 gen 1 ms 2000 name mid-001");
  CHECK(Parsed(SqsFamily::kDedup,
               Unhex("217371737c6d73677c64656475707c707c" + q + "5a7a457c5a4441")) ==
        "p.fifo partition 1 gen 1 ms 0 group ZzE name d0");
  CHECK(Parsed(SqsFamily::kData, Unhex("217371737c6d73677c646174617c707c6343356d61575a767c00000001"
                                       "0000000000000007" +
                                       id)) == "p.fifo partition 1 gen 7 ms 0 name mid-001");
  CHECK(Parsed(SqsFamily::kGroup, Unhex("217371737c6d73677c67726f75707c707c" + q + "5a7a45")) ==
        "p.fifo partition 1 gen 1 ms 0 name g1");
}

TEST_CASE("keys that are not built as they must be") {
  const std::string gen(8, '\0');
  const Slice data = "!sqs|msg|data|";
  const auto malformed = [&](SqsFamily family, const std::string& key) {
    INFO(Printable(key));
    CHECK(Parsed(family, key) == "malformed");
  };
  const auto bad_data = [&](const std::string& tail) {
    malformed(SqsFamily::kData, std::string(data) + tail);
  };
  bad_data("");
  bad_data(gen + "YQ");                // no queue
  bad_data("YQ");                      // no generation
  bad_data("YQ" + gen);                // no id
  bad_data("YQ" + gen.substr(1));      // generation cut
  bad_data("YQ" + gen + "Y");          // id of one character
  bad_data("YQ" + gen + "YR");         // unused bits
  bad_data("YR" + gen + "YQ");         // the same in the queue
  bad_data("YQ" + gen + "YQ==");       // padding
  bad_data("YQ" + gen + "YQ\n");       // line break
  bad_data("YQ" + gen + "gA");         // id no UTF-8: 80
  bad_data("gA" + gen + "YQ");         // queue no UTF-8
  bad_data("p|YQ" + gen + "YQ");       // partitioned without separator
  bad_data("p||" + gen + "1234YQ");    // partitioned without queue
  bad_data("p|YQ|" + gen + "YQ");      // partition missing
  bad_data("p|YQ|1234" + gen);         // id missing
  bad_data("p|Y.|1234" + gen + "YQ");  // no alphabet
  malformed(SqsFamily::kData, "!sqs|msg|vis|YQ" + gen + "YQ");
  malformed(SqsFamily::kMeta, "!sqs|queue|meta|");
  malformed(SqsFamily::kMeta, "!sqs|queue|meta|YQ" + gen);
  malformed(SqsFamily::kMeta, "!sqs|queue|meta|Y.");
  malformed(SqsFamily::kMeta, "!sqs|queue|meta|p|YQ");
  malformed(SqsFamily::kTombstone, "!sqs|queue|tombstone|YQ" + gen + "x");
  malformed(SqsFamily::kVis, "!sqs|msg|vis|YQ" + gen + "YQ");             // no time
  malformed(SqsFamily::kDedup, "!sqs|msg|dedup|p|YQ|1234" + gen + "YQ");  // no group
  malformed(SqsFamily::kDedup, "!sqs|msg|dedup|p|YQ|1234" + gen + "|YQ");
  malformed(SqsFamily::kDedup, "!sqs|msg|dedup|p|YQ|1234" + gen + "YQ|");
}

TEST_CASE("keys that look odd and are right") {
  const std::string gen(8, '\0');
  // Groups and dedup ids are bytes; a classic queue may begin with p; a generation may hold '|'.
  CHECK(Parsed(SqsFamily::kGroup, "!sqs|msg|group|YQ" + gen + "gA") == "a gen 0 ms 0 name \x80");
  CHECK(Parsed(SqsFamily::kData, "!sqs|msg|data|pp" + std::string("\0\0\0\0\0\0\0|", 8) + "YQ") ==
        "malformed");  // "pp" has unused bits
  CHECK(Parsed(SqsFamily::kData, "!sqs|msg|data|pQ" + std::string("\0\0\0\0\0\0\0|", 8) + "YQ") ==
        "malformed");  // a5 is no UTF-8
  CHECK(Parsed(SqsFamily::kData, "!sqs|msg|data|eA" + std::string("\0\0\0\0\0\0\0|", 8) + "YQ") ==
        "x gen 124 ms 0 name a");
  CHECK(Parsed(SqsFamily::kData, "!sqs|msg|data|eA\xff" + gen.substr(1) + "YQ") ==
        "x gen 18374686479671623680 ms 0 name a");
  CHECK(Parsed(SqsFamily::kData, test::MessageKey("x", 5, "a", 4000000000U)) ==
        "x partition 4000000000 gen 5 ms 0 name a");
}

TEST_CASE("a parser remembers the queue of the key before, and no more") {
  SqsKeyParser parser(SqsFamily::kData);
  SqsKey key;
  const std::string a = test::MessageKey("a", 1, "1");
  const std::string b = test::MessageKey("b", 1, "2");
  std::string bad = a;
  bad[15] = 'R';  // of "YQ"
  for (int round = 0; round < 2; ++round) {
    REQUIRE(parser.Parse(a, &key));
    CHECK(parser.queue_name() == "a");
    CHECK(parser.name() == "1");
    CHECK_FALSE(parser.Parse(bad, &key));
    CHECK_FALSE(parser.Parse(bad, &key));
    REQUIRE(parser.Parse(b, &key));
    CHECK(parser.queue_name() == "b");
    CHECK(parser.name() == "2");
  }
}

TEST_CASE("runs: what may differ between the rows of one") {
  const auto parse = [](const std::string& text) {
    SqsKeyParser parser(SqsFamily::kData);
    SqsKey key;
    REQUIRE(parser.Parse(text, &key));
    return key;
  };
  const std::string first = test::MessageKey("a", 1, "1");
  const SqsKey key = parse(first);
  const auto same = [&](const std::string& other) { return key.SameRun(parse(other)); };
  CHECK(same(test::MessageKey("a", 1, "2")));
  CHECK_FALSE(same(test::MessageKey("a", 2, "1")));
  CHECK_FALSE(same(test::MessageKey("b", 1, "1")));
  CHECK_FALSE(same(test::MessageKey("a", 1, "1", 0)));
  const SqsKey partitioned = parse(test::MessageKey("a", 1, "1", 0));
  CHECK_FALSE(partitioned.SameRun(parse(test::MessageKey("a", 1, "1", 1))));
}

}  // namespace
}  // namespace snaptree::sqs
