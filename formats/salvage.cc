#include "formats/salvage.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/cancel.h"
#include "base/coding.h"
#include "base/external_sorter.h"
#include "base/scratch_folder.h"
#include "formats/fsm_format.h"
#include "formats/row_copy.h"
#include "formats/row_finder.h"
#include "formats/row_stream_source.h"
#include "formats/scan.h"

namespace snaptree {
namespace {

constexpr size_t kLostRangesKept = 1000;

// The walk over the whole stream: which rows are good, what is lost, and whether order holds.
class Salvager {
 public:
  Salvager(const InputFile& file, Extent extent, const OpenInputOptions& options,
           SalvageReport* report)
      : file_(file),
        extent_(extent),
        finder_(file, extent),
        scratch_(options.scratch_folder.empty() ? TemporaryFolder() : options.scratch_folder),
        sorter_({options.memory_bytes / 4, [this] { return scratch_.Path(); }}),
        report_(report) {}

  Status Walk(Progress* progress);
  // Whether the rows cannot be read in place: a gap between them, or their order is broken. A lost
  // end is no reason.
  bool must_copy() const { return must_copy_; }
  uint64_t rows_end() const { return rows_end_; }
  // The good rows, sorted, as a new row stream in an unnamed file. `rows` reads their values.
  Result<std::unique_ptr<Container>> Copy(const RowSource& rows, const std::string& folder,
                                          ContainerInfo info);

 private:
  Status Keep();
  Status Break(uint64_t at);
  void Lose(uint64_t begin, uint64_t end, const std::string& reason);

  const InputFile& file_;
  Extent extent_;
  RowFinder finder_;
  ScratchFolder scratch_;
  ExternalSorter sorter_;
  SalvageReport* report_;
  std::optional<FoundRow> last_;  // not kept yet: a break right behind it makes it suspect
  std::string last_kept_key_;
  uint64_t position_ = 0;
  uint64_t rows_end_ = 0;
  bool must_copy_ = false;
};

void Salvager::Lose(uint64_t begin, uint64_t end, const std::string& reason) {
  ++report_->lost_ranges;
  report_->bytes_lost += end - begin;
  if (report_->lost.size() < kLostRangesKept)
    report_->lost.push_back({begin, end, reason, last_kept_key_});
}

// Takes the row that waited: what follows it is sound.
Status Salvager::Keep() {
  if (!last_) return {};
  std::string place;
  AppendBe64(&place, last_->value_position);
  AppendBe64(&place, last_->value_size);
  SNAPTREE_TRY(sorter_.Add(last_->key, place));
  ++report_->rows_kept;
  if (last_->key < last_kept_key_) ++report_->rows_out_of_order;
  must_copy_ = must_copy_ || !(last_kept_key_ < last_->key);
  last_kept_key_ = std::move(last_->key);
  last_.reset();
  return {};
}

// No row at `at`: gives up the row before it and looks for the next chain.
Status Salvager::Break(uint64_t at) {
  SNAPTREE_ASSIGN(const bool cut, finder_.IsCutRow(at, last_ ? Slice(last_->key) : Slice()));
  if (cut) {
    Lose(at, extent_.end, "the file ends inside the row at offset " + std::to_string(at));
    position_ = extent_.end;
    return {};
  }
  uint64_t begin = at;
  std::string after_key = last_kept_key_;
  if (last_) {
    begin = last_->position;
    after_key = std::move(last_->key);
    ++report_->rows_suspect;
    last_.reset();
  }
  SNAPTREE_ASSIGN(position_, finder_.NextChain(at + 1, after_key));
  rows_end_ = begin;
  must_copy_ = must_copy_ || position_ != extent_.end;
  Lose(begin, position_,
       "no row at offset " + std::to_string(at) + "; the row before it is dropped too");
  return {};
}

Status Salvager::Walk(Progress* progress) {
  if (progress != nullptr) progress->Begin("salvage", "bytes", extent_.end);
  uint64_t steps = 0;
  rows_end_ = extent_.begin;
  for (position_ = extent_.begin; extent_.end - position_ >= 2 * kLengthBytes;) {
    if ((++steps & 0xfff) == 0) {
      SNAPTREE_TRY(CheckCancelled());
      if (progress != nullptr) progress->done.store(position_, std::memory_order_relaxed);
    }
    SNAPTREE_ASSIGN(std::optional<FoundRow> row, finder_.RowAt(position_));
    if (!row) {
      SNAPTREE_ASSIGN(row, finder_.DamagedRowAt(position_));
    }
    if (!row) {
      SNAPTREE_TRY(Break(position_));
      continue;
    }
    SNAPTREE_TRY(Keep());
    position_ = rows_end_ = row->end();
    last_ = std::move(row);
  }
  const uint64_t rest = extent_.end - position_;
  if (rest != 0 && rest != kFooterBytes) Lose(position_, extent_.end, "bytes behind the last row");
  SNAPTREE_TRY(Keep());
  return sorter_.Finish();
}

Result<std::unique_ptr<Container>> Salvager::Copy(const RowSource& rows, const std::string& folder,
                                                  ContainerInfo info) {
  SNAPTREE_ASSIGN(RowCopy copy,
                  RowCopy::Create(folder, file_.path() + " (salvaged copy)", info.last_commit_ts));
  std::string before;
  Slice key;
  Slice place;
  for (uint64_t n = 0;; ++n) {
    if ((n & 0xfff) == 0) SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, sorter_.Next(&key, &place));
    if (!more) break;
    if (n > 0 && key == before) {
      ++report_->rows_duplicate;
      --report_->rows_kept;
      continue;
    }
    before = key;
    const uint64_t value_size = LoadBe64(place.data() + 8);
    SNAPTREE_TRY(copy.Begin(key, value_size));
    SNAPTREE_TRY(copy.AppendFrom(rows, LoadBe64(place.data()), value_size));
  }
  return copy.Finish(std::move(info));
}

// The error that a run without --salvage would stop with; ok when the stream is whole.
Status FindDamage(const std::shared_ptr<const InputFile>& file, const FsmEnvelope& envelope,
                  const ContainerInfo& info) {
  SNAPTREE_ASSIGN(const std::unique_ptr<Container> container,
                  OpenFsmContainer(file, envelope, info));
  const Result<ScanResult> scan = ScanContainer(*container, {});
  return scan.ok() ? Status::Ok() : scan.status();
}

}  // namespace

