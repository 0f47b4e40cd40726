#include "adapters/sqs/sqs_queue_decoder.h"

#include <algorithm>

#include "adapters/sqs/sqs_findings.h"
#include "adapters/sqs/sqs_queue_files.h"
#include "base/base64.h"
#include "base/text.h"
#include "formats/view_cursor.h"
#include "manifest/file_name_codec.h"

namespace snaptree::sqs {
namespace {

using Place = RowLedger::Place;

constexpr uint64_t kMaxMetaBytes = StoredJson::kMaxBytes + 4;  // with the magic
constexpr uint32_t kMaxPartitions = 32;
// Of the memory budget, without and with side records.
constexpr double kMessagesShare = 0.28;
constexpr double kMessagesBesideShare = 0.2;
constexpr double kSideRecordsShare = 0.08;
constexpr Slice kMessagesFile = "messages.jsonl";
constexpr Slice kSideRecordsFile = "_internals/side_records.jsonl";

FamilyId DataFamily() { return FamilyIdOf(SqsFamily::kData); }
FamilyId MetaFamily() { return FamilyIdOf(SqsFamily::kMeta); }

}  // namespace

QueueDecoder::QueueDecoder(const DecodeContext& context, const SqsOptions& options)
    : context_(context),
      side_records_wanted_(options.include_side_records),
      messages_(context, options.preserve_visibility,
                context.sorter_options(options.include_side_records ? kMessagesBesideShare
                                                                    : kMessagesShare)),
      side_records_(context, context.sorter_options(kSideRecordsShare)) {}

void QueueDecoder::Begin(Slice segment) {
  segment_ = segment;
  name_.clear();
  // It cannot fail for segments of keys; one that was made of a folder's name has no rows.
  if (!AppendFromBase64Url(&name_, segment)) name_.clear();
  folder_.clear();
  fate_ = Fate::kUndecided;
  meta_head_.reset();
  gen_.reset();
  seq_.reset();
  has_tombstone_ = false;
  orphan_suffixes_ = 1;
  meta_ = {};
  generation_.reset();
  partitions_seen_ = 0;
  messages_selected_.reset();
  side_records_selected_.reset();
  wrote_messages_ = false;
}

Status QueueDecoder::Add(const Head& head) {
  switch (head.kind) {
    case HeadKind::kNameTaken:
      orphan_suffixes_ = std::max(orphan_suffixes_, head.number + 1);
      return {};
    case HeadKind::kMeta:
      meta_head_ = head;
      return {};
    case HeadKind::kGen:
      gen_ = head;
      return {};
    case HeadKind::kSeq:
      seq_ = head;
      return {};
    case HeadKind::kTombstone:
      has_tombstone_ = true;
      return {};
    case HeadKind::kMessages:
      SNAPTREE_TRY(Decide());
      return AddMessages(head);
    case HeadKind::kSideRows:
      SNAPTREE_TRY(Decide());
      if (fate_ == Fate::kUnwanted || !IsSelected(kSideRecordsFile, &side_records_selected_)) {
        return {};
      }
      return side_records_.AddRun(head, segment_);
  }
  return {};
}

Status QueueDecoder::Decide() {
  if (fate_ != Fate::kUndecided) return {};
  if (meta_head_) SNAPTREE_TRY(DecideByMeta());
  if (fate_ != Fate::kUndecided) return {};
  fate_ = !meta_head_ && (gen_ || has_tombstone_) ? Fate::kDeleted : Fate::kElsewhere;
  ChooseOrphanFolder();
  if (fate_ == Fate::kElsewhere && !context_.filter.MaySelectBelow(folder_)) {
    fate_ = Fate::kUnwanted;
  }
  return {};
}

// A meta row that cannot be read leaves the fate open.
Status QueueDecoder::DecideByMeta() {
  folder_ = "sqs/" + EncodeDirectorySegment(name_).name + "/";
  const Head& head = *meta_head_;
  if (!context_.filter.MaySelectBelow(folder_)) {
    fate_ = Fate::kUnwanted;
    if (head.readable) context_.ledger.Add(MetaFamily(), Place::kExcluded);
    return {};
  }
  if (!head.readable) return {};
  std::string stored;
  if (head.body_size <= kMaxMetaBytes) {
    stored.resize(head.body_size);
    SNAPTREE_TRY(context_.source.ReadValue(head.body_position, 0, stored.data(), stored.size()));
  }
  Result<QueueMeta> meta = ParseQueueMeta(stored, &json_);
  if (!meta.ok()) {
    ++totals_.losses;
    return context_.ledger.AddDamagedAt(context_.source, MetaFamily(), head.place.begin,
                                        meta.status());
  }
  meta_ = *std::move(meta);
  fate_ = Fate::kExists;
  TakeGeneration();
  NoteMeta();
  return {};
}

// Section 3 rule 2.
void QueueDecoder::TakeGeneration() {
  const bool has_row = gen_ && gen_->readable;
  if (meta_.generation != 0) {
    generation_ = meta_.generation;
    if (has_row && gen_->number != meta_.generation) {
      context_.findings.Warn(
          "sqs_generation_row_mismatch",
          "queues whose counter is not the generation of their configuration, which counts",
          Printable(name_));
    }
  } else if (has_row) {
    generation_ = gen_->number;
  } else {
    context_.findings.Warn("sqs_generation_unknown",
                           "queues of unknown generation: messages of all generations are written",
                           Printable(name_));
  }
}

void QueueDecoder::NoteMeta() {
  if (!meta_.name.empty() && meta_.name != name_) {
    context_.findings.Warn("sqs_queue_name_mismatch",
                           "queues whose key and configuration disagree on the name; the key's "
                           "counts",
                           Printable(name_));
  }
  for (const std::string& name : meta_.unknown_names) {
    context_.findings.Warn("sqs_unknown_member", kUnknownMemberText, Printable(name));
  }
  if (!meta_.redrive_policy.empty()) {
    context_.findings.Note("sqs_redrive_policy",
                           "queues whose redrive policy names a region: a node of another region "
                           "rejects it",
                           Printable(name_));
  }
}

void QueueDecoder::ChooseOrphanFolder() {
  folder_ = "sqs/" + EncodeDirectorySegment(segment_).name;
  for (uint64_t i = 0; i < orphan_suffixes_; ++i) folder_.append(kOrphanSuffix);
  folder_.push_back('/');
}

bool QueueDecoder::IsSelected(Slice file, std::optional<bool>* known) {
  if (!*known) *known = context_.filter.Selects(folder_ + std::string(file));
  return **known;
}

QueueDecoder::Life QueueDecoder::LifeOf(const Head& run) const {
  if (generation_ && run.number < *generation_) return Life::kStale;
  if (generation_ && run.number > *generation_) return Life::kUnreachable;
  if (run.partitioned != meta_.IsPartitioned()) return Life::kUnreachable;
  if (!run.partitioned) return Life::kLive;
  const uint32_t partitions = meta_.IsPerQueue() ? 1 : meta_.partition_count;
  return run.partition < partitions ? Life::kLive : Life::kUnreachable;
}

Status QueueDecoder::AddMessages(const Head& run) {
  if (run.partitioned && run.partition < kMaxPartitions) partitions_seen_ |= 1U << run.partition;
  if (fate_ == Fate::kUnwanted) {
    context_.ledger.Add(DataFamily(), Place::kExcluded, run.rows);
    return {};
  }
  if (fate_ == Fate::kDeleted) {
    context_.findings.Note("sqs_orphan_messages", kOrphanText, Printable(name_), run.rows);
    context_.ledger.Add(DataFamily(), Place::kOperational, run.rows);
    return {};
  }
  if (fate_ == Fate::kExists) {
    const Life life = LifeOf(run);
    if (life == Life::kUnreachable) return KeepUnreachable(run);
    if (life == Life::kStale) {
      context_.findings.Note(
          "sqs_stale_generation_messages_dropped",
          "messages that a purge or deletion left for the node's reaper",
          Printable(name_) + ", active generation " + std::to_string(*generation_), run.rows);
      context_.ledger.Add(DataFamily(), Place::kOperational, run.rows);
      return {};
    }
  }
  if (!IsSelected(kMessagesFile, &messages_selected_)) {
    context_.ledger.Add(DataFamily(), Place::kExcluded, run.rows);
    return {};
  }
  if (fate_ == Fate::kElsewhere) {
    context_.findings.Warn("sqs_orphan_messages", kOrphanText, Printable(name_), run.rows);
  }
  return messages_.AddRun(run, segment_);
}

Status QueueDecoder::KeepUnreachable(const Head& run) {
  const FamilyId family = DataFamily();
  const FamilyExtent extent{run.place, context_.scan.extents[family].size() > 1};
  ViewCursor cursor(context_.source, context_.scan, {&extent, 1}, family);
  SqsKeyParser parser(SqsFamily::kData);
  ViewRow row;
  SqsKey key;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) break;
    if (!parser.Parse(row.key, &key)) continue;
    SNAPTREE_TRY(context_.unknown.Add(row));
  }
  context_.ledger.Add(family, Place::kUnknown, run.rows);
  context_.findings.Warn("sqs_unreachable_messages",
                         "messages where no client of their queue can reach them, kept in unknown/",
                         Printable(name_), run.rows);
  return {};
}

