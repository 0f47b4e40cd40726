// Which family a key belongs to: spec 06 chapters 1 and 2, spec 01 section 7.6.
#include "formats/family_table.h"

#include <algorithm>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "tests/support/opened_snapshot.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

std::string NameOf(Slice key) { return std::string(FamilyName(ClassifyLogicalKey(key))); }

TEST_CASE("families stand in byte order and have one owner each") {
  const auto families = Families();
  REQUIRE(families.size() == kPrefixFamilies + 4);
  for (size_t i = 0; i < kPrefixFamilies; ++i) {
    CAPTURE(families[i].prefix);
    if (i > 0) CHECK(families[i - 1].prefix < families[i].prefix);
    CHECK(NameOf(families[i].prefix) == families[i].prefix);
    CHECK(FamilyOf(families[i].prefix) == i);
    // The last key of a family, and the bytes of a key of another one behind the prefix.
    if (families[i].prefix.back() == '|') {
      CHECK(ClassifyLogicalKey(std::string(families[i].prefix) + "\xff\xff") == i);
      CHECK(ClassifyLogicalKey(std::string(families[i].prefix) + "!zs|scr|x") == i);
    }
  }
}

TEST_CASE("classes and owners are those of the inventory") {
  const std::map<std::string, std::string> classes = {
      {"U dynamodb", "!ddb|item| !ddb|meta|gen| !ddb|meta|table|"},
      {"D dynamodb", "!ddb|gsi|"},
      {"I internal", "!dist|delta| !dist|job| !dist|jobhist| !dist|meta| !dist|route|"},
      {"U fs", "!fs|chk| !fs|dir| !fs|home| !fs|ino|"},
      {"D fs", "!fs|dirv| !fs|usage !fs|usage|route|"},
      {"I fs", "!fs|intent| !fs|job|move| !fs|reffence| !fs|ref|"},
      {"U redis",
       "!hs|fld| !hs|meta| !lst|itm| !lst|meta| !redis|hash| !redis|set| !redis|stream| "
       "!redis|hll| "
       "!redis|str| !redis|zset| !stream|entry| !stream|meta| !st|mem| !st|meta| !zs|mem| "
       "!zs|meta|"},
      {"D redis", "!redis|ttl| !zs|scr|"},
      {"I redis",
       "!lst|claim| !redis|txn-wide-hash| !redis|txn-wide-list| !redis|txn-wide-set| "
       "!redis|txn-wide-zset|"},
      {"U s3",
       "!s3|blob| !s3|chunkblob| !s3|chunkref| !s3|obj|head| !s3|bucket|gen| !s3|bucket|meta| "
       "!s3|upload|meta| !s3|upload|part|"},
      {"I s3", "!s3|gc|upload|"},
      {"U sqs", "!sqs|msg|data| !sqs|queue|gen| !sqs|queue|meta| !sqs|queue|seq|"},
      {"D sqs", "!sqs|msg|byage| !sqs|msg|vis|"},
      {"I sqs", "!sqs|msg|dedup| !sqs|msg|group| !sqs|queue|tombstone|"},
      {"T internal", "!txn|cmt| !txn|int| !txn|lock| !txn|rb|"},
  };
  const std::map<FamilyClass, char> letters = {{FamilyClass::kData, 'U'},
                                               {FamilyClass::kDerived, 'D'},
                                               {FamilyClass::kOperational, 'I'},
                                               {FamilyClass::kTransactional, 'T'}};
  size_t listed = 0;
  for (const auto& [label, names] : classes) {
    for (size_t at = 0; at < names.size();) {
      const size_t end = std::min(names.find(' ', at), names.size());
      const Family& family = Families()[FamilyOf(names.substr(at, end - at))];
      CAPTURE(label, family.prefix);
      CHECK(letters.at(family.family_class) == label[0]);
      CHECK(AdapterName(family.adapter) == label.substr(2));
      CHECK(family.newest_at_any_time == (family.prefix == "!s3|chunkblob|"));
      ++listed;
      at = end + 1;
    }
  }
  CHECK(listed == kPrefixFamilies);
  CHECK(Families()[BareFamily()].adapter == AdapterId::kRawkv);
  CHECK(Families()[BareFamily()].family_class == FamilyClass::kData);
  CHECK(Families()[UnknownFamily()].family_class == FamilyClass::kUnknown);
  CHECK(Families()[RawMetadataFamily()].family_class == FamilyClass::kOperational);
  CHECK(Families()[RegistryFamily()].family_class == FamilyClass::kOperational);
}

TEST_CASE("order traps: the bar sorts after letters") {
  CHECK(NameOf("!fs|dirv|x") == "!fs|dirv|");
  CHECK(NameOf("!fs|dir|x") == "!fs|dir|");
  CHECK(NameOf("!fs|reffence|x") == "!fs|reffence|");
  CHECK(NameOf("!fs|ref|x") == "!fs|ref|");
  CHECK(NameOf("!stream|meta|x") == "!stream|meta|");
  CHECK(NameOf("!st|meta|x") == "!st|meta|");
  CHECK(NameOf("!dist|jobhist|x") == "!dist|jobhist|");
  CHECK(NameOf("!dist|job|x") == "!dist|job|");
  CHECK(NameOf("!s3|chunkblob|x") == "!s3|chunkblob|");
  CHECK(NameOf("!redis|stream|x") == "!redis|stream|");
  CHECK(NameOf("!redis|str|x") == "!redis|str|");
  // Delta rows belong to the family of their metas.
  for (const char* meta : {"!hs|meta|", "!lst|meta|", "!st|meta|", "!zs|meta|"}) {
    CHECK(NameOf(std::string(meta) + "d|x") == meta);
  }
  CHECK(NameOf("!sqs|msg|data|p|x") == "!sqs|msg|data|");
}

