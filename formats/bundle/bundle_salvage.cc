#include "formats/bundle/bundle_salvage.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "base/cancel.h"
#include "base/text.h"
#include "formats/bundle/block_finder.h"
#include "formats/bundle/bundle_container.h"
#include "formats/bundle/bundle_rows.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

constexpr size_t kLostRangesKept = 1000;

std::string ReasonOf(const Status& damage) { return damage.code() + ": " + damage.info().what; }

// Collects what the tables tell while they are walked. Readers that come later meet the same
// damage, which is told by then.
class LossTeller {
 public:
  explicit LossTeller(SalvageReport* report) : report_(report) {}

  void Tell(Extent lost, const Status& reason) {
    if (report_ == nullptr || (seen_ && lost.begin < told_to_)) return;
    seen_ = true;
    told_to_ = lost.end;
    Add({lost.begin, lost.end, ReasonOf(reason), last_key_});
  }
  void Add(LostRange lost) {
    ++report_->lost_ranges;
    report_->bytes_lost += lost.end - lost.begin;
    if (report_->lost.size() < kLostRangesKept) report_->lost.push_back(std::move(lost));
  }
  // Rows that begin in blocks before `offset`, the last of which has this key.
  void Pass(uint64_t offset, Slice key) {
    for (size_t i = report_->lost.size(); i > 0 && report_->lost[i - 1].begin > offset; --i) {
      report_->lost[i - 1].after_key = key;
    }
    last_key_ = key;
  }
  void Stop() { report_ = nullptr; }

 private:
  SalvageReport* report_;  // null: all is told
  bool seen_ = false;
  uint64_t told_to_ = 0;
  std::string last_key_;
};

// A container whose scan takes the rows as they are: what is wrong stands in the report.
class SalvagedBundle : public Container {
 public:
  SalvagedBundle(std::shared_ptr<const InputFile> file, BundleManifest manifest, ContainerInfo info,
                 size_t memory_bytes, SalvageReport* report)
      : info_(std::move(info)),
        teller_(report),
        rows_(std::move(file), std::move(manifest),
              {memory_bytes, [this](const TableMember&, Extent lost, const Status& reason) {
                 const std::lock_guard lock(mutex_);
                 teller_.Tell(lost, reason);
               }}) {}

  Status Walk(SalvageReport* report, Progress* progress);
  LossTeller& teller() { return teller_; }

  const ContainerInfo& info() const override { return info_; }
  const RowSource& rows() const override { return rows_; }
  std::optional<uint64_t> payload_end() const override { return rows_.manifest().end; }
  std::unique_ptr<ScanCursor> OpenScan() override { return std::make_unique<Cursor>(rows_); }
  Status Diagnose(Status damage) const override { return damage; }

 private:
  class Cursor : public ScanCursor {
   public:
    explicit Cursor(const BundleRows& rows)
        : rows_(rows), cursor_(rows.OpenCursor(rows.extent())) {}
    Result<std::span<const Row>> NextBatch() override {
      Result<std::span<const Row>> batch = cursor_->NextBatch();
      if (batch.ok() && !batch->empty()) {
        bytes_read_ = rows_.OffsetOfBlock(batch->back().position);
      }
      return batch;
    }
    uint64_t bytes_read() const override { return bytes_read_; }
    Status Finish(Findings*) override { return {}; }

   private:
    const BundleRows& rows_;
    std::unique_ptr<RowCursor> cursor_;
    uint64_t bytes_read_ = 0;
  };

  ContainerInfo info_;
  std::mutex mutex_;
  LossTeller teller_;
  BundleRows rows_;
};

Status NotPlain(const BundleRows& rows, const Row& row, const char* what) {
  return DataError("BundleTable", what)
      .At(rows.name(), rows.OffsetOfBlock(row.position))
      .Found("raw key " + Hex(row.key.substr(0, 48)))
      .Next("the blocks are whole, but no node writes this: take another snapshot");
}

Status SalvagedBundle::Walk(SalvageReport* report, Progress* progress) {
  if (progress != nullptr) progress->Begin("salvage", "bytes", rows_.file()->size());
  const std::unique_ptr<EntryCursor> cursor = rows_.OpenEntries(rows_.extent());
  std::string before;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const std::span<const Row> rows, cursor->NextBatch());
    if (rows.empty()) break;
    Slice last = before;
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint64_t trailer = cursor->trailers()[i];
      if (SequenceOf(trailer) != 0 || !IsSet(KindOf(trailer))) {
        return NotPlain(rows_, rows[i], "an entry of a bundle's table is no plain row");
      }
      if (report->rows_kept + i > 0 && rows[i].key <= last) {
        return NotPlain(rows_, rows[i], "the rows of a bundle do not ascend");
      }
      last = rows[i].key;
    }
    before = last;
    const std::lock_guard lock(mutex_);
    teller_.Pass(rows_.OffsetOfBlock(rows.back().position), before);
    report->rows_kept += rows.size();
    if (progress != nullptr) {
      progress->done.store(rows_.OffsetOfBlock(rows.back().position), std::memory_order_relaxed);
    }
  }
  return {};
}