Status QueueDecoder::WriteMessages() {
  if (messages_.empty()) return {};
  wrote_messages_ = true;
  wrote_orphans_ |= fate_ == Fate::kElsewhere;
  return messages_.Write(folder_ + std::string(kMessagesFile));
}

Status QueueDecoder::WriteQueueFiles() {
  bool emitted = false;
  const std::string path = folder_ + "_queue.json";
  if (context_.filter.Selects(path) || wrote_messages_) {
    SNAPTREE_TRY(context_.sink.WriteFile(path, QueueJson(name_, meta_)));
    totals_.scopes.push_back(name_);
    emitted = true;
  }
  const std::string ext_path = folder_ + "_queue_ext.json";
  if (context_.extensions && (context_.filter.Selects(ext_path) || wrote_messages_)) {
    const std::string text = QueueExtJson(meta_, generation_.value_or(0), seq_ ? seq_->number : 0);
    if (!text.empty()) {
      SNAPTREE_TRY(context_.sink.WriteFile(ext_path, text));
      wrote_extension_ = emitted = true;
    }
  }
  context_.ledger.Add(MetaFamily(), emitted ? Place::kEmitted : Place::kExcluded);
  return {};
}

// Section 3, last paragraph: with several raft groups, partitions can live apart from the queue.
void QueueDecoder::WarnOfMissingPartitions() {
  if (!meta_.IsPartitioned() || meta_.IsPerQueue()) return;
  std::string missing;
  const uint32_t partitions = std::min(meta_.partition_count, kMaxPartitions);
  for (uint32_t i = 0; i < partitions; ++i) {
    if ((partitions_seen_ >> i & 1) != 0) continue;
    missing.append(missing.empty() ? "" : ", ").append(std::to_string(i));
  }
  if (missing.empty()) return;
  context_.findings.Warn("sqs_partitions_maybe_elsewhere",
                         "queues with partitions of which there is no message here: another raft "
                         "group may have them",
                         Printable(name_) + ", partitions " + missing);
}

Status QueueDecoder::End() {
  SNAPTREE_TRY(Decide());
  SNAPTREE_TRY(WriteMessages());
  if (fate_ == Fate::kExists) {
    SNAPTREE_TRY(WriteQueueFiles());
    WarnOfMissingPartitions();
  }
  if (side_records_.empty()) return {};
  return side_records_.Write(folder_ + std::string(kSideRecordsFile));
}

AdapterTotals QueueDecoder::TakeTotals() {
  totals_.records = messages_.written();
  totals_.losses += messages_.damaged();
  if (wrote_extension_) totals_.extensions.emplace_back("sqs/*/_queue_ext.json");
  if (wrote_orphans_) totals_.extensions.emplace_back("sqs/*.orphan/messages.jsonl");
  return std::move(totals_);
}

}  // namespace snaptree::sqs
