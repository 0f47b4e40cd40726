// Encrypted snapshots opened with keys: what comes out, what is told, and that damage is noticed.
#include "formats/encryption/decrypted_rows.h"

#include <snappy.h>

#include <algorithm>

#include <catch2/catch.hpp>

#include "base/checksum.h"
#include "base/coding.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/sealed_rows.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

const std::string kKek = CountingKey(0x40);
const std::string kOld = CountingKey(1);
const std::string kNew = CountingKey(2);

// Keys 5 (retired, and not in the sidecar), 7, 9 for rows; 8 for the raft log.
struct KeyFolder {
  TempFolder folder;
  OpenInputOptions options;
  KeyFolder() {
    options.choice.keys.kek_file = folder / "kek";
    options.choice.keys.keys_file = folder / "keys.json";
    WriteWholeFile(folder / "kek", kKek);
    WriteWholeFile(folder / "keys.json", SidecarJson({{7, "storage", Wrap(kKek, kOld)},
                                                      {8, "raft", Wrap(kKek, CountingKey(3))},
                                                      {9, "storage", Wrap(kKek, kNew)}}));
  }
  OpenInputOptions Salvaging() const {
    OpenInputOptions salvaging = options;
    salvaging.salvage = true;
    return salvaging;
  }
};

ScanOptions PastEncryptedRows() {
  ScanOptions options;
  options.without_keys = true;
  return options;
}

struct Sealed {
  std::string key;
  std::string plain;
  Seal seal;
  uint64_t ts = kT0;
};

void Put(SnapshotBuilder* builder, const Sealed& row) {
  const std::string raw_key = RawKey(row.key, row.ts);
  builder->Raw(raw_key, SealedValue(row.seal, raw_key, row.plain));
}

SnapshotBuilder Builder(const std::vector<Sealed>& rows) {
  SnapshotBuilder builder;
  builder.Header1(1767225604000).Metadata("_meta_last_commit_ts", kT1).LastCommit(kT1);
  for (const Sealed& row : rows) Put(&builder, row);
  return builder;
}

TEST_CASE("clear rows, two keys, deletions and raw rows stand in one file") {
  const KeyFolder keys;
  const std::string registry = Unhex("21656e6372797074696f6e7c777269746572737caabbccdd7ceeff");
  // Its first value byte looks like the flag of an encrypted row.
  const std::string registry_value = Unhex("0202030405060708090a0b0c");
  SnapshotBuilder builder =
      Builder({{"a", "first", {kOld, 7}},
               {"b", "second", {kNew, 9}, kT1},
               {"b", "older", {kOld, 7}},
               {"!txn|lock|x", "lock", {kOld, 7}},
               {"empty", "", {kNew, 9}},
               {"later", "expires", {kOld, 7, 0, 2, "nonce nonce!", kT1 + 5}}});
  builder.Put("clear", kT0, "as it is").Delete("gone", kT1).Raw(registry, registry_value);
  const std::string bytes = builder.Bytes();

  const OpenedSnapshot opened = OpenBytes(bytes, keys.options);
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.LiveEncryptedRows() == 0);
  CHECK(opened.scan.DamagedRows() == 0);
  const std::map<std::string, std::string> expected = {
      {"a", "first"}, {"b", "second"},      {"!txn|lock|x", "lock"},
      {"empty", ""},  {"later", "expires"}, {"clear", "as it is"}};
  CHECK(LiveRows(opened) == expected);
  // Nothing else changed.
  const OpenedSnapshot locked = OpenBytes(bytes);
  REQUIRE(locked.status.ok());
  const std::vector<StoredRow> before = AllRows(locked);
  const std::vector<StoredRow> after = AllRows(opened);
  REQUIRE(before.size() == after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    CHECK(after[i].key == before[i].key);
    if (before[i].key == registry || before[i].value[0] != 2) {
      CHECK(after[i].value == before[i].value);
    } else {
      CHECK(after[i].value[0] == 0);
      CHECK(after[i].value.substr(1, 8) == before[i].value.substr(1, 8));
      CHECK(after[i].value.size() == before[i].value.size() - 34);
    }
  }
  // What the container says of itself.
  const ContainerInfo& info = opened.input.container->info();
  CHECK(info.decrypted);
  CHECK(KeysAtHand(info) == "7, 9");
  CHECK(info.format == locked.input.container->info().format);
  CHECK(info.crc32c.has_value());
  CHECK(info.crc32c == locked.input.container->info().crc32c);
  CHECK(info.bytes == bytes.size());
  CHECK(info.hlc_ceiling_ms == 1767225604000U);
  CHECK(info.last_commit_ts == kT1);
  CHECK(opened.scan.retention_known);
  CHECK_FALSE(opened.input.container->payload_end());
  CHECK(KeysAtHand(locked.input.container->info()).empty());
  CHECK_FALSE(locked.input.container->info().decrypted);
}

