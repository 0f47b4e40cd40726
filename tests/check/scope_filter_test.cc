// Patterns widened to the scopes that hold all that they may match.
#include "check/scope_filter.h"

#include <catch2/catch.hpp>

namespace snaptree::test {
namespace {

using Texts = std::vector<std::string>;

std::string Scope(const std::string& glob) { return ScopeOf(glob, true).value_or("anywhere"); }

TEST_CASE("ScopeOf: what is sure of a pattern") {
  CHECK(Scope("s3/photos/2024/*.jpg") == "s3/photos");
  CHECK(Scope("./s3/photos/a") == "s3/photos");
  CHECK(Scope("s3/photos") == "s3/photos");
  CHECK(Scope("s3/photos/") == "s3/photos");
  CHECK(Scope("s3/photos*") == "s3");
  CHECK(Scope("s3/*/a") == "s3");
  CHECK(Scope("s3/p[ab]/a") == "s3");
  CHECK(Scope("s3/p\\*/a") == "s3");
  CHECK(Scope("s3/") == "s3");
  CHECK(Scope("s3") == "s3");
  CHECK(Scope("redis/db_0/strings/a.bin") == "redis/db_0");
  CHECK(Scope("fs/tree/a/b") == "fs");
  CHECK(Scope("s3*") == "anywhere");
  CHECK(Scope("*") == "anywhere");
  CHECK(Scope("*/photos/a") == "anywhere");
  CHECK(Scope("unknown/rows.jsonl") == "anywhere");
  CHECK(Scope("rawkv/data.jsonl") == "anywhere");
  CHECK(Scope("MANIFEST.json") == "anywhere");
  CHECK(Scope("") == "anywhere");
}

TEST_CASE("ScopeOf: addresses are no patterns") {
  CHECK(ScopeOf("s3/p*/a", false) == "s3/p*");
  CHECK(ScopeOf("s3/p[/a", false) == "s3/p[");
}

TEST_CASE("ScopesOf: includes are widened, excludes are kept when they are whole scopes") {
  AddressFilterOptions filter;
  filter.include = {"s3/photos/a", "s3/photos/b*", "redis/db_0/sets/*"};
  filter.exclude = {"s3/photos/a/*", "s3/logs", "*.json", "sqs"};
  AddressFilterOptions scopes = ScopesOf(filter);
  CHECK(scopes.include == Texts{"redis/db_0", "s3/photos"});
  CHECK(scopes.exclude == Texts{"s3/logs", "sqs"});
  CHECK_FALSE(scopes.from_files);

  filter.include.emplace_back("*.jsonl");
  scopes = ScopesOf(filter);
  CHECK(scopes.include.empty());

  AddressFilterOptions files;
  files.from_files = true;
  files.files = {"sqs/jobs/messages.jsonl", "sqs/mail/_queue.json"};
  CHECK(ScopesOf(files).include == Texts{"sqs/jobs", "sqs/mail"});
  files.files = {"s3/p*/a"};
  // A name with a wild character in it must not become a pattern of something else.
  const AddressFilter selected(ScopesOf(files));
  CHECK(selected.Selects("s3/p*/a"));
}

}  // namespace
}  // namespace snaptree::test
