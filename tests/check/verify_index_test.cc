// verify finds every derived row that is missing, changed or too many, in the rows of a real node
// and in those that the encoder writes; and nothing in those rows as they are.
#include <algorithm>
#include <filesystem>
#include <functional>

#include "check/verify/finding_problems.h"
#include "check/verify/index_check.h"
#include <catch2/catch.hpp>

#include "base/coding.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/dynamodb_store.h"
#include "tests/support/dynamodb_tree.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/fs_store.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/redis_store.h"
#include "tests/support/rounds.h"
#include "tests/support/sqs_live_store.h"
#include "tests/support/sqs_store.h"
#include "tests/support/verified_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;

constexpr size_t kSuffix = 8;

Slice UserKey(const StoredRow& row) { return Slice(row.key).substr(0, row.key.size() - kSuffix); }

// A row that is the last word about its key, as all rows of these snapshots are that matter.
bool IsDerived(const StoredRow& row) {
  if (row.key.size() <= kSuffix || row.value.size() < 9 || (row.value[0] & 1) != 0) return false;
  return Families()[ClassifyLogicalKey(UserKey(row))].family_class == FamilyClass::kDerived;
}

// One version of each key that exists, and none of S3 and of file content, which are large and have
// no index.
StoredRows Node1Rows() {
  static const StoredRows rows = [] {
    const OpenedSnapshot opened =
        OpenPath(std::string(SNAPTREE_TESTDATA_DIR) + "/node1/0000000000000ed9.fsm.zst");
    REQUIRE(opened.status.ok());
    StoredRows out;
    for (size_t i = 0; i < Families().size(); ++i) {
      const auto family = static_cast<FamilyId>(i);
      if (Families()[i].adapter == AdapterId::kS3) continue;
      if (family == RawMetadataFamily() || family == RegistryFamily()) continue;
      ViewCursor cursor(opened.source(), opened.scan, family);
      ViewRow row;
      std::string storage;
      while (*cursor.NextLive(&row)) {
        const Result<Slice> body = LoadValue(opened.source(), row.body, &storage);
        out.push_back({RawKey(row.key, row.commit_ts), StoredValue(*body)});
      }
    }
    return out;
  }();
  return rows;
}

std::string Told(const char* code, const StoredRow& row) {
  return std::string(code) + " " + Printable(UserKey(row));
}

bool IsUsage(const StoredRow& row) { return UserKey(row).starts_with("!fs|usage"); }

// What is found when a derived row is missing. The counters of the filesystem are looked at in sum;
// some of them count nothing.
void CheckRemoved(const StoredRows& rows, size_t i) {
  INFO(Printable(rows[i].key));
  StoredRows less = rows;
  less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
  const Strings found = VerifyRows(less).problems;
  if (IsUsage(rows[i])) {
    CHECK(found.size() == 1);
    return;
  }
  CHECK(found == Strings{Told("IndexRowMissing", rows[i])});
}

// Whether the value of such a row says something.
bool HasMeaning(Slice key) { return !key.starts_with("!zs|scr|") && !key.starts_with("!fs|dirv|"); }

void CheckValue(const StoredRows& rows, size_t i) {
  if (!HasMeaning(UserKey(rows[i])) || IsUsage(rows[i])) return;
  INFO(Printable(rows[i].key));
  StoredRows changed = rows;
  changed[i].value.back() = static_cast<char>(changed[i].value.back() ^ 1);
  CHECK(VerifyRows(changed).problems == Strings{Told("IndexRowMismatch", rows[i])});
}

// The last byte of the key is part of a record's name, or of a number.
void CheckKey(const StoredRows& rows, size_t i) {
  if (IsUsage(rows[i])) return;
  INFO(Printable(rows[i].key));
  StoredRows changed = rows;
  char& last = changed[i].key[changed[i].key.size() - kSuffix - 1];
  last = static_cast<char>(last ^ 1);
  const Verified found = VerifyRows(changed);
  CHECK(std::count(found.problems.begin(), found.problems.end(),
                   Told("IndexRowMissing", rows[i])) == 1);
}

