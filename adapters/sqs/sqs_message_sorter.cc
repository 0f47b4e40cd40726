#include "adapters/sqs/sqs_message_sorter.h"

#include "adapters/sqs/sqs_findings.h"
#include "adapters/sqs/sqs_packed_message.h"
#include "base/progress_ticks.h"
#include "base/text.h"
#include "formats/view_cursor.h"

namespace snaptree::sqs {
namespace {

constexpr uint64_t kMaxValueBytes = StoredJson::kMaxBytes + 4;  // with the magic
constexpr size_t kMaxUnknownNames = 1000;
constexpr uint64_t kCancelEvery = 1024;

}  // namespace

MessageSorter::MessageSorter(const DecodeContext& context, bool preserve_visibility,
                             SorterOptions memory)
    : context_(context),
      preserve_visibility_(preserve_visibility),
      family_(FamilyIdOf(SqsFamily::kData)),
      sorter_(std::move(memory)),
      file_(context.sink, JsonStyle::kCompact, HtmlEscape::kOff) {}

Status MessageSorter::AddRun(const Head& run, Slice queue_segment) {
  const FamilyExtent extent{run.place, context_.scan.extents[family_].size() > 1};
  ViewCursor cursor(context_.source, context_.scan, {&extent, 1}, family_);
  SqsKeyParser parser(SqsFamily::kData);
  const SqsKey expected{queue_segment, run.partitioned, run.partition, run.number, 0, {}, {}};
  ViewRow row;
  SqsKey key;
  ProgressTicks ticks(&context_.progress);
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    ticks.Tick();
    // Malformed keys were booked before.
    if (!parser.Parse(row.key, &key) || !key.SameRun(expected)) continue;
    queue_name_ = parser.queue_name();
    SNAPTREE_TRY(AddRow(row, key, parser.name()));
  }
}

Status MessageSorter::Load(const ViewRow& row, Message* message) {
  if (row.body.IsResident()) return reader_.Read(row.body.resident, message);
  SNAPTREE_ASSIGN(const Slice value, LoadValue(context_.source, row.body, &value_));
  return reader_.Read(value, message);
}

Status MessageSorter::AddRow(const ViewRow& row, const SqsKey& key, Slice id) {
  Message message;
  const Status read = row.body.size <= kMaxValueBytes
                          ? Load(row, &message)
                          : DataError("SqsInvalidMessage", "the value is too large");
  if (!read.ok()) {
    if (read.kind() != ErrorKind::kData) return read;
    ++damaged_;
    return context_.ledger.AddDamaged(family_, row, read);
  }
  Check(message, key, id);
  message.id = id;
  if (key.partitioned) message.partition = key.partition;
  if (!preserve_visibility_) {
    message.visible_ms = message.receive_count = message.first_receive_ms = 0;
    message.receipt_token = {};
  }
  if (!context_.extensions) message.extra = {};
  PackSortKey(message, &sort_key_);
  PackPayload(message, &payload_);
  context_.ledger.Add(family_, RowLedger::Place::kEmitted);
  return sorter_.Add(sort_key_, payload_);
}

void MessageSorter::Check(const Message& message, const SqsKey& key, Slice id) {
  if (message.id != id && !message.id.empty()) {
    context_.findings.Warn("sqs_message_id_mismatch",
                           "messages whose key and value disagree on the id; the key's counts",
                           InQueue(Printable(id), queue_name_));
  }
  if (message.generation != key.generation) {
    context_.findings.Warn(
        "sqs_generation_mismatch",
        "messages whose key and value disagree on the generation; the key decides",
        InQueue(Printable(id), queue_name_));
  }
  if (message.extra.empty()) return;
  for (const Slice name : reader_.unknown_names()) {
    if (unknown_names_.size() == kMaxUnknownNames) return;
    if (!unknown_names_.emplace(name).second) continue;
    context_.findings.Warn("sqs_unknown_member", kUnknownMemberText,
                           InQueue("\"" + Printable(name) + "\"", queue_name_));
  }
}

Status MessageSorter::Write(Slice path) {
  SNAPTREE_TRY(sorter_.Finish());
  file_.Begin(path);
  std::string line;
  Slice key;
  Slice payload;
  for (uint64_t n = 0;; ++n) {
    if (n % kCancelEvery == 0) SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, sorter_.Next(&key, &payload));
    if (!more) break;
    line.clear();
    AppendMessageLine(&line, UnpackMessage(key, payload));
    file_.json().Piece(line);
    SNAPTREE_TRY(file_.Drain());
  }
  written_ += sorter_.size();
  sorter_.Reset();
  unknown_names_.clear();
  return file_.Finish();
}

}  // namespace snaptree::sqs
