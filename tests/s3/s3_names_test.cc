// Paths of objects: spec 04 section 5.3, vector V14.
#include "adapters/s3/s3_names.h"

#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

#include "manifest/file_name_codec.h"
#include "tests/support/s3_store.h"
#include "tests/support/temp_folder.h"

namespace snaptree::s3 {
namespace {

using Paths = std::map<std::string, std::string>;

Paths PathsOf(std::vector<std::string> keys, bool rename = false, size_t memory = 64 << 20) {
  std::sort(keys.begin(), keys.end());
  const test::TempFolder scratch;
  NamePass names({memory, [&]() -> Result<std::string> { return scratch.path(); }}, rename);
  Paths paths;
  for (int bucket = 0; bucket < 2; ++bucket) {  // a pass is used again
    names.Begin();
    for (const std::string& key : keys) REQUIRE(names.Add(key).ok());
    REQUIRE(names.EndOfKeys().ok());
    paths.clear();
    for (const std::string& key : keys) {
      const auto kind = names.KindOf(key);
      REQUIRE(kind.ok());
      paths[key] = PathOf(key, *kind);
    }
  }
  return paths;
}

TEST_CASE("V14: names that one key decides") {
  const Paths expected = {
      {"", "e3b0c44298fc1c149afbf4c8996fb924__"},
      {"folder/", "868cb515dd345cf15efd8fe9fc49c336__folder%2F"},
      {"/abs", "e802dcc0fe5e6ec15fb324124811a6cb__%2Fabs"},
      {std::string("n\0l", 3), "840e24ab338dac947b367a87fba5637e__n%00l"},
      {"a\\b", "c62016d0f8ee333350283fd879b50b69__a%5Cb"},
      {std::string(300, 'k'), "17b16d8ef494060fefa36a6a41567b8c__" + std::string(64, 'k')},
      {"_bucket.json", "e7b494ff8f7bef050339f83852eadbf4___bucket.json"},
      {"_bucket.json/x", "490c3dae98230cd630972c4d59e59c22___bucket.json%2Fx"},
      {"KEYMAP.jsonl", "77a2c66cc38f37859df6338ea505630e__KEYMAP.jsonl"},
      {"_orphans/x", "4550c5ab25eb249870a4874caa797c4a___orphans%2Fx"},
      {"_incomplete_uploads", "69917c57b5c335d4efd23a370e203590___incomplete_uploads"},
      {"d41d8cd98f00b204e9800998ecf8427e__photo.jpg",
       "59923b22f614ecb82c03cfe9026119f0__d41d8cd98f00b204e9800998ecf8427e__photo.jpg"},
      {"r.elastickv-meta.json", "7446217d67d6155c7122a8d885c83f87__r.elastickv-meta.json"},
      {"a/_bucket.json", "a/_bucket.json"},
      {"MANIFEST.json", "MANIFEST.json"},
      {".scratch/x", ".scratch/x"},
      {"a b%\n\xff", "a b%\n\xff"}};
  std::vector<std::string> keys;
  for (const auto& [key, path] : expected) keys.push_back(key);
  CHECK(PathsOf(keys) == expected);
  CHECK(PathsOf({"r.elastickv-meta.json"}, true) ==
        Paths{{"r.elastickv-meta.json", "r.elastickv-meta.json.user-data"}});
}

TEST_CASE("V14: names that other keys decide") {
  const Paths cases[] = {
      {{"p", "p.elastickv-leaf-data"}, {"p/q", "p/q"}},
      {{"a", "a"}, {"a-b", "a-b"}, {"a/", "b3dda5b674f9ce730a37dee0a33bb31e__a%2F"}},
      {{"p", "p.elastickv-leaf-data"},
       {"p.elastickv-leaf-data", "66f28b09592976460ce6b6bdb912b2e7__p.elastickv-leaf-data"},
       {"p/q", "p/q"}},
      {{"a", "a.elastickv-leaf-data"},
       {"a.elastickv-leaf-data", "a.elastickv-leaf-data.elastickv-leaf-data"},
       {"a.elastickv-leaf-data/c", "72b01894199de56225ede49e0e184841__a.elastickv-leaf-data%2Fc"},
       {"a/b", "a/b"}},
      {{"x", "x"},
       {"x.elastickv-meta.json/y", "07c572078595e951bb01f114f76409f2__x.elastickv-meta.json%2Fy"}},
      {{"b\xff"
        "d",
        "b\xff"
        "d"}},
      {{"b\xff"
        "d",
        "1833cc0702395b212f8d165ba0a4bd09__b%FFd"},
       {"b\xff"
        "d/e",
        "b\xff"
        "d/e"}}};
  for (const Paths& expected : cases) {
    std::vector<std::string> keys;
    for (const auto& [key, path] : expected) keys.push_back(key);
    CHECK(PathsOf(keys) == expected);
    CHECK(PathsOf(keys, false, 0) == expected);
  }
}

TEST_CASE("lengths at which a name no longer fits") {
  const auto kind = [](const std::string& key, bool rename = false) {
    return LocalPathKind(key, rename);
  };
  CHECK(kind(std::string(235, 'k')) == PathKind::kNatural);
  CHECK(kind(std::string(236, 'k')) == PathKind::kFallback);
  CHECK(kind(std::string(255, 'k') + "/x") == PathKind::kNatural);
  CHECK(kind(std::string(256, 'k') + "/x") == PathKind::kFallback);
  std::string deep;
  while (deep.size() + 100 < 3072) deep += std::string(99, 'd') + "/";
  CHECK(kind(deep + std::string(3072 - deep.size(), 'x')) == PathKind::kNatural);
  CHECK(kind(deep + std::string(3073 - deep.size(), 'x')) == PathKind::kFallback);
  const std::string meta = ".elastickv-meta.json";
  CHECK(kind(std::string(205, 'k') + meta, true) == PathKind::kUserData);
  CHECK(kind(std::string(206, 'k') + meta, true) == PathKind::kFallback);
  CHECK(kind("\xff" + meta, true) == PathKind::kFallback);
  CHECK(kind("a/../b") == PathKind::kFallback);
  CHECK(kind("a//b") == PathKind::kFallback);
  CHECK(kind("./a") == PathKind::kFallback);
  CHECK(kind("...") == PathKind::kNatural);
  const std::string leaf(215, 'l');
  CHECK(PathsOf({leaf, leaf + "/x"}).at(leaf) == leaf + ".elastickv-leaf-data");
  CHECK(PathsOf({leaf + "l", leaf + "l/x"}).at(leaf + "l") == FallbackName(leaf + "l"));
}

TEST_CASE("random keys get the paths that the rules give, in any amount of memory") {
  const std::string pieces[] = {
      "a", "b", "/", ".elastickv-leaf-data", ".elastickv-meta.json", ".user-data", "/", "a", "-"};
  uint64_t state = 1;
  const auto random = [&state](uint64_t n) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33) % n;
  };
  uint64_t moved = 0;
  for (int round = 0; round < 4000; ++round) {
    std::vector<std::string> keys;
    for (uint64_t n = 1 + random(9); n > 0; --n) {
      std::string key;
      for (uint64_t m = 1 + random(6); m > 0; --m) key += pieces[random(std::size(pieces))];
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
      // A key that other keys' renames meet.
      if (random(2) == 0 && keys.size() > 1) {
        const std::string next = keys[random(keys.size())] + pieces[2 + random(4)] + "a";
        if (std::find(keys.begin(), keys.end(), next) == keys.end()) keys.push_back(next);
      }
    }
    const bool rename = random(2) == 0;
    const Paths expected = test::S3Paths(keys, rename);
    std::string text;
    for (const auto& [key, path] : expected) text += "\n" + key + " -> " + path;
    INFO("rename " << rename << text);
    const Paths found = PathsOf(keys, rename, round % 50 == 0 ? 0 : 64 << 20);
    REQUIRE(found == expected);
    for (const auto& [key, path] : found) {
      moved += path != key && LocalPathKind(key, rename) == PathKind::kNatural ? 1U : 0U;
    }
  }
  CHECK(moved > 1000);
}

}  // namespace
}  // namespace snaptree::s3