// A second row beside it, of a record that is not there.
void CheckAdded(const StoredRows& rows, size_t i) {
  if (IsUsage(rows[i])) return;
  INFO(Printable(rows[i].key));
  const std::string key(UserKey(rows[i]));
  StoredRows more = rows;
  StoredRow row = rows[i];
  if (key.starts_with("!ddb|gsi|")) {
    row.key.insert(key.rfind('|') + 1, Slice("other\0\1", 7));
  } else if (key.starts_with("!fs|dirv|")) {
    row.key[key.size() - 1] = static_cast<char>(row.key[key.size() - 1] ^ 0x55);
  } else {
    row.key.insert(key.size(), "AAAA");
  }
  more.push_back(row);
  const Verified found = VerifyRows(more);
  const auto noted = [&](const char* code) {
    CHECK(found.problems == Strings{});
    CHECK(std::count(found.findings.begin(), found.findings.end(),
                     std::string("note ") + code + " 1") == 1);
  };
  // What a correct node may have.
  if (key.starts_with("!sqs|msg|vis|")) return noted("sqs_stale_visibility");
  if (key.starts_with("!redis|ttl|")) return noted("redis_orphan_ttl");
  if (key.starts_with("!fs|dirv|")) return noted("fs_stale_directory_version");
  CHECK(found.problems == Strings{Told("IndexRowStale", row)});
}

using Check = void (*)(const StoredRows& rows, size_t i);

// About so many derived rows of each family.
void ForSome(const StoredRows& rows, size_t of_family, Check check) {
  std::map<FamilyId, std::vector<size_t>> by_family;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (IsDerived(rows[i])) by_family[ClassifyLogicalKey(UserKey(rows[i]))].push_back(i);
  }
  for (const auto& [family, places] : by_family) {
    const size_t step = std::max<size_t>(1, places.size() / of_family);
    for (size_t n = 0; n < places.size(); n += step) check(rows, places[n]);
  }
}

TEST_CASE("node1 is clean, and all of its indexes are compared") {
  const Verified found = VerifyRows(Node1Rows());
  CHECK(found.problems == Strings{});
  std::set<std::string> families;
  for (const StoredRow& row : Node1Rows()) {
    if (IsDerived(row)) families.emplace(FamilyName(ClassifyLogicalKey(UserKey(row))));
  }
  CHECK(families.size() == 7);
}

TEST_CASE("node1: a derived row that is missing, changed or added is found") {
  const StoredRows rows = Node1Rows();
  SECTION("missing") { ForSome(rows, 8, CheckRemoved); }
  SECTION("another value") { ForSome(rows, 5, CheckValue); }
  SECTION("another key") { ForSome(rows, 5, CheckKey); }
  SECTION("added") { ForSome(rows, 5, CheckAdded); }
}

TEST_CASE("node1 and groups1 are clean as they are") {
  const std::string data = SNAPTREE_TESTDATA_DIR;
  for (const char* name : {"/node1/0000000000000ed9.fsm.zst", "/groups1/group-1.fsm.zst",
                           "/groups1/group-2.fsm.zst"}) {
    INFO(name);
    VerifyOptions options;
    options.what = data + name;
    const Result<VerifyReport> report = Verify(options);
    REQUIRE(report.ok());
    CHECK(report->good());
  }
}

