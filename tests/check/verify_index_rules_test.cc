// Which rows verify compares with their indexes, what a correct node may have, and how much of what
// is wrong is kept.
#include <catch2/catch.hpp>

#include "base/coding.h"
#include "tests/support/verified_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;

TEST_CASE("the last version of a row counts, whatever came before it") {
  const std::string member = Unhex("217a737c6d656d7c000000017a6d");
  const std::string score = Unhex("217a737c7363727c000000017a4007ffffffffffff6d");
  const std::string other = Unhex("217a737c7363727c000000017abff00000000000006d");
  const std::string meta = Unhex("217a737c6d6574617c000000017a");
  const std::string minus = Unhex("bff8000000000000");
  const std::string one = Unhex("3ff0000000000000");
  const auto verify = [&](const std::function<void(SnapshotBuilder&)>& add) {
    SnapshotBuilder snapshot;
    snapshot.Put(meta, 5, Unhex("00000000000000010000000000000000"));
    add(snapshot);
    return VerifySnapshotBytes(snapshot.LastCommit(100).Bytes()).problems;
  };
  const std::string missing = "IndexRowMissing " + Printable(score);
  SECTION("a score that was changed") {
    CHECK(verify([&](SnapshotBuilder& s) {
            s.Put(member, 5, one).Put(other, 5, "").Delete(other, 6);
            s.Put(member, 6, minus).Put(score, 6, "");
          }) == Strings{});
  }
  SECTION("the old row was not deleted") {
    CHECK(verify([&](SnapshotBuilder& s) {
            s.Put(member, 5, one).Put(other, 5, "");
            s.Put(member, 6, minus).Put(score, 6, "");
          }) == Strings{"IndexRowStale " + Printable(other)});
  }
  SECTION("the row was deleted, or has expired") {
    CHECK(verify([&](SnapshotBuilder& s) {
            s.Put(member, 5, minus).Put(score, 5, "").Delete(score, 6);
          }) == Strings{missing});
    CHECK(verify([&](SnapshotBuilder& s) { s.Put(member, 5, minus).Put(score, 5, "", 50); }) ==
          Strings{missing});
  }
  SECTION("the member was deleted") {
    CHECK(verify([&](SnapshotBuilder& s) {
            s.Put(member, 5, minus).Delete(member, 6).Put(score, 5, "");
            s.Put(Unhex("217a737c6d656d7c000000017a6e"), 5, one);
            s.Put(Unhex("217a737c7363727c000000017abff00000000000006e"), 5, "");
          }) == Strings{"IndexRowStale " + Printable(score)});
  }
  SECTION("a member that cannot be read says nothing about its row") {
    CHECK(verify([&](SnapshotBuilder& s) { s.Put(member, 5, "short").Put(score, 5, ""); })
              .front()
              .starts_with("RedisInvalidZSetMember"));
  }
  SECTION("a score row without a score") {
    const std::string cut = Unhex("217a737c7363727c000000017a4007ff");
    CHECK(verify([&](SnapshotBuilder& s) {
            s.Put(member, 5, minus).Put(score, 5, "").Put(cut, 5, "");
          }) == Strings{"RedisMalformedKey " + Printable(cut)});
  }
}

TEST_CASE("TTL rows: what a node may have, and what it may not") {
  const std::string expiry = Unhex("000001941f297c00");
  const std::string later = Unhex("000001941f297c01");
  const std::string plain = Unhex("ff010076");
  const std::string expires = Unhex("ff0101") + expiry + "v";
  const auto verify = [&](const std::function<void(SnapshotBuilder&)>& add) {
    SnapshotBuilder snapshot;
    snapshot.Put("!redis|str|x", 5, expires).Put("!redis|ttl|x", 5, expiry);
    add(snapshot);
    return VerifySnapshotBytes(snapshot.LastCommit(100).Bytes());
  };
  const Strings mismatch = {"IndexRowMismatch !redis|ttl|k"};
  CHECK(verify([&](SnapshotBuilder& s) {
          s.Put("!redis|str|k", 5, expires).Put("!redis|ttl|k", 5, expiry);
        }).problems == Strings{});
  CHECK(verify([&](SnapshotBuilder& s) {
          s.Put("!redis|str|k", 5, expires).Put("!redis|ttl|k", 5, later);
        }).problems == mismatch);
  CHECK(verify([&](SnapshotBuilder& s) { s.Put("!redis|str|k", 5, expires); }).problems ==
        Strings{"IndexRowMissing !redis|ttl|k"});
  CHECK(verify([&](SnapshotBuilder& s) {
          s.Put("!redis|str|k", 5, plain).Put("!redis|ttl|k", 5, expiry);
        }).problems == Strings{"IndexRowStale !redis|ttl|k"});
  // An older form: the row is all that tells.
  CHECK(verify([&](SnapshotBuilder& s) {
          s.Put("!redis|str|k", 5, "raw").Put("!redis|ttl|k", 5, expiry);
        }).problems == Strings{});
  // A string in front of an HLL: either may have set it.
  for (const std::string& row : {expiry, later}) {
    CHECK(verify([&](SnapshotBuilder& s) {
            s.Put("!redis|str|k", 5, expires).Put("!redis|ttl|k", 5, row);
            s.Put("!redis|hll|k", 5, Unhex("ff0201") + later + Unhex("005253010a0161"));
          }).problems == Strings{});
  }
  // The Go tools write no such rows for strings at all.
  SnapshotBuilder without;
  without.Put("!redis|str|a", 5, expires).Put("!redis|str|b", 5, expires).LastCommit(9);
  const Verified found = VerifySnapshotBytes(without.Bytes());
  CHECK(found.problems == Strings{});
  CHECK(found.findings == Strings{"note redis_ttl_rows_absent 2"});
}

