#include "adapters/sqs/sqs_record_rows.h"

#include "adapters/sqs/sqs_heads.h"
#include "adapters/sqs/sqs_keys.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"

namespace snaptree::sqs {
namespace {

constexpr Slice kFolder = "sqs/";
constexpr Slice kPartitionedMark = "p|";

struct ByteRange {
  uint8_t low;
  uint8_t high;
};
// Bytes that no segment holds: one of them follows that of a queue, which has no end of its own.
constexpr ByteRange kBehindSegment[] = {{0x00, '-' - 1},    {'-' + 1, '0' - 1}, {'9' + 1, 'A' - 1},
                                        {'Z' + 1, '_' - 1}, {'_' + 1, 'a' - 1}, {'z' + 1, 0xff}};

}  // namespace

Result<RecordRows> RowsOfRecord(RowLookup& /*lookup*/, Slice address) {
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