TEST_CASE("node1 was clean at any time") {
  const OpenedSnapshot opened =
      OpenPath(std::string(SNAPTREE_TESTDATA_DIR) + "/node1/0000000000000ed9.fsm.zst");
  REQUIRE(opened.status.ok());
  SnapshotBuilder builder;
  std::set<uint64_t> moments;
  for (const StoredRow& row : AllRows(opened)) {
    const bool is_raw = ClassifyRawKey(row.key) >= 0;
    if (!is_raw && Families()[ClassifyLogicalKey(UserKey(row))].adapter == AdapterId::kS3) continue;
    builder.Raw(row.key, row.value);
    if (!is_raw) moments.insert(~LoadBe64(row.key.data() + row.key.size() - kSuffix));
  }
  const MemoryFile file(builder.LastCommit(opened.scan.last_commit_ts).Bytes());
  REQUIRE(moments.size() > 1000);
  uint64_t n = 0;
  for (const uint64_t moment : moments) {
    if (n++ % (moments.size() / Rounds(24)) != 0) continue;
    INFO("at " << moment);
    TreeFindings problems;
    std::map<std::string, uint64_t> more;
    Findings findings;
    IndexReport report{problems, more, findings};
    DecodeOptions options;
    options.inputs = {file.path()};
    options.dry_run = true;
    options.at = moment;
    options.look_again = [&](const DecodeContext& context, const DecodeReport& decoded) {
      return CheckIndexes(context, decoded, &report);
    };
    const Result<DecodeReport> decoded = Decode(options);
    REQUIRE(decoded.ok());
    for (const Status& error : problems.Errors()) FAIL_CHECK(error.Message());
    const Result<Findings> rest = SplitFindings(decoded->findings, "x", &problems, &more);
    REQUIRE(rest.ok());
    CHECK(problems.errors() == 0);
  }
}

StoredRows RowsOf(const SnapshotBuilder& snapshot) { return snapshot.Rows(); }

StoredRows Encoded(const Files& files, const std::set<std::string>& folders = {}) {
  EncodeFilesOptions options;
  options.folders = folders;
  options.manifest.preserve_sqs_visibility = true;
  EncodedRows encoded = EncodeFiles(files, options);
  REQUIRE(encoded.errors.empty());
  return encoded.raw;
}

// Scores that are no numbers are not judged.
bool IsNan(const StoredRow& row) {
  const Slice key = UserKey(row);
  if (!key.starts_with("!zs|scr|")) return false;
  const size_t behind_length = Slice("!zs|scr|").size() + 4;
  const uint64_t sortable =
      LoadBe64(key.data() + behind_length + LoadBe32(key.data() + behind_length - 4));
  const uint64_t bits = (sortable >> 63) != 0 ? sortable ^ (uint64_t{1} << 63) : ~sortable;
  return (bits << 1) > (uint64_t{0x7ff} << 53);
}

TEST_CASE("Redis keys that the encoder wrote are clean, and every change is found") {
  uint64_t checked = 0;
  for (uint64_t seed = 1; seed <= Rounds(300); ++seed) {
    INFO("seed " << seed);
    DecodeRowsOptions options;
    options.bare_rows_as_redis = true;
    Files files;
    for (const auto& [path, content] : DecodeRows(ToSnapshot(RandomStore(seed)), options).files) {
      if (path.starts_with("redis/")) files[path] = content;
    }
    const EncodedRows encoded = EncodeFiles(files);
    if (!encoded.errors.empty()) continue;  // of names and values that no node takes
    const StoredRows& rows = encoded.raw;
    CHECK(VerifyRows(rows).problems == Strings{});
    const auto has = [&](const char* prefix, Slice ttl_key) {
      return encoded.rows.count(prefix + std::string(ttl_key.substr(11))) > 0;
    };
    const auto values = std::count_if(rows.begin(), rows.end(), [&](const StoredRow& row) {
      const Slice key = UserKey(row);
      return key.starts_with("!redis|ttl|") && (has("!redis|str|", key) || has("!redis|hll|", key));
    });
    for (size_t i = 0; i < rows.size(); ++i) {
      if (!IsDerived(rows[i]) || IsNan(rows[i])) continue;
      ++checked;
      // The only row of a string may be one that the Go tools did not write, and either value of a
      // key with two may have none.
      const Slice key = UserKey(rows[i]);
      const bool is_ttl = key.starts_with("!redis|ttl|");
      const bool str = is_ttl && has("!redis|str|", key);
      const bool hll = is_ttl && has("!redis|hll|", key);
      if ((!str && !hll) || (str != hll && values > 2)) CheckRemoved(rows, i);
      CheckValue(rows, i);
    }
  }
  CHECK(checked > 100);
}