TEST_CASE("keys that are not needed are told, and change nothing") {
  const KeyFolder keys;
  const std::string bytes = SnapshotBuilder().Put("k", kT0, "v").Bytes();
  const OpenedSnapshot opened = OpenBytes(bytes, keys.options);
  REQUIRE(opened.status.ok());
  CHECK(opened.finding("keys_not_needed") != nullptr);
  CHECK(opened.finding("keys_not_needed")->severity == Severity::kNote);
  CHECK_FALSE(opened.input.container->info().decrypted);
  CHECK(opened.input.container->payload_end() == bytes.size() - 4);
}

TEST_CASE("rows whose key the sidecar lacks stay as they are") {
  const KeyFolder keys;
  const OpenedSnapshot opened =
      OpenBytes(Builder({{"a", "now", {kNew, 9}, kT1}, {"a", "then", {CountingKey(5), 5}}}).Bytes(),
                keys.options);
  REQUIRE(opened.status.ok());
  CHECK(LiveRows(opened) == std::map<std::string, std::string>{{"a", "now"}});
  CHECK(opened.scan.LiveEncryptedRows() == 0);
  REQUIRE(opened.finding("rows_without_key") != nullptr);
  CHECK(opened.finding("rows_without_key")->count == 1);
  CHECK(opened.finding("rows_without_key")->example() == "key id 5");

  const OpenedSnapshot other =
      OpenBytes(Builder({{"a", "now", {CountingKey(5), 5}, kT1}}).Bytes(), keys.options);
  REQUIRE(other.status.ok());
  CHECK(other.scan.LiveEncryptedRows() == 1);
  CHECK(other.scan.encryption_key_ids == std::vector<uint32_t>{5});
  const ContainerInfo& info = other.input.container->info();
  CHECK(KeysAtHand(info) == "7, 9");
  CHECK(KeyIdsNotAtHand(info, {5, 7, 8, 9, 79}) == std::vector<uint32_t>{5, 8, 79});
}

TEST_CASE("rows that do not open are errors of their own, with place and key") {
  const KeyFolder keys;
  const std::string raw_key = RawKey("b", kT0);
  const auto error_of = [&](const std::string& value) {
    const SnapshotBuilder builder =
        Builder({{"a", "fine", {kOld, 7}}, {"c", "fine", {kOld, 7}}}).Raw(raw_key, value);
    const OpenedSnapshot opened = OpenBytes(builder.Bytes(), keys.options);
    REQUIRE_FALSE(opened.status.ok());
    const ErrorInfo& info = opened.status.info();
    CHECK(info.offset == builder.RowOffsets()[2]);
    CHECK(info.address.find("raw key b") == 0);
    CHECK_FALSE(info.next.empty());
    CHECK(info.source.find("/proc/self/fd/") == 0);
    // Salvage goes on, tells, and the row counts as damaged.
    const OpenedSnapshot salvaged =
        OpenBytes(builder.Bytes(), keys.Salvaging(), PastEncryptedRows());
    REQUIRE(salvaged.status.ok());
    CHECK(LiveRows(salvaged) == std::map<std::string, std::string>{{"a", "fine"}, {"c", "fine"}});
    CHECK(salvaged.scan.DamagedRows() == 1);
    REQUIRE(salvaged.finding("rows_not_opened") != nullptr);
    CHECK(salvaged.finding("rows_not_opened")->severity == Severity::kWarning);
    CHECK(salvaged.finding("rows_not_opened")->example().find(info.code) == 0);
    return info;
  };
  const std::string good = SealedValue({kOld, 7}, raw_key, "body");
  CHECK(error_of(SealedValue({kNew, 7}, raw_key, "body")).code == "EnvelopeAuth");
  CHECK(error_of(SealedValue({kOld, 7}, RawKey("b", kT1), "body")).code == "EnvelopeAuth");
  const ErrorInfo purpose = error_of(SealedValue({CountingKey(3), 8}, raw_key, "body"));
  CHECK(purpose.code == "EnvelopeKeyPurpose");
  CHECK(purpose.address.find("key id 8") != std::string::npos);
  CHECK(error_of(good.substr(0, 9 + 33)).code == "EnvelopeShort");
  CHECK(error_of(good.substr(0, 9)).code == "EnvelopeShort");
  std::string changed = good;
  changed[9] = 2;
  CHECK(error_of(changed).code == "EnvelopeVersion");
  changed = good;
  changed[10] = 4;
  CHECK(error_of(changed).code == "EnvelopeFlags");
  // A body that is no Snappy block.
  CHECK(error_of(SealedValue({kOld, 7, 1}, raw_key, "\xff\xff\xff\xff\xff\xff")).code ==
        "EnvelopeCompression");
  // The flags that say that the body is encrypted: were the row taken as clear or deleted, a record
  // would be lost.
  for (const char flags : {'\0', '\1'}) {
    changed = good;
    changed[0] = flags;
    CHECK(error_of(changed).code == "EnvelopeAuth");
  }
}