TEST_CASE("usage is one exact key") {
  CHECK(NameOf("!fs|usage") == "!fs|usage");
  CHECK(NameOf("!fs|usage|route|") == "!fs|usage|route|");
  CHECK(NameOf("!fs|usage|route|x") == "!fs|usage|route|");
  for (const char* key : {"!fs|usag", "!fs|usage|", "!fs|usages", "!fs|usage|rout", "!fs|usage}"}) {
    CHECK(NameOf(key) == "<unknown>");
  }
  CHECK(NameOf(Slice("!fs|usage\0", 10)) == "<unknown>");
}

TEST_CASE("a reserved root without a family is unknown, anything else is bare") {
  for (const char* key : {"!ddb|",
                          "!ddb|route|table|x",
                          "!dist|",
                          "!dist|x",
                          "!encryption|",
                          "!encryption|writers|x",
                          "!fs|",
                          "!fs|route|chk|",
                          "!hs|",
                          "!hs|xyz|",
                          "!lst|",
                          "!redis|",
                          "!redis|route|x",
                          "!redis|read-fence-route-changed",
                          "!s3route|",
                          "!s3route|x",
                          "!s3|",
                          "!s3|x",
                          "!sqs|",
                          "!sqs|route|x",
                          "!st|",
                          "!st|x",
                          "!txn|",
                          "!txn|meta|x",
                          "!zs|",
                          "!zs|zzz",
                          "!hs|fld",
                          "!redis|strx|",
                          "!redis|txn-wide-hashes|"}) {
    CAPTURE(key);
    CHECK(NameOf(key) == "<unknown>");
  }
  for (const char* key : {"",
                          "!",
                          "!!",
                          "!mine",
                          "!stream|foo",
                          "!stream|",
                          "!stream|entry",
                          "!stream|meta",
                          "!redis",
                          "!redisx|",
                          "!s3",
                          "!s3rout",
                          "!zs",
                          "!zsx|",
                          "!REDIS|str|x",
                          " !redis|str|x",
                          "redis|str|x",
                          "user:1",
                          "_meta_",
                          "_meta_last_commit_ts",
                          "~",
                          "\xff\xff"}) {
    CAPTURE(key);
    CHECK(NameOf(key) == "<bare>");
  }
  CHECK(NameOf(Slice("\0!redis|str|x", 13)) == "<bare>");
}

TEST_CASE("raw rows are recognised by their exact raw key") {
  for (const Slice name :
       {kMetaLastCommitTs, kMetaMinRetainedTs, kMetaPendingMinRetainedTs, kMetaAppliedIndex}) {
    CHECK(ClassifyRawKey(name) == RawMetadataFamily());
    CHECK(ClassifyRawKey(std::string(name) + "x") == -1);
    CHECK(ClassifyRawKey(name.substr(0, name.size() - 1)) == -1);
    CHECK(ClassifyRawKey(RawKey(name, kT1)) == -1);
  }
  CHECK(ClassifyRawKey(Unhex("5f6d6574615f6170706c6965645f696e646578")) == RawMetadataFamily());
  CHECK(ClassifyRawKey("_meta_other") == -1);

  const std::string registry = Unhex("21656e6372797074696f6e7c777269746572737caabbccdd7ceeff");
  CHECK(ClassifyRawKey(registry) == RegistryFamily());
  CHECK(ClassifyRawKey(registry + "x") == -1);
  CHECK(ClassifyRawKey(Slice(registry).substr(0, 26)) == -1);
  std::string other = registry;
  other[24] = '}';
  CHECK(ClassifyRawKey(other) == -1);
  other = registry;
  other[3] = 'x';
  CHECK(ClassifyRawKey(other) == -1);
  CHECK(ClassifyRawKey("") == -1);
}

TEST_CASE("names are found in the forms in which people type them") {
  CHECK(FindFamily("!redis|str|") == FamilyOf("!redis|str|"));
  CHECK(FindFamily("redis|str|") == FamilyOf("!redis|str|"));
  CHECK(FindFamily("redis|str") == FamilyOf("!redis|str|"));
  CHECK(FindFamily("fs|usage") == FamilyOf("!fs|usage"));
  CHECK(FindFamily("fs|usage|route") == FamilyOf("!fs|usage|route|"));
  CHECK(FindFamily("bare") == BareFamily());
  CHECK(FindFamily("<bare>") == BareFamily());
  CHECK(FindFamily("unknown") == UnknownFamily());
  for (const char* name : {"", "!", "|", "redis", "redis|", "!redis|str|x", "str"}) {
    CAPTURE(name);
    CHECK(FindFamily(name) == -1);
  }
}

TEST_CASE("user keys that look like raw rows stay user keys") {
  const OpenedSnapshot opened = OpenBytes(SnapshotBuilder()
                                              .Put("_meta_last_commit_ts", kT1, "mine")
                                              .Put("_meta_applied_index", kT1, "mine too")
                                              .Metadata("_meta_last_commit_ts", kT0)
                                              .Metadata("_meta_applied_index", 66)
                                              .Bytes());
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.meta_last_commit_ts == kT0);
  CHECK(opened.scan.applied_index == 66U);
  CHECK(opened.scan.of(RawMetadataFamily()).rows == 2);
  CHECK(LiveRows(opened).at("_meta_last_commit_ts") == "mine");
  CHECK(LiveRows(opened).at("_meta_applied_index") == "mine too");
}

}  // namespace
}  // namespace snaptree
