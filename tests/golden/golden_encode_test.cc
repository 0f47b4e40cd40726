// The rows that encode writes for the tree of a real node, against that node's own live rows. Every
// difference belongs to a class that the specification names; this table is their list.
#include <functional>
#include <map>
#include <regex>

#include "encode/encoder.h"
#include <catch2/catch.hpp>

#include "base/text.h"
#include "formats/family_table.h"
#include "formats/open_input.h"
#include "formats/scan.h"
#include "formats/view_cursor.h"
#include "tests/support/decode_run.h"
#include "tests/support/golden_node1.h"

namespace snaptree::test {
namespace {

using Rows = std::map<std::string, std::string>;  // user key to value

// The live rows of a snapshot.
Rows LiveRows(const std::string& path) {
  Result<OpenedInput> input = OpenInput(path, {});
  REQUIRE(input.ok());
  Result<ScanResult> scan = ScanContainer(*input->container, {});
  REQUIRE(scan.ok());
  Rows rows;
  const RowSource& source = input->container->rows();
  for (size_t family = 0; family < Families().size(); ++family) {
    ViewCursor cursor(source, *scan, static_cast<FamilyId>(family));
    for (;;) {
      ViewRow row;
      const Result<bool> more = cursor.NextLive(&row);
      REQUIRE(more.ok());
      if (!*more) break;
      std::string storage;
      const Result<Slice> value = LoadValue(source, row.body, &storage);
      REQUIRE(value.ok());
      rows[std::string(row.key)] = *value;
    }
  }
  return rows;
}

// What the specification says about the rows of a family that begin with this prefix; the first one
// that fits counts. Families that are not here come back exactly.
struct Class {
  const char* prefix;
  const char* why;
  bool may_vanish = false;  // rows of the node that encode does not write
  bool may_appear = false;  // rows of encode that the node did not have
  // Both values as they must then be equal; empty: they differ freely.
  std::function<std::string(std::string)> same_but_for;
};

std::string Replace(const std::string& text, const char* pattern, const char* with) {
  return std::regex_replace(text, std::regex(pattern), with);
}

// Timestamps of the tree are milliseconds: the logical half of an HLC is gone (04 section 5.4).
std::string WithoutLogicalTime(const std::string& text) {
  std::string out;
  const std::regex hlc("_hlc\":([0-9]+)");
  auto at = text.cbegin();
  for (std::sregex_iterator found(text.begin(), text.end(), hlc), end; found != end; ++found) {
    out.append(at, (*found)[1].first);
    out += std::to_string(std::stoull((*found)[1]) >> 16);
    at = (*found)[1].second;
  }
  return out.append(at, text.cend());
}

std::string HeadWithoutPlaces(std::string text) {
  text = Replace(WithoutLogicalTime(text), "\"upload_id\":\"[^\"]*\"", "");
  text = Replace(text, "\"chunk_count\":[0-9]+,\"chunk_sizes\":\\[[0-9,]*\\]", "");
  text = Replace(text, ",\"(part|chunk_ref)_version\":[0-9]+", "");
  return Replace(text, "\"part_no\":[0-9]+", "");
}

std::string MessageBeforeDelivery(std::string text) {
  text = Replace(text, "\"visible_at_millis\":[0-9]+,\"receive_count\":[0-9]+", "");
  text = Replace(text, ",\"first_receive_millis\":[0-9]+", "");
  return Replace(text, "\"current_receipt_token\":(null|\"[^\"]*\")", "");
}

std::string StreamMetaWithoutTrim(std::string value) {
  value.resize(32);
  return value;
}

const std::vector<Class>& Classes() {
  static const std::vector<Class> classes = {
      {"!ddb|meta|gen|", "counters of deleted tables (03 section 3.3)", true, false, {}},
      {"!dist|", "the route catalog is the cluster's own (06 chapter 6)", true, false, {}},
      {"!fs|usage",
       "one total takes the place of routed counters (06 section 4.6)",
       true,
       true,
       {}},
      {"!fs|ref", "open handles (06 section 4.1)", true, false, {}},
      {"!fs|intent|", "open changes of names (06 section 4.1)", true, false, {}},
      {"!fs|job|", "moves that were going on (06 section 4.1)", true, false, {}},
      {"!hs|meta|", "deltas become a base (02 chapter 7)", true, true, {}},
      {"!st|meta|", "deltas become a base (02 chapter 7)", true, true, {}},
      {"!zs|meta|", "deltas become a base (02 chapter 7)", true, true, {}},
      {"!lst|meta|", "deltas become a base, the head is 0 (02 chapter 7)", true, true, {}},
      {"!lst|itm|", "items are numbered from 0 (02 chapter 7)", true, true,
       [](auto) { return ""; }},
      {"!lst|claim|", "internal (02 section 1.1)", true, false, {}},
      {"!redis|txn-wide-", "fences (02 section 1.1)", true, false, {}},
      {"!stream|meta|", "the trim cursor is 0-0 (02 chapter 7)", false, false,
       StreamMetaWithoutTrim},
      {"!s3|blob|",
       "one upload id, parts from 1, chunks of 1 MiB (04 section 7.3)",
       true,
       true,
       {}},
      {"!s3|bucket|meta|", "milliseconds (04 section 5.2)", false, false, WithoutLogicalTime},
      {"!s3|obj|head|", "as the blobs; milliseconds", false, false, HeadWithoutPlaces},
      {"!s3|upload|", "open uploads, not asked for (04 chapter 3)", true, false, {}},
      {"!s3|gc|", "open uploads, not asked for (04 chapter 3)", true, false, {}},
      {"!sqs|msg|data|", "as before the first delivery (05 section 7.3)", false, false,
       MessageBeforeDelivery},
      {"!sqs|msg|vis|", "visible when available (05 section 7.3)", true, true, {}},
      {"!sqs|msg|dedup|", "of messages that are gone (05 section 7.3)", true, false, {}},
      {"!sqs|msg|group|", "locks of deliveries (05 section 7.3)", true, false, {}},
      {"!sqs|queue|gen|", "counters of deleted queues (05 chapter 3)", true, false, {}},
      {"!sqs|queue|tombstone|", "operational (05 chapter 3)", true, false, {}},
  };
  return classes;
}

const Class* ClassOf(const std::string& key) {
  for (const Class& c : Classes()) {
    if (key.starts_with(c.prefix)) return &c;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("encode writes the rows that the node had, but for classes that have a name") {
  const TempFolder folder;
  EncodeOptions options;
  options.input = DefaultTree().tree;
  options.output = folder / "out.fsm";
  const Result<EncodeReport> report = Encode(options);
  REQUIRE(report.ok());
  REQUIRE(report->errors.empty());
  CHECK(report->self_test.matched);
  CHECK(report->self_test.not_canonical == 0);
  CHECK(report->self_test.expected == 0);

  const Rows node = LiveRows(Node1Snapshot());
  const Rows ours = LiveRows(options.output);
  std::map<std::string, uint64_t> counts;
  for (const auto& [key, value] : node) {
    INFO(Printable(key));
    const Class* c = ClassOf(key);
    const auto found = ours.find(key);
    if (found == ours.end()) {
      CHECK((c != nullptr && c->may_vanish));
      ++counts["vanished"];
    } else if (found->second != value) {
      REQUIRE((c != nullptr && c->same_but_for));
      CHECK(c->same_but_for(found->second) == c->same_but_for(value));
      ++counts["changed"];
    } else {
      ++counts["same"];
    }
  }
  for (const auto& [key, value] : ours) {
    if (node.count(key) != 0) continue;
    INFO(Printable(key));
    const Class* c = ClassOf(key);
    CHECK((c != nullptr && c->may_appear));
    ++counts["appeared"];
  }
  // The recording does not change: a class that swallows more than it did is a finding.
  CHECK(counts["same"] == 3839);
  CHECK(counts["changed"] == 1292);
  CHECK(counts["vanished"] == 3474);
  CHECK(counts["appeared"] == 297);
}

TEST_CASE("the tree of a node comes back byte for byte, however it was decoded") {
  struct Mode {
    const char* name;
    std::function<void(DecodeOptions&)> set;
  };
  const Mode modes[] = {
      {"plain", [](DecodeOptions&) {}},
      {"lines", [](DecodeOptions& o) { o.dynamodb_jsonl = true; }},
      {"uploads", [](DecodeOptions& o) { o.include_incomplete_uploads = true; }},
      {"visibility", [](DecodeOptions& o) { o.preserve_sqs_visibility = true; }},
      {"renamed", [](DecodeOptions& o) { o.rename_s3_collisions = true; }},
      {"go", [](DecodeOptions& o) { o.extensions = false; }},
  };
  for (const Mode& mode : modes) {
    INFO(mode.name);
    const TempFolder folder;
    DecodeOptions decode;
    mode.set(decode);
    decode.inputs = {Node1Snapshot()};
    decode.output = folder / "tree";
    REQUIRE(Decode(decode).ok());
    EncodeOptions encode;
    encode.input = folder / "tree";
    encode.output = folder / "out.fsm";
    const Result<EncodeReport> report = Encode(encode);
    REQUIRE(report.ok());
    for (const Status& error : report->errors) FAIL_CHECK(error.Message());
    decode.inputs = {encode.output};
    decode.output = folder / "again";
    REQUIRE(Decode(decode).ok());
    Files before = ReadTree(encode.input);
    Files after = ReadTree(decode.output);
    for (Files* files : {&before, &after}) {
      files->erase("MANIFEST.json");
      files->erase("CHECKSUMS");
    }
    CHECK(before.size() > 100);
    for (const auto& [path, content] : before) {
      INFO(path);
      REQUIRE(after.count(path) == 1);
      CHECK((after.at(path) == content));
    }
    CHECK(after.size() == before.size());
  }
}

}  // namespace snaptree::test
