// The view against its definition: any set of rows, judged in raw order with a length per open key, gives the verdicts that
// sorting by user key and timestamp gives (spec 01 sections 7.3 and 7.7).
//
// Input: a read timestamp byte, then rows of 3 bytes (key length, timestamp, flags) and the key's bytes. Timestamps are few
// and odd, so that inverted ones meet bytes of other keys.
#include <cstdlib>
#include <map>

#include "formats/mvcc_view.h"
#include "tests/support/snapshot_builder.h"

namespace {

using namespace snaptree;

struct Version {
  std::string key;
  uint64_t ts;
  uint8_t flags;
};

uint64_t TimestampOf(uint8_t byte) { return (uint64_t{byte} << 56) | (uint64_t{byte} * 0x0101); }

std::map<std::string, Version> ParseRows(ByteReader in) {
  std::map<std::string, Version> rows;
  uint8_t length = 0;
  uint8_t ts = 0;
  uint8_t flags = 0;
  Slice key;
  while (in.ReadU8(&length) && in.ReadU8(&ts) && in.ReadU8(&flags) && in.ReadBytes(length % 16, &key)) {
    const Version version{std::string(key), TimestampOf(ts), static_cast<uint8_t>(flags & 1)};
    rows[test::RawKey(version.key, version.ts)] = version;
  }
  return rows;
}

Verdict Expected(const std::map<std::string, Version>& rows, const Version& row, uint64_t read_ts) {
  if (row.ts > read_ts) return Verdict::kNewer;
  for (const auto& [raw_key, other] : rows) {
    if (other.key == row.key && other.ts > row.ts && other.ts <= read_ts) return Verdict::kOlder;
  }
  return row.flags == 1 ? Verdict::kTombstone : Verdict::kLive;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 2048) return 0;
  const uint64_t read_ts = TimestampOf(data[0]);
  const auto rows = ParseRows(ByteReader(Slice(reinterpret_cast<const char*>(data) + 1, size - 1)));
  MvccView view(read_ts);
  PreviousKey previous;
  for (const auto& [raw_key, row] : rows) {
    std::string value(kValueHeaderBytes, '\0');
    value[0] = static_cast<char>(row.flags);
    const size_t common = CommonPrefix(previous.get(), raw_key);
    previous.Set(raw_key);
    if (view.Judge(MvccRow::Parse(raw_key, value), common) != Expected(rows, row, read_ts)) std::abort();
  }
  return 0;
}
