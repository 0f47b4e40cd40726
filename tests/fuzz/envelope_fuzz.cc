// Any text as a keys.json, and any row as an encrypted one: refused, or opened as the same row in
// another way, and never a tag that a changed row passes.
//
// Input: u8 length of the text of keys.json in units of 8 bytes, the text, u8 length of a raw key,
// the key, the value of a row.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/coding.h"
#include "formats/encryption/envelope.h"
#include "formats/encryption/sidecar.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/sealed_rows.h"
#include "tests/support/temp_folder.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

const OpenInputOptions& KeyOptions() {
  static const test::TempFolder folder;
  static const OpenInputOptions options = [] {
    OpenInputOptions made;
    test::WriteWholeFile(folder / "dek", test::CountingKey(0));
    made.choice.keys.data_keys.emplace_back(7, folder / "dek");
    return made;
  }();
  return options;
}

void TrySidecar(Slice text) {
  const auto keys = ParseSidecar(text, "keys.json");
  if (!keys.ok()) {
    Require(keys.status().code() == "KeyFileInvalid");
    return;
  }
  for (const WrappedKey& key : *keys) Require(key.id != 0 && key.bytes.size() == kWrappedKeyBytes);
}

// The rows of an input with this row; whatever it holds, the clear row beside it comes out.
void TryRow(Slice raw_key, Slice value) {
  const std::string bytes =
      test::SnapshotBuilder().Raw(raw_key, value).Put("~", test::kT0, "beside").Bytes();
  OpenInputOptions options = KeyOptions();
  const test::OpenedSnapshot opened = test::OpenBytes(bytes, options);
  if (!opened.status.ok()) {
    Require(opened.status.kind() == ErrorKind::kData && !opened.status.info().source.empty());
  } else {
    Require(test::AllRows(opened).size() == 2);
  }
  options.salvage = true;
  const test::OpenedSnapshot salvaged = test::OpenBytes(bytes, options);
  if (!salvaged.status.ok()) return;
  const auto rows = test::AllRows(salvaged);
  Require(std::any_of(rows.begin(), rows.end(), [](const test::StoredRow& row) {
    return row.key == test::RawKey("~", test::kT0);
  }));
}

// What is sealed opens, and with any bit changed it does not.
void TrySealed(Slice raw_key, Slice plain) {
  static const OpenInputOptions& options = KeyOptions();
  Findings findings;
  const Result<KeyRing> ring = KeyRing::Load(options.choice.keys, &findings);
  Require(ring.ok());
  EnvelopeOpener opener(*ring);
  std::string value = test::SealedValue({test::CountingKey(0)}, raw_key, plain);
  std::string out;
  Require(opener.Open(raw_key, value, &out).ok() && out == plain);
  const size_t place = kValueHeaderBytes + 6 + plain.size() % (value.size() - 15);
  value[place] = static_cast<char>(value[place] ^ 1 << plain.size() % 8);
  Require(opener.Open(raw_key, value, &out).code() == "EnvelopeAuth");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteReader in(Slice(reinterpret_cast<const char*>(data), size));
  uint8_t units = 0;
  Slice text;
  if (!in.ReadU8(&units) || !in.ReadBytes(std::min<size_t>(units * size_t{8}, in.size()), &text))
    return 0;
  TrySidecar(text);
  uint8_t key_size = 0;
  Slice raw_key;
  if (!in.ReadU8(&key_size) || !in.ReadBytes(std::min<size_t>(key_size, in.size()), &raw_key))
    return 0;
  TryRow(raw_key, in.rest());
  TrySealed(raw_key, in.rest());
  return 0;
}
