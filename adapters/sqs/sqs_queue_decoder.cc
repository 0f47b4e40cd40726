#include "adapters/sqs/sqs_queue_decoder.h"

#include "adapters/sqs/sqs_findings.h"
#include "adapters/sqs/sqs_queue_files.h"
#include "base/text.h"
#include "formats/view_cursor.h"

namespace snaptree::sqs {
namespace {

using Place = RowLedger::Place;

constexpr uint64_t kMaxMetaBytes = StoredJson::kMaxBytes + 4;  // with the magic
// Of the memory budget, without and with side records.
constexpr double kMessagesShare = 0.28;
constexpr double kMessagesBesideShare = 0.2;
constexpr double kSideRecordsShare = 0.08;
constexpr const char* kOrphanText =
    "messages without a queue: those of deleted queues are left out, those of queues that may live "
    "in another raft group are in sqs/*.orphan/";
constexpr Slice kMessagesFile = "messages.jsonl";
constexpr Slice kSideRecordsFile = "_internals/side_records.jsonl";

FamilyId DataFamily() { return FamilyIdOf(SqsFamily::kData); }
FamilyId MetaFamily() { return FamilyIdOf(SqsFamily::kMeta); }

}  // namespace

QueueDecoder::QueueDecoder(const DecodeContext& context, const SqsOptions& options)
    : context_(context),
      messages_(context, options.preserve_visibility,
                context.sorter_options(options.include_side_records ? kMessagesBesideShare
                                                                    : kMessagesShare)),
      side_records_(context, context.sorter_options(kSideRecordsShare)) {}

void QueueDecoder::Begin(Slice segment) {
  queue_.emplace(segment);
  fate_ = Fate::kUndecided;
  messages_selected_.reset();
  side_records_selected_.reset();
  wrote_messages_ = false;
}

Status QueueDecoder::Add(const Head& head) {
  queue_->Note(head);
  if (head.kind < HeadKind::kMessages) return {};
  SNAPTREE_TRY(Decide());
  if (head.kind == HeadKind::kMessages) return AddMessages(head);
  if (fate_ == Fate::kUnwanted || !IsSelected(kSideRecordsFile, &side_records_selected_)) return {};
  return side_records_.AddRun(head, queue_->segment());
}

Status QueueDecoder::Decide() {
  if (fate_ != Fate::kUndecided) return {};
  const bool has_meta = queue_->meta_head().has_value();
  if (has_meta) SNAPTREE_TRY(DecideByMeta());
  if (fate_ != Fate::kUndecided) return {};
  folder_ = queue_->OrphanFolder();
  if (!has_meta && queue_->IsDeleted()) {
    fate_ = Fate::kDeleted;
  } else {
    fate_ = context_.filter.MaySelectBelow(folder_) ? Fate::kElsewhere : Fate::kUnwanted;
  }
  return {};
}

// A configuration that cannot be read leaves the fate open.
Status QueueDecoder::DecideByMeta() {
  folder_ = queue_->Folder();
  const Head& head = *queue_->meta_head();
  // A configuration that cannot be read sends the messages to the other folder.
  if (!context_.filter.MaySelectBelow(folder_) &&
      !context_.filter.MaySelectBelow(queue_->OrphanFolder())) {
    fate_ = Fate::kUnwanted;
    if (head.readable) context_.ledger.Add(MetaFamily(), Place::kExcluded);
    return {};
  }
  if (!head.readable) return {};
  Result<QueueMeta> meta = ReadMeta();
  if (!meta.ok()) {
    if (meta.status().kind() != ErrorKind::kData) return meta.status();
    ++totals_.losses;
    return context_.ledger.AddDamagedAt(MetaFamily(), head.place.begin, meta.status());
  }
  queue_->SetMeta(*std::move(meta));
  fate_ = Fate::kExists;
  TellOfMeta();
  return {};
}

Result<QueueMeta> QueueDecoder::ReadMeta() {
  const Head& head = *queue_->meta_head();
  if (head.body_size > kMaxMetaBytes) {
    return DataError("SqsInvalidQueueMeta", "the value is too large");
  }
  std::string stored(head.body_size, '\0');
  SNAPTREE_TRY(context_.source.ReadValue(head.body_position, 0, stored.data(), stored.size()));
  return ParseQueueMeta(stored, &json_);
}

void QueueDecoder::TellOfMeta() {
  const QueueMeta& meta = queue_->meta();
  const std::string name = Printable(queue_->name());
  Findings& findings = context_.findings;
  if (!meta.name.empty() && meta.name != queue_->name()) {
    findings.Warn("sqs_queue_name_mismatch",
                  "queues whose key and configuration disagree on the name; the key's counts",
                  name);
  }
  if (!queue_->generation()) {
    findings.Warn("sqs_generation_unknown",
                  "queues of unknown generation: messages of all generations are written", name);
  }
  if (queue_->GenerationsDiffer()) {
    findings.Warn("sqs_generation_row_mismatch",
                  "queues whose counter is not the generation of their configuration, which counts",
                  name);
  }
  if (!meta.redrive_policy.empty()) {
    findings.Note("sqs_redrive_policy",
                  "queues whose redrive policy names a region: a node of another region rejects it",
                  name);
  }
  for (const std::string& member : meta.unknown_names) {
    findings.Warn("sqs_unknown_member", kUnknownMemberText,
                  InQueue("\"" + Printable(member) + "\"", queue_->name()));
  }
}

bool QueueDecoder::IsSelected(Slice file, std::optional<bool>* known) {
  if (!*known) *known = context_.filter.Selects(folder_ + std::string(file));
  return **known;
}

void QueueDecoder::BookMessages(const Head& run, Place place) {
  context_.ledger.Add(DataFamily(), place, run.rows);
}

Status QueueDecoder::AddMessages(const Head& run) {
  if (fate_ == Fate::kUnwanted) {
    BookMessages(run, Place::kExcluded);
    return {};
  }
  if (fate_ == Fate::kDeleted) {
    context_.findings.Note("sqs_orphan_messages", kOrphanText, Printable(queue_->name()), run.rows);
    BookMessages(run, Place::kOperational);
    return {};
  }
  const Life life = fate_ == Fate::kExists ? queue_->LifeOf(run) : Life::kLive;
  if (life == Life::kUnreachable) return KeepUnreachable(run);
  if (life == Life::kStale) {
    context_.findings.Note(
        "sqs_stale_generation_messages_dropped",
        "messages that a purge or deletion left for the node's reaper",
        Printable(queue_->name()) + ", active generation " + std::to_string(*queue_->generation()),
        run.rows);
    BookMessages(run, Place::kOperational);
    return {};
  }
  if (!IsSelected(kMessagesFile, &messages_selected_)) {
    BookMessages(run, Place::kExcluded);
    return {};
  }
  if (fate_ == Fate::kElsewhere) {
    context_.findings.Warn("sqs_orphan_messages", kOrphanText, Printable(queue_->name()), run.rows);
  }
  return messages_.AddRun(run, queue_->segment());
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
    if (parser.Parse(row.key, &key)) SNAPTREE_TRY(context_.unknown.Add(row));
  }
  BookMessages(run, Place::kUnknown);
  context_.findings.Warn("sqs_unreachable_messages",
                         "messages where no client of their queue can reach them, kept in unknown/",
                         Printable(queue_->name()), run.rows);
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
    SNAPTREE_TRY(context_.sink.WriteFile(path, QueueJson(queue_->name(), queue_->meta())));
    totals_.scopes.push_back(queue_->name());
    emitted = true;
  }
  const std::string ext_path = folder_ + "_queue_ext.json";
  const std::string ext =
      context_.extensions
          ? QueueExtJson(queue_->meta(), queue_->generation().value_or(0), queue_->sequence())
          : std::string();
  if (!ext.empty() && (context_.filter.Selects(ext_path) || wrote_messages_)) {
    SNAPTREE_TRY(context_.sink.WriteFile(ext_path, ext));
    wrote_extension_ = emitted = true;
  }
  context_.ledger.Add(MetaFamily(), emitted ? Place::kEmitted : Place::kExcluded);
  return {};
}

Status QueueDecoder::End() {
  SNAPTREE_TRY(Decide());
  SNAPTREE_TRY(WriteMessages());
  if (fate_ == Fate::kExists) {
    SNAPTREE_TRY(WriteQueueFiles());
    const std::string missing = queue_->PartitionsWithoutRows();
    if (!missing.empty() && !context_.all_groups_given) {
      context_.findings.Warn("sqs_partitions_maybe_elsewhere",
                             "queues with partitions of which there is no message here: another "
                             "raft group may have them",
                             Printable(queue_->name()) + ", partitions " + missing);
    }
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
