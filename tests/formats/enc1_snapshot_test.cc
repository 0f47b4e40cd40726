// The snapshot of a live node that encrypts, against what the node itself answered
// (testdata/README.md).
#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "base/text.h"
#include "formats/encryption/decrypted_rows.h"
#include "tests/support/opened_snapshot.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

const std::string kEnc1 = SNAPTREE_TESTDATA_DIR "/enc1/";
const std::string kSnapshot = kEnc1 + "0000000000000bb9.fsm.zst";

OpenInputOptions WithKeys() {
  OpenInputOptions options;
  options.choice.keys.kek_file = kEnc1 + "keys/kek";
  options.choice.keys.keys_file = kEnc1 + "keys/keys.json";
  return options;
}

TEST_CASE("enc1: every live row is what the node's own scan returned") {
  const OpenedSnapshot opened = OpenPath(kSnapshot, WithKeys());
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.LiveEncryptedRows() == 0);
  CHECK(opened.scan.DamagedRows() == 0);
  CHECK(KeysAtHand(opened.input.container->info()) == "7");
  CHECK(opened.input.container->info().crc32c.has_value());
  Sha256 digest;
  size_t rows = 0;
  for (const auto& [key, body] : LiveRows(opened)) {
    const bool comparable =
        !key.ends_with("zz:tick") && !key.starts_with("!dist|") && !key.starts_with("!txn|");
    if (!comparable) continue;
    ++rows;
    digest.Update(Hex(key) + " " + Hex(body) + "\n");
  }
  CHECK(rows == 4921);
  // Of the truth rows.
  CHECK(Hex(AsSlice(digest.Finish())) ==
        "3aae72bbe2683920c3d13d9b1419feedc6e74b1cd5261be45ddab2e75126c1d7");
}

TEST_CASE("enc1: without keys it is whole, and tells which key it needs") {
  const OpenedSnapshot opened = OpenPath(kSnapshot);
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.rows == 26707);
  CHECK(opened.scan.LiveEncryptedRows() == 4921);
  CHECK(opened.scan.encryption_key_ids == std::vector<uint32_t>{7});
  const auto live = LiveRows(opened, FamilyOf("!redis|str|"));
  REQUIRE(live.contains("!redis|str|before-encryption"));
}

TEST_CASE("enc1: opened, it has the rows that it had, of the same families") {
  const OpenedSnapshot locked = OpenPath(kSnapshot);
  const OpenedSnapshot opened = OpenPath(kSnapshot, WithKeys());
  REQUIRE(locked.status.ok());
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.rows == locked.scan.rows);
  CHECK(opened.scan.read_ts == locked.scan.read_ts);
  for (size_t i = 0; i < Families().size(); ++i) {
    const FamilyCounts& before = locked.scan.families[i];
    const FamilyCounts& after = opened.scan.families[i];
    CHECK(after.rows == before.rows);
    CHECK(after.live == before.live);
    CHECK(after.older == before.older);
    CHECK(after.tombstone == before.tombstone);
    CHECK(after.key_bytes == before.key_bytes);
    CHECK(before.value_bytes - after.value_bytes >= 34 * before.encrypted);
  }
}

}  // namespace
}  // namespace snaptree
