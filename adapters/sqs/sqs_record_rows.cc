#include "adapters/sqs/sqs_record_rows.h"

#include <array>

#include "adapters/sqs/sqs_heads.h"
#include "adapters/sqs/sqs_keys.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"

namespace snaptree::sqs {
namespace {

constexpr Slice kFolder = "sqs/";
constexpr Slice kPartitionedMark = "p|";

struct ByteRange {
  uint8_t low = 0;
  uint8_t high = 0;
};

// Of a segment: base64url without padding.
constexpr bool IsOfSegment(unsigned byte) {
  return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
         (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

constexpr size_t CountGaps() {
  size_t gaps = 0;
  for (unsigned byte = 0; byte <= UINT8_MAX; ++byte) {
    if (!IsOfSegment(byte) && (byte == 0 || IsOfSegment(byte - 1))) ++gaps;
  }
  return gaps;
}

// Bytes that no segment holds: one of them follows that of a queue, which has no end of its own.
constexpr std::array<ByteRange, CountGaps()> BytesBehindSegment() {
  std::array<ByteRange, CountGaps()> gaps;
  size_t n = 0;
  for (unsigned byte = 0; byte <= UINT8_MAX; ++byte) {
    if (IsOfSegment(byte)) continue;
    if (byte == 0 || IsOfSegment(byte - 1)) gaps[n++].low = static_cast<uint8_t>(byte);
    gaps[n - 1].high = static_cast<uint8_t>(byte);
  }
  return gaps;
}
constexpr auto kBehindSegment = BytesBehindSegment();

}  // namespace

Result<RecordRows> RowsOfRecord(RowLookup& /*lookup*/, Slice address, size_t /*max_looks*/) {
  Slice folder;
  Slice path;
  if (!SplitScope(address, kFolder, &folder, &path)) return RecordRows();
  const std::optional<std::string> queue = TextOfSegment(folder);
  if (!queue || queue->ends_with(kOrphanSuffix) || EncodeDirectorySegment(*queue).name != folder) {
    return RecordRows();
  }
  const std::string segment = Base64Url(*queue);
  std::vector<KeyRange> rows;
  for (const SqsFamily family : {SqsFamily::kGen, SqsFamily::kMeta, SqsFamily::kSeq}) {
    rows.push_back(WholeKey(FamilyIdOf(family), std::string(PrefixOf(family)) + segment));
  }
  for (const SqsFamily family : {SqsFamily::kData, SqsFamily::kTombstone}) {
    const std::string prefix = std::string(PrefixOf(family)) + segment;
    for (const ByteRange& bytes : kBehindSegment) {
      rows.push_back(KeysWithByte(FamilyIdOf(family), prefix, bytes.low, bytes.high));
    }
  }
  std::string partitioned(PrefixOf(SqsFamily::kData));
  partitioned.append(kPartitionedMark).append(segment).append("|");
  rows.push_back(KeysWithPrefix(FamilyIdOf(SqsFamily::kData), partitioned));
  return RecordRows(std::move(rows));
}

}  // namespace snaptree::sqs
