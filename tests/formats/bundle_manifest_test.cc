// Manifests of bundles: every rule of spec 01 chapter 3, broken one at a time.
#include <functional>

#include <catch2/catch.hpp>

#include "tests/support/bundle_builder.h"
#include "tests/support/opened_snapshot.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

BundleBuilder TwoTables() {
  BundleBuilder bundle;
  bundle.Header1(1).Add({{RawKey("!hs|fld|a", kT0), StoredValue("1")},
                         {RawKey("!hs|fld|b", kT0), StoredValue("22")},
                         {RawKey("!hs|fld|c", kT0), StoredValue("333")}},
                        2);
  return bundle;
}

std::string Replaced(std::string text, Slice from, Slice to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::invalid_argument(std::string(from));
  return text.replace(at, from.size(), to);
}

// A bundle whose manifest was changed by its writer: its checksum and the footer are right.
OpenedSnapshot OpenWith(const std::string& manifest) {
  return OpenBytes(TwoTables().Assemble(manifest));
}

void CheckRefused(const std::string& manifest, const std::string& code, const std::string& said) {
  CAPTURE(manifest);
  const OpenedSnapshot opened = OpenWith(manifest);
  REQUIRE_FALSE(opened.status.ok());
  INFO(opened.status.Message());
  CHECK(opened.input.container == nullptr);
  CHECK(opened.status.code() == code);
  CHECK(opened.status.kind() == ErrorKind::kData);
  CHECK_FALSE(opened.status.info().source.empty());
  CHECK(opened.status.Message().find(said) != std::string::npos);
}

// One text of the right manifest replaced by another.
void CheckReplaced(Slice from, Slice to, const std::string& code, const std::string& said) {
  CheckRefused(Replaced(TwoTables().Manifest(), from, to), code, said);
}

constexpr char kInvalid[] = "BundleManifest";

TEST_CASE("bundle manifest: the right one opens, with white space and any order of members too") {
  const std::string manifest = TwoTables().Manifest();
  CHECK(OpenWith(manifest).status.ok());
  CHECK(OpenWith(" " + Replaced(manifest, ",\"files\"", ",\n  \"files\"") + "\n").status.ok());
  const std::string applied = "\"applied_index\":66,";
  std::string moved = Replaced(manifest, applied, "");
  CHECK(OpenWith(moved.insert(1, applied)).status.ok());
}

TEST_CASE("bundle manifest: what it says goes to the container") {
  BundleBuilder bundle = TwoTables();
  bundle.min_retained_ts = 18;
  bundle.pending_min_retained_ts = 17;
  const OpenedSnapshot opened = OpenBytes(bundle.Bytes());
  REQUIRE(opened.status.ok());
  const ContainerInfo& info = opened.input.container->info();
  CHECK(info.format == "EKVTHLC1+EKVSSTI1");
  CHECK(info.hlc_ceiling_ms == 1U);
  CHECK(info.last_commit_ts == kT1);
  REQUIRE(info.metadata.has_value());
  CHECK(info.metadata->min_retained_ts == 18);
  CHECK(info.metadata->applied_index == 66U);
  CHECK(opened.scan.applied_index == 66U);
  CHECK(opened.scan.min_retained_ts == 18U);
  CHECK(opened.scan.read_ts == kT1);

  bundle.pending_min_retained_ts = 19;
  bundle.applied_index.clear();
  const OpenedSnapshot pending = OpenBytes(bundle.Bytes());
  REQUIRE(pending.status.ok());
  CHECK(pending.scan.min_retained_ts == 19U);
  CHECK_FALSE(pending.scan.applied_index.has_value());
}

TEST_CASE("bundle manifest: it wins over the metadata rows of the tables") {
  BundleBuilder bundle;
  std::string stored(8, '\0');
  stored[0] = 5;
  bundle.Add({{RawKey("!hs|fld|a", kT0), StoredValue("1")},
              {"_meta_applied_index", stored},
              {"_meta_last_commit_ts", stored},
              {"_meta_min_retained_ts", stored}},
             9);
  const OpenedSnapshot opened = OpenBytes(bundle.Bytes());
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.applied_index == 66U);
  CHECK(opened.scan.min_retained_ts == 0U);
  CHECK(opened.scan.last_commit_ts == kT1);
  CHECK(opened.finding("last_commit_mismatch") == nullptr);

  // Also where a row says more.
  bundle.last_commit_ts = kT0;
  bundle.tables.clear();
  bundle.Add({{RawKey("!hs|fld|a", kT0), StoredValue("1")},
              {"_meta_last_commit_ts", std::string(8, '\x7f')}},
             9);
  const OpenedSnapshot later = OpenBytes(bundle.Bytes());
  REQUIRE(later.status.ok());
  CHECK(later.scan.last_commit_ts == kT0);
}

