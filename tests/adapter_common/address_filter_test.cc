#include "adapters/common/address_filter.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace snaptree::test {
namespace {

using Texts = std::vector<std::string>;

AddressFilterOptions Options(Texts include, Texts exclude = {}) {
  AddressFilterOptions options;
  options.include = std::move(include);
  options.exclude = std::move(exclude);
  return options;
}

TEST_CASE("without a choice everything is selected") {
  const AddressFilter filter;
  CHECK(filter.everything());
  CHECK(filter.Selects("any"));
  CHECK(filter.MaySelectBelow("any/"));
  CHECK(filter.unmatched().empty());
  CHECK(AddressFilter(AddressFilterOptions()).everything());
}

TEST_CASE("shapes of patterns") {
  const std::string address = "s3/photos/2024/a[1].jpg";
  for (const char* pattern :
       {"s3/photos/2024/a\\[1\\].jpg", "s3/*", "s3/*.jpg", "s3/photos/20?4/*", "s3/photos",
        "s3/photos/", "s3/*/2024/", "./s3/photos", "*", "*[[]1]*", "s3/photos/202[0-9]/*", "s3",
        "s3/p*s/20?4", "s3/photos/202[0-9]", "?3", "s3/*/2024"}) {
    INFO(pattern);
    const AddressFilter filter(Options({pattern}));
    CHECK(filter.Selects(address));
    CHECK(filter.MaySelectBelow("s3/photos/"));
    CHECK(filter.unmatched().empty());
  }
  for (const char* pattern : {"s3/photo", "photos/*", "S3/*", "s3/photos/2024/a[1].jpg", "*.JPG",
                              "s3/photos/2024/a\\[1\\].jp", "", "/s3/photos", "s3/photos/202?4",
                              "s3/p?otos/2", "s3/*/202"}) {
    INFO(pattern);
    const AddressFilter filter(Options({pattern}));
    CHECK_FALSE(filter.Selects(address));
    CHECK(filter.unmatched().size() == 1);
  }
}

TEST_CASE("exclude wins, and alone it leaves the rest") {
  const AddressFilter both(Options({"s3/*"}, {"*.tmp"}));
  CHECK(both.Selects("s3/b/x"));
  CHECK_FALSE(both.Selects("s3/b/x.tmp"));
  CHECK_FALSE(both.Selects("sqs/q/messages.jsonl"));
  const AddressFilter alone(Options({}, {"s3/logs"}));
  CHECK(alone.Selects("s3/photos/x"));
  CHECK_FALSE(alone.Selects("s3/logs/x"));
  CHECK_FALSE(alone.MaySelectBelow("s3/logs/"));
  CHECK(alone.MaySelectBelow("s3/"));
}

TEST_CASE("an excluded folder is excluded as a whole, however it is named") {
  for (const char* pattern : {"s3/photos", "s3/photos/", "s3/photos/*", "s3/p?otos", "s3/p?otos/",
                              "s3/p?otos/*", "s3/*", "?3", "*"}) {
    INFO(pattern);
    const AddressFilter filter(Options({}, {pattern}));
    CHECK_FALSE(filter.MaySelectBelow("s3/photos/"));
    CHECK_FALSE(filter.MaySelectBelow("s3/photos/2024/"));
    CHECK_FALSE(filter.Selects("s3/photos/x"));
    CHECK(filter.unmatched().empty());
  }
  for (const char* pattern : {"s3/photo", "s3/p?oto", "s3/photos/2024/*", "s3/*.jpg",
                              "s3/photos/2*", "s3/photos/?", "dynamodb/*"}) {
    INFO(pattern);
    CHECK(AddressFilter(Options({}, {pattern})).MaySelectBelow("s3/photos/"));
  }
}

TEST_CASE("a folder in which nothing can match need not be looked at") {
  const AddressFilter filter(Options({"dynamodb/orders/items/a*", "redis/db_0/hashes/h.json"}));
  CHECK(filter.MaySelectBelow("dynamodb/"));
  CHECK(filter.MaySelectBelow("dynamodb/orders/"));
  CHECK_FALSE(filter.MaySelectBelow("dynamodb/carts/"));
  CHECK_FALSE(filter.MaySelectBelow("s3/"));
  CHECK(filter.MaySelectBelow("redis/db_0/"));
}

TEST_CASE("files are addresses as they are, however many") {
  AddressFilterOptions options;
  options.from_files = true;
  options.files = {"s3/b/*", "s3/b/x", "s3/b/x"};
  const AddressFilter filter(std::move(options));
  CHECK(filter.Selects("s3/b/x"));
  CHECK(filter.Selects("s3/b/*"));
  CHECK_FALSE(filter.Selects("s3/b/y"));
  CHECK(filter.MaySelectBelow("s3/b/"));
  CHECK_FALSE(filter.MaySelectBelow("s3/c/"));
  CHECK(filter.unmatched().empty());
  AddressFilterOptions none;
  none.from_files = true;
  CHECK_FALSE(AddressFilter(std::move(none)).Selects("s3/b/x"));
}

Texts UnmatchedOf(const AddressFilter& filter) {
  Texts patterns;
  for (const AddressFilter::Unmatched& one : filter.unmatched()) patterns.push_back(one.pattern);
  return patterns;
}

TEST_CASE("a record of two files: asked for by either name, excluded by its own") {
  const Slice body = "s3/b/a";
  const Slice sidecar = "s3/b/a.meta";
  const auto selects = [&](Texts include, Texts exclude) {
    const AddressFilter filter(Options(std::move(include), std::move(exclude)));
    const bool selected = filter.Selects(body, sidecar);
    filter.Excludes(sidecar);
    CHECK(UnmatchedOf(filter).empty());
    return selected;
  };
  CHECK(selects({"s3/b/a"}, {}));
  CHECK(selects({"*.meta"}, {}));
  CHECK(selects({"s3/b/a", "*.meta"}, {}));
  CHECK_FALSE(selects({"*.meta"}, {"s3/b/a"}));
  CHECK_FALSE(selects({"*.meta"}, {"s3/b/*"}));
  // What is excluded asks for nothing.
  CHECK_FALSE(selects({"*.meta"}, {"s3/b/a.meta"}));
  CHECK(selects({"s3/b/a", "*.meta"}, {"s3/b/a.meta"}));
  CHECK(selects({}, {"*.meta"}));
  CHECK_FALSE(AddressFilter(Options({"s3/c"})).Selects(body, sidecar));
  const AddressFilter everything;
  CHECK(everything.Selects(body, sidecar));
  CHECK_FALSE(everything.Excludes(sidecar));
}

TEST_CASE("files that come with records: marks and exclusions") {
  const AddressFilter filter(Options({"a/list", "b"}, {"*/x", "*/y"}));
  CHECK_FALSE(filter.Excludes("a/list"));
  CHECK(filter.Excludes("a/x"));
  CHECK(UnmatchedOf(filter) == Texts{"a/list", "b", "*/y"});
  filter.MarkMet("a/list");
  filter.MarkMet("a/y");  // it is there, and yet nothing was left out
  CHECK(UnmatchedOf(filter) == Texts{"b", "*/y"});
}

TEST_CASE("the nearest addresses do not depend on the order in which they are seen") {
  Texts seen = {"s3/photos/a.jpg", "s3/photos/b.jpg", "s3/photo/a.jpg", "sqs/q/messages.jsonl",
                "s3/photos/a.jpeg"};
  Texts first;
  for (int i = 0; i < 5; ++i) {
    const AddressFilter filter(Options({"s3/fotos/a.jpg"}));
    for (const std::string& address : seen) CHECK_FALSE(filter.Selects(address));
    const auto unmatched = filter.unmatched();
    REQUIRE(unmatched.size() == 1);
    CHECK(unmatched[0].pattern == "s3/fotos/a.jpg");
    CHECK(unmatched[0].nearest.size() == 3);
    CHECK(unmatched[0].nearest[0] == "s3/photos/a.jpg");
    if (i == 0) first = unmatched[0].nearest;
    CHECK(unmatched[0].nearest == first);
    std::rotate(seen.begin(), seen.begin() + 1, seen.end());
  }
}

}  // namespace
}  // namespace snaptree::test
