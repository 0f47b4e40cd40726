#include "formats/salvage.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/cancel.h"
#include "base/coding.h"
#include "base/external_sorter.h"
#include "base/scratch_folder.h"
#include "formats/fsm_format.h"
#include "formats/row_finder.h"
#include "formats/row_stream_source.h"
#include "formats/scan.h"

namespace snaptree {
namespace {

constexpr size_t kLostRangesKept = 1000;
constexpr size_t kCopyBufferBytes = 1 << 20;

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
  // The good rows, sorted, as a new row stream in an unnamed file.
  Result<InputFile> Copy(const std::string& folder, uint64_t last_commit_ts);

 private:
  Status Keep();
  Status Break(uint64_t at);
  void Lose(uint64_t begin, uint64_t end, const std::string& reason);
  Status CopyRow(Slice key, Slice place, int out, std::string* buffer) const;

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

Status Salvager::CopyRow(Slice key, Slice place, int out, std::string* buffer) const {
  uint64_t at = LoadBe64(place.data());
  uint64_t left = LoadBe64(place.data() + 8);
  AppendLe64(buffer, key.size());
  buffer->append(key);
  AppendLe64(buffer, left);
  while (left > 0) {
    const size_t piece = static_cast<size_t>(std::min<uint64_t>(left, kCopyBufferBytes));
    const size_t filled = buffer->size();
    buffer->resize(filled + piece);
    SNAPTREE_TRY(file_.ReadExactlyAt(at, buffer->data() + filled, piece));
    at += piece;
    left -= piece;
    if (buffer->size() < kCopyBufferBytes) continue;
    SNAPTREE_TRY(WriteFully(out, *buffer, "the salvaged copy"));
    buffer->clear();
  }
  return {};
}

Result<InputFile> Salvager::Copy(const std::string& folder, uint64_t last_commit_ts) {
  SNAPTREE_ASSIGN(UniqueFd out, OpenUnnamedFile(folder));
  std::string buffer(kRowStreamMagic);
  AppendLe64(&buffer, last_commit_ts);
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
    SNAPTREE_TRY(CopyRow(key, place, out.get(), &buffer));
  }
  SNAPTREE_TRY(WriteFully(out.get(), buffer, "the salvaged copy"));
  return InputFile::FromFd(std::move(out), file_.path() + " (salvaged copy)");
}

// A container whose scan takes the stream as it is: what is wrong with it stands in the report.
class SalvagedContainer : public Container {
 public:
  SalvagedContainer(std::shared_ptr<const InputFile> file, Extent rows, ContainerInfo info)
      : source_(std::move(file), rows), info_(std::move(info)) {}

  const ContainerInfo& info() const override { return info_; }
  const RowSource& rows() const override { return source_; }
  std::optional<uint64_t> payload_end() const override { return source_.extent().end; }
  std::unique_ptr<ScanCursor> OpenScan() override { return std::make_unique<Cursor>(source_); }
  Status Diagnose(Status damage) const override { return damage; }

 private:
  class Cursor : public ScanCursor {
   public:
    explicit Cursor(const RowStreamSource& source)
        : cursor_(*source.file(), source.extent(), RowStreamCursor::Mode::kSkip) {}
    Result<std::span<const Row>> NextBatch() override { return cursor_.NextBatch(); }
    uint64_t bytes_read() const override { return cursor_.position(); }
    Status Finish(Findings*) override { return {}; }

   private:
    RowStreamCursor cursor_;
  };

  RowStreamSource source_;
  ContainerInfo info_;
};

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
  const uint64_t rows_begin = std::min<uint64_t>(
      envelope.payload_begin +
          (envelope.payload_magic == kRowStreamMagic ? kRowStreamHeaderBytes : 0),
      file->size());
  uint64_t last_commit_ts = 0;
  if (rows_begin == envelope.payload_begin + kRowStreamHeaderBytes) {
    char bytes[8];
    SNAPTREE_TRY(file->ReadExactlyAt(rows_begin - sizeof bytes, bytes, sizeof bytes));
    last_commit_ts = LoadLe64(bytes);
  }
  info.format =
      envelope.format + (envelope.format.empty() ? "" : "+") + std::string(kRowStreamMagic);
  info.bytes = file->size();
  info.hlc_ceiling_ms = envelope.hlc_ceiling_ms;
  info.raft_cutover_index = envelope.raft_cutover_index;
  info.last_commit_ts = last_commit_ts;
  Salvager salvager(*file, {rows_begin, file->size()}, options, report);
  SNAPTREE_TRY(salvager.Walk(options.progress));
  if (!salvager.must_copy()) {
    // Only the checksum is off, or a key is changed in a way that keeps the order: the rows can be
    // read in place.
    return std::unique_ptr<Container>(std::make_unique<SalvagedContainer>(
        std::move(file), Extent{rows_begin, salvager.rows_end()}, std::move(info)));
  }
  const std::string folder =
      options.scratch_folder.empty() ? TemporaryFolder() : options.scratch_folder;
  SNAPTREE_ASSIGN(InputFile copy, salvager.Copy(folder, last_commit_ts));
  const Extent rows{kRowStreamHeaderBytes, copy.size()};
  return std::unique_ptr<Container>(std::make_unique<SalvagedContainer>(
      std::make_shared<InputFile>(std::move(copy)), rows, std::move(info)));
}

}  // namespace snaptree