TEST_CASE("bundle manifest: numbers of 64 bits are exact") {
  BundleBuilder bundle = TwoTables();
  bundle.min_retained_ts = 9007199254740993;  // no double has this value
  bundle.applied_index = "18446744073709551615";
  const OpenedSnapshot opened = OpenBytes(bundle.Bytes());
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.min_retained_ts == 9007199254740993U);
  CHECK(opened.scan.applied_index == UINT64_MAX);
}

TEST_CASE("bundle manifest: versions") {
  CheckReplaced("\"version\":1", "\"version\":2", "BundleVersion", "found 2");
  CheckReplaced("\"version\":1", "\"version\":0", "BundleVersion", "found 0");
  CheckReplaced("\"version\":1", "\"version\":2,\"new\":1", "BundleVersion", "found 2");
  CheckReplaced("\"version\":1,", "", kInvalid, "\"version\"");
  CheckReplaced("\"version\":1", "\"version\":\"1\"", kInvalid, "\"version\"");
}

TEST_CASE("bundle manifest: members that are missing, unknown, double or of another type") {
  for (const std::string member : {"\"last_commit_ts\":115816896987136007", "\"min_retained_ts\":0",
                                   "\"pending_min_retained_ts\":0", "\"entry_count\":3",
                                   "\"uncompressed_bytes\":84", "\"name\":\"000000.sst\""}) {
    const std::string name = member.substr(0, member.find(':'));
    CheckReplaced(member, "\"Other\":0", kInvalid, "\"Other\"");
    CheckReplaced(member + ",", "", kInvalid, name);
    for (const char* value : {"-1", "0.5", "[]", "{}", "false"}) {
      CheckReplaced(member, name + ":" + value, kInvalid, name);
    }
  }
  for (const char* value : {"-1", "1.0", "1e3", "18446744073709551616", "\"1\"", "null", "true"}) {
    CheckReplaced("\"applied_index\":66", std::string("\"applied_index\":") + value, kInvalid, "");
  }
  CheckReplaced("\"entry_count\":3", "\"entry_count\":3,\"entry_count\":3", kInvalid, "twice");
  CheckReplaced("\"name\":\"000000.sst\"", "\"name\":\"000000.sst\",\"name\":\"000000.sst\"",
                kInvalid, "twice");
  CheckReplaced("\"entry_count\":3", "\"entry_count\":3,\"extra\":null", kInvalid, "\"extra\"");
  CheckReplaced("\"name\":", "\"level\":0,\"name\":", kInvalid, "\"level\"");
  CheckReplaced("\"files\":[", "\"files\":[1,", kInvalid, "\"files\"");
  CheckReplaced("\"files\":[", "\"files\":[null,", kInvalid, "\"files\"");
  const std::string manifest = TwoTables().Manifest();
  const std::string head = manifest.substr(0, manifest.find("\"files\":"));
  CheckRefused(head + "\"files\":{}}", kInvalid, "\"files\"");
  CheckRefused(head.substr(0, head.size() - 1) + "}", kInvalid, "\"files\"");
}

TEST_CASE("bundle manifest: what is no JSON object, or has something behind it") {
  const std::string manifest = TwoTables().Manifest();
  for (const std::string& text :
       {manifest + "{}", manifest + "x", manifest + ",", "[" + manifest + "]", std::string("1"),
        std::string("null"), std::string(" "), manifest.substr(0, manifest.size() - 1),
        std::string(manifest.size(), '['), "\xef\xbb\xbf{" + manifest.substr(1) + "\xff",
        std::string(1, '\0')}) {
    CheckRefused(text, kInvalid, "");
  }
}

TEST_CASE("bundle manifest: names of tables are their places") {
  CheckReplaced("000001.sst", "000002.sst", kInvalid, "000001.sst");
  CheckReplaced("000000.sst", "0.sst", kInvalid, "000000.sst");
  CheckReplaced("000000.sst", "../00.sst", kInvalid, "000000.sst");
}