// Takes the tables behind the end of the file out of the manifest.
void DropMissingTables(uint64_t file_bytes, BundleManifest* manifest,
                       std::vector<LostRange>* lost) {
  std::vector<BundleFile>& files = manifest->files;
  const auto missing = std::find_if(files.begin(), files.end(), [&](const BundleFile& file) {
    return file.region.begin >= file_bytes;
  });
  if (missing == files.end()) return;
  const auto count = static_cast<uint64_t>(files.end() - missing);
  lost->push_back({file_bytes, file_bytes,
                   "the file ends before its last " + Thousands(count) + " tables, raw keys " +
                       Printable(missing->smallest, 60) + " to " +
                       Printable(files.back().largest, 60),
                   missing == files.begin() ? "" : (missing - 1)->largest});
  files.erase(missing, files.end());
}

// Nodes write bundles of this version only, and no checksum covers the byte that tells it.
constexpr char kWritten[] = "Pebble v4";

Status OtherVersion(const Table& table) {
  return DataError("BundleTable", "a table of a bundle is of another version: " + table.format());
}

// Looks for the blocks of tables that cannot be opened, or that the end of the file cuts.
Status RecoverTables(const std::shared_ptr<const InputFile>& file, size_t memory_bytes,
                     BundleManifest* manifest, std::vector<LostRange>* lost) {
  size_t blocks_left = memory_bytes / sizeof(BlockHandle);
  for (size_t i = 0; i < manifest->files.size(); ++i) {
    SNAPTREE_TRY(CheckCancelled());
    BundleFile& entry = manifest->files[i];
    const bool is_cut = entry.region.end > file->size();
    entry.region.end = std::min(entry.region.end, file->size());
    const TableBytes bytes{file, entry.region};
    Status reason;
    if (!is_cut) {
      const auto table = Table::Open(bytes);
      if (table.ok() && (*table)->format() == kWritten) continue;
      if (!table.ok() && table.status().kind() != ErrorKind::kData) return table.status();
      reason = table.ok() ? OtherVersion(**table) : table.status();
    }
    SNAPTREE_ASSIGN(FoundBlocks found,
                    FindBlocks(bytes, entry.smallest, entry.largest, blocks_left));
    blocks_left -= found.table->blocks().size();
    if (found.last_key != entry.largest) {
      const std::string before = i == 0 ? "" : manifest->files[i - 1].largest;
      const std::string what = is_cut ? "the end of the file cuts " : ReasonOf(reason) + ", in ";
      lost->push_back({found.end, entry.region.end,
                       what + "table " + BundleFileName(i) + ", raw keys " +
                           Printable(entry.smallest, 60) + " to " + Printable(entry.largest, 60),
                       found.last_key.empty() ? before : found.last_key});
    }
    entry.recovered = std::move(found.table);
  }
  return {};
}

void SortLosses(std::vector<LostRange>* lost) {
  std::sort(lost->begin(), lost->end(),
            [](const LostRange& a, const LostRange& b) { return a.begin < b.begin; });
  for (size_t i = 1; i < lost->size(); ++i) {
    const LostRange& before = (*lost)[i - 1];
    if (before.end >= (*lost)[i].begin) (*lost)[i].after_key = before.after_key;
  }
}

}  // namespace

Result<std::unique_ptr<Container>> SalvageBundle(Payload& payload, size_t memory_bytes,
                                                 const Status& damage) {
  const uint64_t file_bytes = payload.file->size();
  SalvageReport* const report = &payload.opened->salvage;
  Result<BundleManifest> read =
      ReadBundleManifest(*payload.file, payload.envelope.payload_begin, /*cut=*/true);
  if (!read.ok()) {
    return std::move(read).status().Next(
        "without its manifest nothing tells where the tables of a bundle stand, and --salvage "
        "cannot read them: take another copy, an older snapshot or the node's fsm.db");
  }
  BundleManifest manifest = *std::move(read);
  report->damage = damage.Message();
  const uint64_t tables_end = manifest.end;
  std::vector<LostRange> lost;
  DropMissingTables(file_bytes, &manifest, &lost);
  SNAPTREE_TRY(RecoverTables(payload.file, memory_bytes, &manifest, &lost));
  manifest.end = std::min(manifest.end, file_bytes);
  report->end_missing = tables_end > file_bytes;
  if (file_bytes > tables_end && file_bytes - tables_end != kFooterBytes) {
    const std::string before = manifest.files.empty() ? "" : manifest.files.back().largest;
    lost.push_back({tables_end, file_bytes, "bytes behind the last table", before});
  }
  ContainerInfo info =
      InfoOfBundle(*payload.file, payload.envelope, manifest, std::move(payload.info));
  auto salvaged = std::make_unique<SalvagedBundle>(payload.file, std::move(manifest),
                                                   std::move(info), memory_bytes, report);
  SNAPTREE_TRY(salvaged->Walk(report, payload.options.progress));
  for (LostRange& range : lost) salvaged->teller().Add(std::move(range));
  salvaged->teller().Stop();
  SortLosses(&report->lost);
  return std::unique_ptr<Container>(std::move(salvaged));
}

}  // namespace snaptree
