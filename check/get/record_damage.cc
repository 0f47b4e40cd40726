#include "check/get/record_damage.h"

#include <algorithm>
#include <optional>

#include "check/scope_filter.h"

#include "adapters/common/record_rows.h"
#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_parsed_line.h"
#include "adapters/fs/fs_paths.h"
#include "adapters/s3/s3_keys.h"
#include "base/coding.h"
#include "base/text.h"
#include "decode/txn_rows.h"
#include "formats/family_table.h"
#include "formats/fsm_format.h"
#include "tree/tree_input.h"

namespace snaptree {
namespace {

constexpr Slice kS3Folder = "s3/";

// Rows that the scan could not take apart: those of the adapter, and of them those with a text in
// their keys. All of them, where the scan names no more.
uint64_t Unreadable(const ScanResult& scan, AdapterId adapter, Slice text) {
  uint64_t rows = 0;
  for (size_t i = 0; i < Families().size(); ++i) {
    if (Families()[i].adapter == adapter) rows += scan.families[i].damaged;
  }
  if (text.empty() || scan.damaged.size() < scan.DamagedRows()) return rows;
  return static_cast<uint64_t>(
      std::count_if(scan.damaged.begin(), scan.damaged.end(), [&](const DamagedRow& row) {
        return Families()[row.family].adapter == adapter &&
               Slice(row.key).find(text) != Slice::npos;
      }));
}

// What keys of a bucket hold, of an address in it; empty: it is in none.
std::string BucketSegment(Slice address) {
  Slice folder;
  Slice rest;
  std::string segment;
  if (!SplitScope(address, kS3Folder, &folder, &rest)) return segment;
  if (const std::optional<std::string> bucket = TextOfSegment(folder)) {
    s3::AppendSegment(&segment, *bucket);
  }
  return segment;
}

AdapterId IdOf(const std::string& name) {
  size_t id = 0;
  while (id + 1 < kAdapterCount && name != AdapterName(static_cast<AdapterId>(id))) ++id;
  return static_cast<AdapterId>(id);
}

std::optional<uint64_t> InodeOf(Slice path, Slice lines) {
  std::string text(lines);
  text.resize(lines.size() + TreeReader::kPadding);
  fs::InodeLineParser parser;
  for (Slice rest = Slice(text).substr(0, lines.size()); !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size() - 1);
    fs::InodeLine line;
    if (parser.Parse(rest.substr(0, end), &line).ok() && parser.path() == path) {
      return line.inode.number;
    }
    rest.remove_prefix(end + 1);
  }
  return std::nullopt;
}

// Of the file with this inode, all of them when it is not known or not all are named.
uint64_t DamagedChunks(const ScanResult& scan, const Finding& told, std::optional<uint64_t> inode) {
  if (!inode || scan.damaged.size() < scan.DamagedRows()) return told.count;
  return static_cast<uint64_t>(
      std::count_if(scan.damaged.begin(), scan.damaged.end(), [&](const DamagedRow& row) {
        fs::ChunkKey chunk;
        return row.key.size() > kTimestampBytes &&
               fs::ParseChunkKey(Slice(row.key).substr(0, row.key.size() - kTimestampBytes),
                                 &chunk) &&
               chunk.inode == *inode;
      }));
}

}  // namespace

Result<RowDamage> DamageOf(const ScannedSnapshot& snapshot, const DecodeReport& decoded,
                           Slice address, Slice inode_lines) {
  RowDamage damage;
  if (address.starts_with(fs::kTreeBelow)) {
    const auto told = decoded.findings.by_code().find(kDamagedChunk);
    if (told == decoded.findings.by_code().end()) return damage;
    const Slice path = address.substr(fs::kTreeBelow.size());
    damage.chunks = DamagedChunks(snapshot.scan, told->second, InodeOf(path, inode_lines));
    return damage;
  }
  const AdapterId adapter = IdOf(AdapterOfAddress(address));
  const uint64_t own_rows = decoded.adapters[static_cast<size_t>(adapter)].rows.damaged;
  damage.rows = own_rows - Unreadable(snapshot.scan, adapter, {}) +
                Unreadable(snapshot.scan, adapter, BucketSegment(address));
  damage.losses = decoded.losses - snapshot.scan.DamagedRows();
  return damage;
}

Result<bool> HasUnresolved(const ScannedSnapshot& snapshot, const std::vector<KeyRange>& rows) {
  if (snapshot.unresolved == nullptr) return false;
  const Finding& unresolved = *snapshot.unresolved;
  const auto is_unresolved = [&](const std::string& key) {
    if (unresolved.examples.size() == Finding::kMaxExamples) return true;  // there may be more
    const std::string shown = Printable(key);
    return std::any_of(unresolved.examples.begin(), unresolved.examples.end(),
                       [&](const auto& example) { return example.first == shown; });
  };
  const auto ignore = [](FamilyId, const ViewRow&, const Status&) { return Status::Ok(); };
  TxnIntents intents(snapshot.rows, snapshot.scan, ignore);
  TxnIntent intent;
  std::string raw_key;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, intents.Next(&intent));
    if (!more) return false;
    raw_key = intent.key;
    AppendBe64(&raw_key, 0);
    const bool is_own = std::any_of(rows.begin(), rows.end(),
                                    [&](const KeyRange& range) { return range.Matches(raw_key); });
    if (is_own && is_unresolved(std::string(intent.key))) return true;
  }
}

}  // namespace snaptree