TEST_CASE("bundle manifest: sizes are checked against one another, without overflow") {
  const BundleBuilder bundle = TwoTables();
  const std::string size = std::to_string(bundle.tables[0].bytes.size());
  const std::string total =
      std::to_string(bundle.tables[0].bytes.size() + bundle.tables[1].bytes.size());
  CheckReplaced("\"total_file_bytes\":" + total, "\"total_file_bytes\":0", kInvalid, total);
  CheckReplaced("\"size\":" + size, "\"size\":0", kInvalid, "found 0");
  for (const char* huge : {"9223372036854775807", "18446744073709551615", "1099511627777"}) {
    CheckReplaced("\"size\":" + size, std::string("\"size\":") + huge, kInvalid, huge);
  }
  // Two sizes whose sum is small again modulo 2^64 are too large each.
  CheckReplaced("\"size\":" + size, "\"size\":1", kInvalid, "total_file_bytes");
  const std::string terabyte = "1099511627776";
  CheckReplaced("\"size\":" + size, "\"size\":" + terabyte, "ContainerUnsupported", "1 TiB");
}

TEST_CASE("bundle manifest: checksums are 64 lower-case hex digits") {
  const std::string manifest = TwoTables().Manifest();
  const size_t at = manifest.find("\"sha256\":\"") + 10;
  const std::string hex = manifest.substr(at, 64);
  std::string upper = hex;
  for (char& c : upper) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  REQUIRE(upper != hex);
  for (const std::string& other :
       {upper, hex.substr(2), hex + "00", hex.substr(1) + "g", std::string()}) {
    CheckReplaced(hex, other, kInvalid, "64 lower-case hex digits");
  }
}

TEST_CASE("bundle manifest: bounds are base64, ascend and do not overlap") {
  for (const char* text : {"!!!!", "QQ", "QR==", "Q Q=", "-_-_"}) {
    BundleBuilder bundle = TwoTables();
    const std::string manifest = bundle.Manifest();
    const size_t at = manifest.find("\"smallest\":\"") + 12;
    const std::string old = manifest.substr(at, manifest.find('"', at) - at);
    CheckRefused(Replaced(manifest, old, text), kInvalid, "base64");
  }
  const auto with = [](const std::function<void(BundleBuilder&)>& change) {
    BundleBuilder bundle = TwoTables();
    change(bundle);
    return bundle.Manifest();
  };
  CheckRefused(with([](BundleBuilder& b) { b.tables[0].largest = "!"; }), kInvalid, "\"largest\"");
  CheckRefused(with([](BundleBuilder& b) { b.tables[1].smallest = b.tables[0].largest; }), kInvalid,
               "\"smallest\"");
  CheckRefused(with([](BundleBuilder& b) { b.tables[0].largest = b.tables[1].largest; }), kInvalid,
               "\"smallest\"");
}

TEST_CASE("bundle manifest: its length and its checksum") {
  const std::string bytes = TwoTables().Bytes();
  constexpr size_t kLengthAt = 16 + 8;
  for (const char* length :
       {"0000000000000000", "0000000004000001", "8000000000000000", "ffffffffffffffff"}) {
    const OpenedSnapshot opened =
        OpenBytes(std::string(bytes).replace(kLengthAt, 8, Unhex(length)));
    REQUIRE_FALSE(opened.status.ok());
    CHECK(opened.status.code() == kInvalid);
    CHECK(opened.status.info().offset == kLengthAt);
  }
  std::string other = bytes;
  other[bytes.find("entry_count")] = 'E';
  other[bytes.find("uncompressed")] = 'U';
  const OpenedSnapshot opened = OpenBytes(other);
  REQUIRE_FALSE(opened.status.ok());
  CHECK(opened.status.code() == "BundleMismatch");
  CHECK(opened.status.Message().find("manifest") != std::string::npos);
}

TEST_CASE("bundle manifest: a broken one cannot be salvaged, and the error says so") {
  std::string bytes = TwoTables().Bytes();
  bytes[bytes.find("entry_count")] = 'E';
  const OpenedSnapshot opened = SalvageBytes(bytes);
  REQUIRE_FALSE(opened.status.ok());
  CHECK(opened.status.code() == "BundleMismatch");
  CHECK(opened.status.info().next.find("--salvage cannot") != std::string::npos);
}

}  // namespace
}  // namespace snaptree