TEST_CASE("clear rows that look like envelopes stay what they are") {
  const KeyFolder keys;
  const std::string like = "\1" + Unhex("0000000007") + std::string(40, 'x');
  const OpenedSnapshot opened = OpenBytes(
      Builder({{"a", "x", {kOld, 7}}}).Put("b", kT0, like).Put("c", kT0, "\1short").Bytes(),
      keys.options);
  REQUIRE(opened.status.ok());
  CHECK(LiveRows(opened) ==
        std::map<std::string, std::string>{{"a", "x"}, {"b", like}, {"c", "\1short"}});
  const OpenedSnapshot alone =
      OpenBytes(SnapshotBuilder().Put("b", kT0, like).Bytes(), keys.options);
  REQUIRE(alone.status.ok());
  CHECK(alone.finding("keys_not_needed") != nullptr);
}

TEST_CASE("reserved states of a row stay damage of the row") {
  const KeyFolder keys;
  for (const int flags : {0x03, 0x04, 0x06, 0x0a, 0x82}) {
    const OpenedSnapshot opened = OpenBytes(
        Builder({{"a", "x", {kOld, 7}}, {"b", "x", {kOld, 7, 0, static_cast<uint8_t>(flags)}}})
            .Bytes(),
        keys.options);
    REQUIRE(opened.status.ok());
    REQUIRE(opened.scan.damaged.size() == 1);
    CHECK(opened.scan.damaged[0].defect == std::string("RowFlags"));
    CHECK(LiveRows(opened).size() == 1);
  }
}

TEST_CASE("compressed bodies are unpacked and told, small and large") {
  const KeyFolder keys;
  for (const size_t size : {size_t{0}, size_t{1000}, size_t{3} << 20}) {
    std::string plain;
    for (size_t i = 0; plain.size() < size; ++i) plain += std::to_string(i * 7919);
    plain.resize(size);
    std::string packed;
    snappy::Compress(plain.data(), plain.size(), &packed);
    const OpenedSnapshot opened =
        OpenBytes(Builder({{"a", packed, {kOld, 7, 1}}}).Bytes(), keys.options);
    REQUIRE(opened.status.ok());
    CHECK(LiveRows(opened) == std::map<std::string, std::string>{{"a", plain}});
    REQUIRE(opened.finding("compressed_envelopes") != nullptr);
    CHECK(opened.finding("compressed_envelopes")->severity == Severity::kWarning);
  }
  std::string packed;
  const std::string zeros(size_t{3} << 20, '\0');
  snappy::Compress(zeros.data(), zeros.size(), &packed);
  OpenInputOptions little = keys.options;
  little.memory_bytes = 2 << 20;
  const OpenedSnapshot refused = OpenBytes(Builder({{"a", packed, {kOld, 7, 1}}}).Bytes(), little);
  CHECK(refused.status.code() == "EnvelopeCompression");
  CHECK(refused.status.info().next.find("--memory") != std::string::npos);
}

