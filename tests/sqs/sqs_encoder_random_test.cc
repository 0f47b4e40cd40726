// Random queues there and back: rows of a live node to a tree, and the tree to rows again.
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/rounds.h"
#include "tests/support/sqs_live_store.h"
#include "tests/support/sqs_store.h"

namespace snaptree::test {
namespace {

std::string Told(const SqsRows& rows) {
  std::string text;
  for (const auto& [key, value] : rows) text += "\n  " + Printable(key) + " = " + value;
  return text;
}

// What one of them has and the other has not.
std::string Difference(const SqsRows& expected, const SqsRows& found) {
  SqsRows missing;
  SqsRows more;
  for (const auto& [key, value] : expected) {
    const auto at = found.find(key);
    if (at == found.end() || at->second != value) missing[key] = value;
  }
  for (const auto& [key, value] : found) {
    const auto at = expected.find(key);
    if (at == expected.end() || at->second != value) more[key] = value;
  }
  if (missing.empty() && more.empty()) return "";
  return "expected:" + Told(missing) + "\nfound:" + Told(more);
}

EncodedRows EncodeTree(const Files& files, bool preserve, bool side_records) {
  EncodeFilesOptions options;
  options.manifest.preserve_sqs_visibility = preserve;
  options.manifest.include_sqs_side_records = side_records;
  EncodedRows out = EncodeFiles(files, options);
  REQUIRE(out.errors.empty());
  return out;
}

DecodedRows DecodeAgain(const EncodedRows& encoded, const DecodeRowsOptions& options) {
  SnapshotBuilder snapshot;
  for (const StoredRow& row : encoded.raw) snapshot.Raw(row.key, row.value);
  return DecodeRows(snapshot, options);
}

Files Without(Files files, const std::set<std::string>& paths) {
  for (const std::string& path : paths) files.erase(path);
  return files;
}

void CheckLive(uint64_t seed, bool preserve, bool side_records) {
  INFO("seed " << seed << (preserve ? ", preserve" : "") << (side_records ? ", side" : ""));
  const LiveSqs queues = RandomLiveSqs(seed);
  SqsRows rows = RowsOf(queues, true);
  const SqsRows expected = preserve ? rows : RowsOf(queues, false);
  rows.merge(LeftoversOf(queues));
  DecodeRowsOptions options;
  options.preserve_sqs_visibility = preserve;
  options.include_sqs_side_records = side_records;
  const DecodedRows tree = DecodeRows(Snapshot(rows), options);
  Files files = tree.files;
  std::erase_if(files, [](const auto& file) { return file.first.find(".orphan/") != Slice::npos; });
  const EncodedRows encoded = EncodeTree(files, preserve, side_records);
  CHECK(Difference(expected, encoded.rows) == "");
  uint64_t messages = 0;
  for (const LiveQueue& q : queues) messages += q.messages.size();
  CHECK(encoded.report.records() == messages);
  // Members that a newer node has put into "throttle" are told, and kept.
  for (const std::string& finding : encoded.findings()) {
    CHECK(finding.starts_with("warning sqs_unknown_member "));
  }
  const DecodedRows again = DecodeAgain(encoded, options);
  CHECK(Without(again.files, encoded.differences) == Without(files, encoded.differences));
  for (const std::string& path : encoded.differences) {
    CHECK(path.ends_with("/_internals/side_records.jsonl"));
  }
  REQUIRE(encoded.differences.empty() == (!side_records || queues.empty()));
}

TEST_CASE("queues of a live node come back row by row") {
  for (uint64_t seed = 0; seed < Rounds(150); ++seed) {
    CheckLive(seed, true, false);
    CheckLive(seed, false, false);
    CheckLive(seed, true, true);
    CheckLive(seed, false, true);
  }
}

// Queues that no client could have made, and messages of fewer members than nodes write.
TEST_CASE("trees of odd stores come back as they were") {
  uint64_t encoded_messages = 0;
  for (uint64_t seed = 0; seed < Rounds(400); ++seed) {
    INFO("seed " << seed);
    const DecodedRows tree = DecodeRows(ToSnapshot(RandomSqsStore(seed)));
    Files files = tree.files;
    std::erase_if(files, [](const auto& file) { return !file.first.starts_with("sqs/"); });
    EncodedRows encoded = EncodeFiles(files);
    // Partitions without FIFO are refused, and ids that stand twice because their generations were
    // not known: those folders go.
    std::set<std::string> refused;
    for (const Status& error : encoded.statuses) {
      CHECK((error.code() == "SqsEncodeInvalidQueue" || error.code() == "DuplicateKey"));
      const std::string& path = error.info().source;
      refused.insert(path.substr(0, path.rfind('/') + 1));
    }
    for (const std::string& folder : refused) {
      std::erase_if(files, [&](const auto& file) { return file.first.starts_with(folder); });
    }
    encoded = EncodeTree(files, false, false);
    encoded_messages += encoded.report.records();
    const DecodedRows again = DecodeAgain(encoded, {});
    for (const std::string& path : encoded.differences) {
      // They have no checksums.
      CHECK((path.ends_with("/messages.jsonl") || path.ends_with("/side_records.jsonl") ||
             path.ends_with("/_queue_ext.json")));
    }
    REQUIRE(Without(again.files, encoded.differences) == Without(files, encoded.differences));
  }
  CHECK(encoded_messages > Rounds(150));
}

}  // namespace
}  // namespace snaptree::test