TEST_CASE("stores that no node has: no crash, the same problems on any number of threads") {
  for (uint64_t seed = 1; seed <= Rounds(60); ++seed) {
    INFO("seed " << seed);
    CHECK_NOTHROW(VerifySnapshotBytes(ToSnapshot(RandomStore(seed)).Bytes()));
    CHECK_NOTHROW(VerifySnapshotBytes(ToSnapshot(RandomFsStore(seed)).Bytes()));
    CHECK_NOTHROW(VerifySnapshotBytes(ToSnapshot(RandomSqsStore(seed)).Bytes()));
    for (const std::string& problem :
         VerifySnapshotBytes(ddb::ToSnapshot(ddb::RandomTables(seed)).Bytes()).problems) {
      CHECK_FALSE(problem.starts_with("IndexRow"));
    }
  }
}

TEST_CASE("queues of a live node are clean, and every change is found") {
  for (uint64_t seed = 1; seed <= Rounds(12); ++seed) {
    INFO("seed " << seed);
    LiveSqs queues = RandomLiveSqs(seed);
    for (LiveQueue& queue : queues) {
      if (queue.config_more.find("\"created_at_millis\"") == std::string::npos)
        queue.config_more += ",\"created_at_millis\":1700000000000";
    }
    SqsRows live = RowsOf(queues, true);
    live.merge(LeftoversOf(queues));
    const StoredRows rows = RowsOf(Snapshot(live));
    const Verified found = VerifyRows(rows);
    CHECK(found.problems == Strings{});
    const SqsRows bound = RowsOf(queues, true);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (!IsDerived(rows[i]) || bound.count(std::string(UserKey(rows[i]))) == 0) continue;
      CheckRemoved(rows, i);
      CheckValue(rows, i);
      CheckAdded(rows, i);
    }
  }
}

// Three indexes: with a range, without, and one whose hash is the table's own.
Files IndexedTable() {
  using ddb::IndexText;
  Files files;
  files["dynamodb/t/_schema.json"] =
      ddb::SchemaFile("t", "h", 'S', "r", 'N',
                      IndexText("by a", "a") + "," + IndexText("by a b", "a", "b") + "," +
                          IndexText("by r", "r", "h"));
  const auto put = [&](const std::string& name, const std::string& more) {
    files["dynamodb/t/items/" + name + "/1.json"] =
        "{\"h\":{\"S\":\"" + name + "\"},\"r\":{\"N\":\"1\"}" + more + "}";
  };
  put("none", "");
  put("a", R"(,"a":{"S":""})");
  put("ab", R"(,"a":{"N":"-1.50"},"b":{"B":"AAEA"})");
  put("b", R"(,"b":{"S":"x"})");
  return files;
}

TEST_CASE("DynamoDB: rows of items in their indexes") {
  const StoredRows rows = Encoded(IndexedTable());
  CHECK(std::count_if(rows.begin(), rows.end(), IsDerived) == 4 + 2 + 1);
  CHECK(VerifyRows(rows).problems == Strings{});
  for (const Check check : {CheckRemoved, CheckValue, CheckKey, CheckAdded}) {
    ForSome(rows, rows.size(), check);
  }
}

TEST_CASE("DynamoDB: rows of other generations and of deleted tables are left over") {
  StoredRows rows = Encoded(IndexedTable());
  const auto with = [&](const std::string& scope) {
    StoredRows more = rows;
    for (const StoredRow& row : rows) {
      if (!IsDerived(row)) continue;
      StoredRow other = row;
      other.key.replace(other.key.find("dA|1|"), 5, scope);
      more.push_back(other);
    }
    return VerifyRows(more).problems;
  };
  CHECK(with("dA|2|") == Strings{});
  CHECK(with("eA|1|") == Strings{});
  CHECK(with("dA|1|eA|").size() == 7);  // of an index that the table has not
}

}  // namespace
}  // namespace snaptree::test