TEST_CASE("values larger than any window are opened in pieces") {
  const KeyFolder keys;
  for (const size_t size : {size_t{262101}, size_t{262102}, size_t{524289}, size_t{5} << 20}) {
    std::string plain(size, '\0');
    for (size_t i = 0; i < size; ++i) plain[i] = static_cast<char>(i * 31 >> 3);
    SnapshotBuilder builder = Builder({{"a", plain, {kNew, 9}}, {"b", "small", {kOld, 7}}});
    const OpenedSnapshot opened = OpenBytes(builder.Bytes(), keys.options);
    REQUIRE(opened.status.ok());
    CHECK(LiveRows(opened) == std::map<std::string, std::string>{{"a", plain}, {"b", "small"}});

    std::string value = SealedValue({kNew, 9}, RawKey("l", kT0), plain);
    value[value.size() / 2] = static_cast<char>(value[value.size() / 2] ^ 1);
    builder.Raw(RawKey("l", kT0), value);
    CHECK(OpenBytes(builder.Bytes(), keys.options).status.code() == "EnvelopeAuth");
    const OpenedSnapshot salvaged =
        OpenBytes(builder.Bytes(), keys.Salvaging(), PastEncryptedRows());
    REQUIRE(salvaged.status.ok());
    CHECK(LiveRows(salvaged).size() == 2);
    // As it stands there, for whoever has another way to open it.
    const std::vector<StoredRow> rows = AllRows(salvaged);
    CHECK(std::count(rows.begin(), rows.end(), StoredRow{RawKey("l", kT0), value}) == 1);
  }
}

TEST_CASE("damage of the file is told before anything about keys") {
  const KeyFolder keys;
  std::string bytes = Builder({{"a", "plain", {kNew, 7}}}).Bytes();  // does not open
  CHECK(OpenBytes(bytes, keys.options).status.code() == "EnvelopeAuth");
  bytes[bytes.size() - 1] = static_cast<char>(bytes.back() ^ 1);
  CHECK(OpenBytes(bytes, keys.options).status.code() == "FsmChecksum");
  const std::string unordered =
      Builder({}).KeepOrder().Put("b", kT0, "v").Put("a", kT0, "v").Bytes();
  CHECK(OpenBytes(unordered, keys.options).status.code() == "RowOrder");
  WriteWholeFile(keys.folder / "kek", kOld);
  CHECK(OpenBytes(bytes, keys.options).status.code() == "KekWrong");
}

TEST_CASE("findings of the container come with its rows") {
  const KeyFolder keys;
  const OpenedSnapshot opened =
      OpenBytes(Builder({{"a", "x", {kOld, 7}}}).Footer(FooterKind::kNone).Bytes(), keys.options);
  REQUIRE(opened.status.ok());
  REQUIRE(opened.finding("no_checksum") != nullptr);
  CHECK(opened.finding("no_checksum")->count == 1);
}

// Of a file with one row of each kind. With a right footer only GCM can notice.
TEST_CASE("every flipped bit of an encrypted file is an error, or changes nothing") {
  const KeyFolder keys;
  const SnapshotBuilder builder =
      Builder({{"a", "body of a", {kOld, 7}}, {"b", "body of b", {kNew, 9}}});
  const std::string bytes = builder.Bytes();
  const auto offsets = builder.RowOffsets();
  const OpenedSnapshot whole = OpenBytes(bytes, keys.options);
  REQUIRE(whole.status.ok());
  const auto live = LiveRows(whole);
  size_t noticed = 0;
  // Rows stand in the order of their raw keys: the metadata row is the first.
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ 1 << bit);
      CHECK_FALSE(OpenBytes(flipped, keys.options).status.ok());
      if (at < offsets[1] || at >= bytes.size() - 4) continue;
      std::string footer;
      AppendBe32(&footer, Crc32c(Slice(flipped).substr(0, flipped.size() - 4)));
      flipped.replace(flipped.size() - 4, 4, footer);
      const OpenedSnapshot opened = OpenBytes(flipped, keys.options);
      const bool told = !opened.status.ok() || opened.scan.DamagedRows() > 0 ||
                        opened.scan.LiveEncryptedRows() > 0;
      noticed += told ? 1U : 0U;
      if (!told) {
        INFO("offset " << at << " bit " << bit);
        CHECK(LiveRows(opened) == live);
      }
    }
  }
  CHECK(noticed == (bytes.size() - 4 - offsets[1]) * 8);
}

}  // namespace
}  // namespace snaptree