Result<std::unique_ptr<Container>> SalvageRowStream(std::shared_ptr<const InputFile> file,
                                                    const FsmEnvelope& envelope, ContainerInfo info,
                                                    const OpenInputOptions& options,
                                                    SalvageReport* report) {
  const Status damage = FindDamage(file, envelope, info);
  if (damage.ok()) return OpenFsmContainer(std::move(file), envelope, std::move(info));
  if (damage.kind() != ErrorKind::kData) return damage;
  report->damage = damage.Message();
  report->end_missing = damage.code() == "PayloadTruncated";
  const uint64_t rows_begin = std::min(envelope.RowsBegin(), file->size());
  uint64_t last_commit_ts = 0;
  if (rows_begin == envelope.RowsBegin() && rows_begin > envelope.payload_begin) {
    char bytes[8];
    SNAPTREE_TRY(file->ReadExactlyAt(rows_begin - sizeof bytes, bytes, sizeof bytes));
    last_commit_ts = LoadLe64(bytes);
  }
  info.format = envelope.StreamFormat();
  info.bytes = file->size();
  info.hlc_ceiling_ms = envelope.hlc_ceiling_ms;
  info.raft_cutover_index = envelope.raft_cutover_index;
  info.last_commit_ts = last_commit_ts;
  Salvager salvager(*file, {rows_begin, file->size()}, options, report);
  SNAPTREE_TRY(salvager.Walk(options.progress));
  if (!salvager.must_copy()) {
    // Only the checksum is off, or a key is changed in a way that keeps the order: the rows can be
    // read in place.
    const Extent rows{rows_begin, salvager.rows_end()};
    return NewPlainContainer(std::move(file), rows, rows.end, std::move(info));
  }
  const std::string folder =
      options.scratch_folder.empty() ? TemporaryFolder() : options.scratch_folder;
  const RowStreamSource values(file, {rows_begin, file->size()});
  return salvager.Copy(values, folder, std::move(info));
}

}  // namespace snaptree
