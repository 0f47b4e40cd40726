// Any bytes as a MANIFEST, or as the edits of one whose frame is right: refused with an error of
// the data, or a set of tables in its order.
#include <cstdlib>
#include <set>
#include <string>

#include "formats/pebble/pebble_version.h"
#include "tests/support/pebble_log.h"
#include "tests/support/temp_folder.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

// The first byte: whether bytes follow, or edits behind their lengths of one byte.
std::string ManifestOf(Slice input) {
  if (input.empty()) return "";
  const bool edits = (input[0] & 1) != 0;
  input.remove_prefix(1);
  if (!edits) return std::string(input);
  test::PebbleLog log = test::PebbleLog::Manifest();
  log.Add(test::PebbleEdit().Comparator().bytes());
  while (!input.empty()) {
    const size_t n = std::min<size_t>(static_cast<uint8_t>(input[0]), input.size() - 1);
    log.Add(input.substr(1, n));
    input.remove_prefix(1 + n);
  }
  return log.bytes();
}

void CheckVersion(const PebbleVersion& version) {
  std::set<uint64_t> numbers;
  const PebbleTable* previous = nullptr;
  for (const PebbleTable& table : version.tables) {
    Require(numbers.insert(table.number).second);
    Require(table.level >= 0 && table.level < 7);
    Require(table.bounds.smallest <= table.bounds.largest);
    Require(table.smallest_sequence <= table.largest_sequence);
    Require(!table.backing || version.backings.contains(*table.backing));
    if (previous != nullptr) Require(previous->level <= table.level);
    if (previous != nullptr && table.level > 0 && previous->level == table.level) {
      Require(previous->bounds.largest <= table.bounds.smallest);
    }
    previous = &table;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const test::TempFolder folder;
  static const bool marked = [] {
    test::WriteWholeFile(folder / "marker.manifest.000001.MANIFEST-000001", "");
    return true;
  }();
  Require(marked);
  test::WriteWholeFile(folder / "MANIFEST-000001",
                       ManifestOf(Slice(reinterpret_cast<const char*>(data), size)));
  Findings findings;
  const Result<PebbleVersion> version = ReadPebbleVersion(folder.path(), &findings);
  if (version.ok()) {
    CheckVersion(*version);
  } else {
    Require(version.status().kind() == ErrorKind::kData);
    Require(!version.status().code().empty() && !version.status().info().source.empty());
  }
  return 0;
}