TEST_CASE(
    "an image of the Go tools that was used since lacks the TTL rows of its own strings only") {
  const std::string expiry = Unhex("0000019b76daa800");
  const std::string expires = Unhex("ff0101") + expiry + "v";
  const auto verify = [&](const std::function<void(SnapshotBuilder&)>& add) {
    SnapshotBuilder snapshot;
    snapshot.Put("!redis|str|image", 5, expires).Put("!redis|str|other", 5, expires);
    add(snapshot);
    return VerifySnapshotBytes(snapshot.LastCommit(100).Bytes());
  };
  const Strings note = {"note redis_ttl_rows_absent 2"};
  const Verified used = verify([&](SnapshotBuilder& s) {
    s.Put("!redis|str|set", 7, expires).Put("!redis|ttl|set", 7, expiry);
  });
  CHECK(used.problems == Strings{});
  CHECK(used.findings == note);
  // A row that was lost since, alone and beside one that is there.
  const auto lose = [&](SnapshotBuilder& s) { s.Put("!redis|str|lost", 8, expires); };
  const Strings lost = {"IndexRowMissing !redis|ttl|lost"};
  CHECK(verify(lose).problems == lost);
  const Verified both = verify([&](SnapshotBuilder& s) {
    s.Put("!redis|str|set", 7, expires).Put("!redis|ttl|set", 7, expiry);
    lose(s);
  });
  CHECK(both.problems == lost);
  CHECK(both.findings == note);
  // Rows that a node added afterwards are right, and say nothing of those that it has not got to.
  const Verified repaired =
      verify([&](SnapshotBuilder& s) { s.Put("!redis|ttl|image", 9, expiry); });
  CHECK(repaired.problems == Strings{});
  CHECK(repaired.findings == Strings{"note redis_ttl_rows_absent 1"});
  // An image with such a row is not of the Go tools.
  CHECK(verify([&](SnapshotBuilder& s) { s.Put("!redis|ttl|image", 5, expiry); }).problems ==
        Strings{"IndexRowMissing !redis|ttl|other"});
}

TEST_CASE("counts of heads are problems, and --quick looks at no record") {
  SnapshotBuilder snapshot;
  snapshot.Put(Unhex("2168737c6d6574617c000000026831"), 5,
               Unhex("00000000000000020000000000000000"));
  snapshot.Put(Unhex("2168737c666c647c00000002683166"), 5, "v").LastCommit(9);
  const std::string bytes = snapshot.Bytes();
  const Verified found = VerifySnapshotBytes(bytes);
  CHECK(found.problems.size() == 1);
  CHECK(found.problems[0].starts_with("redis_hash_length_mismatch "));
  CHECK(found.report.problem_counts ==
        std::map<std::string, uint64_t>{{"redis_hash_length_mismatch", 1}});
  const MemoryFile file(bytes);
  VerifyOptions options;
  options.what = file.path();
  options.quick = true;
  CHECK(Verify(options)->good());
}

TEST_CASE("more problems than are kept are counted") {
  SnapshotBuilder snapshot;
  std::string key;
  for (uint32_t i = 0; i < 10050; ++i) {
    key = "!zs|scr|" + Unhex("000000017a3ff0000000000000");
    AppendBe32(&key, i);
    snapshot.Put(key, 5, "");
  }
  const Verified found = VerifySnapshotBytes(snapshot.LastCommit(9).Bytes());
  CHECK(found.report.problem_count == 10050);
  CHECK(found.report.problem_counts == std::map<std::string, uint64_t>{{"IndexRowStale", 10050}});
  CHECK(found.problems.size() == 10000);
}

TEST_CASE("notes are counted, however many there are") {
  SnapshotBuilder snapshot;
  const std::string value = Unhex("ff0101000001941f297c00") + "v";
  for (int i = 0; i < 10050; ++i) snapshot.Put("!redis|str|" + std::to_string(i), 5, value);
  const Verified found = VerifySnapshotBytes(snapshot.LastCommit(9).Bytes());
  CHECK(found.problems == Strings{});
  CHECK(found.findings == Strings{"note redis_ttl_rows_absent 10050"});
}

}  // namespace
}  // namespace snaptree::test
