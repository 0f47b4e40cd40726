// Small values: spec 04 sections 2.1, 2.2, 2.5, 2.6, vectors V9 and V21.
#include "adapters/s3/s3_values.h"

#include <catch2/catch.hpp>

#include "tests/support/s3_rows.h"

namespace snaptree::s3 {
namespace {

using test::Unhex;

const std::string kRef1 =
    "012cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824000000000000000500026e31";
const std::string kRef2 =
    "022cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824000000000000000500026e310002"
    "00026e31000868313a353030353100026e32000868323a3530303531";

TEST_CASE("V9: chunk references") {
  for (const std::string& hex : {kRef1, kRef2}) {
    const auto ref = ParseChunkRef(Unhex(hex));
    REQUIRE(ref.has_value());
    CHECK(ref->digest == Sha256::Of("hello"));
    CHECK(ref->size == 5);
  }
  CHECK(test::S3ChunkRefValue("hello") == Unhex(kRef1));
}

TEST_CASE("V21: chunk references that are none") {
  CHECK_FALSE(ParseChunkRef(Unhex("03" + kRef1.substr(2))));
  CHECK_FALSE(ParseChunkRef(Unhex("00" + kRef1.substr(2))));
  CHECK_FALSE(ParseChunkRef(Unhex(kRef1 + "00")));
  CHECK_FALSE(ParseChunkRef(Unhex("01" + kRef2.substr(2))));
  std::string three = Unhex(kRef2);
  three[46] = 3;
  CHECK_FALSE(ParseChunkRef(three));
  three[46] = 1;
  CHECK_FALSE(ParseChunkRef(three));
  for (const std::string& hex : {kRef1, kRef2}) {
    const std::string whole = Unhex(hex);
    for (size_t n = 0; n < whole.size(); ++n) CHECK_FALSE(ParseChunkRef(Slice(whole).substr(0, n)));
  }
}

TEST_CASE("generation counters") {
  CHECK(ParseGeneration(Unhex("0000000000000003")) == 3U);
  CHECK(ParseGeneration(Unhex("ffffffffffffffff")) == UINT64_MAX);
  CHECK(ParseGeneration("12345678") == 0x3132333435363738U);  // 8 bytes are always a number
  CHECK(ParseGeneration(" \n7\t") == 7U);
  CHECK(ParseGeneration("18446744073709551615") == UINT64_MAX);
  for (const Slice bad : {"", " ", "x", "-1", "+1", "1 2", "1.0", "18446744073709551616"}) {
    CHECK_FALSE(ParseGeneration(bad));
  }
}

TEST_CASE("bucket records") {
  StoredJson json;
  const auto meta = ParseBucketMeta(
      R"({"bucket_name":"photos","generation":18446744073709551615,"created_at_hlc":9007199254740993,)"
      R"("owner":"k","region":"r","acl":"a","x":1.50,"y":{"z":[null]}})",
      &json);
  REQUIRE(meta.ok());
  CHECK(meta->bucket_name == "photos");
  CHECK(meta->generation == UINT64_MAX);
  CHECK(meta->created_at_hlc == 9007199254740993U);
  CHECK(meta->owner + meta->region + meta->acl == "kra");
  const std::vector<std::pair<std::string, std::string>> extra = {{"x", "1.50"},
                                                                  {"y", R"({"z":[null]})"}};
  CHECK(meta->extra.members() == extra);
  CHECK(ParseBucketMeta("{}", &json).ok());
  CHECK(ParseBucketMeta(R"({"generation":null})", &json).ok());
  for (const Slice bad : {"", "[]", "{", "{}x", "{\"generation\":-1}", "{\"generation\":1.0}",
                          "{\"generation\":\"1\"}", "{\"owner\":1}", "{\"acl\":\"\xff\"}"}) {
    const auto result = ParseBucketMeta(bad, &json);
    REQUIRE_FALSE(result.ok());
    CHECK(result.status().code() == "S3InvalidBucketMeta");
  }
}

TEST_CASE("upload records") {
  StoredJson json;
  CHECK(CheckUploadMeta(R"({"bucket":"b","object":"o","generation":3,"upload_id":"u",)"
                        R"("created_hlc":1,"content_type":"t","metadata":{"k":"v"},"new":[1]})",
                        &json)
            .ok());
  for (const Slice bad : {"", "{\"bucket\":1}", "{\"generation\":\"3\"}", "{\"metadata\":[]}",
                          "{\"metadata\":{\"k\":1}}", "{} {}"}) {
    CHECK(CheckUploadMeta(bad, &json).code() == "S3InvalidUpload");
  }
}

}  // namespace
}  // namespace snaptree::s3
