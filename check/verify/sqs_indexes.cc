// Spec 05: a message that clients can get at has a visibility row, by which it is found and whose
// time is in the message too, and a row by age, by which it is removed when its retention ends. A
// node writes and deletes them with the message. Rows of older generations and of deleted queues
// wait for the reaper (chapter 3).
#include "check/verify/for_each_row.h"
#include "check/verify/index_walks.h"

#include "adapters/sqs/sqs_collector.h"
#include "adapters/sqs/sqs_message.h"
#include "adapters/sqs/sqs_queue.h"

namespace snaptree {
namespace {

using sqs::Head;
using sqs::HeadKind;
using sqs::SqsFamily;

// A visibility row whose message is gone is left over from a restore by the Go tools, and a node
// passes over it (section 6 item 5, section 8 item 6).
constexpr IndexRules kVisibility = {.rows = "the visibility row of a message",
                                    .without_record = Treatment::kNote,
                                    .without_record_note = "sqs_stale_visibility"};
constexpr IndexRules kAge = {.rows = "the row of a message by its age",
                             .absent_note = "sqs_ages_absent"};

const IndexRules& RulesOf(SqsFamily family) {
  return family == SqsFamily::kByAge ? kAge : kVisibility;
}

// A head for each queue and run is little.
constexpr double kHeadsShare = 0.02;
constexpr uint64_t kMaxIdBytes = uint64_t{1} << 20;
constexpr size_t kTimeBytes = 8;

class SqsIndexesWalk : public IndexWalk {
 public:
  explicit SqsIndexesWalk(const DecodeContext& context) : context_(context) {}

  Status Run(IndexTaker& taker) override;
  std::string Address() const override { return queue_->Folder() + "messages.jsonl"; }

 private:
  Status TakeHead(Slice segment, const Head& head);
  Status ReadMeta();
  // Calls take(row) -> Status for each row of a run.
  template <class Take>
  Status Walk(SqsFamily of, const Extent& place, const Take& take);
  Status Messages(const Head& run);
  Status Message(const ViewRow& row, sqs::SqsKey key, Slice id);
  Status Expect(SqsFamily family, const ViewRow& row, sqs::SqsKey key, int64_t time_ms, Slice id);
  Status IndexRows(const Head& run);

  const DecodeContext& context_;
  IndexTaker* taker_ = nullptr;

  std::optional<sqs::Queue> queue_;
  bool meta_known_ = false;
  StoredJson json_;
  sqs::MessageReader reader_;
  std::string storage_;
  std::string record_;
  std::string key_;
};

Status SqsIndexesWalk::Run(IndexTaker& taker) {
  taker_ = &taker;
  queue_.reset();
  ExternalSorter heads(context_.sorter_options(kHeadsShare));
  sqs::HeadCollector collector(context_, heads);
  SNAPTREE_TRY(collector.Collect(true));
  SNAPTREE_TRY(heads.Finish());
  Slice key;
  Slice payload;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, heads.Next(&key, &payload));
    if (!more) return {};
    SNAPTREE_TRY(TakeHead(sqs::SegmentOfHeadKey(key), Head::FromPayload(payload)));
  }
}

// What decides about a queue comes before its runs.
Status SqsIndexesWalk::TakeHead(Slice segment, const Head& head) {
  if (!queue_ || queue_->segment() != segment) {
    queue_.emplace(segment);
    meta_known_ = false;
  }
  const bool is_message = head.kind == HeadKind::kMessages;
  if (!is_message && head.kind != HeadKind::kSideRows) {
    queue_->Note(head);
    return {};
  }
  const bool is_index = head.family == SqsFamily::kVis || head.family == SqsFamily::kByAge;
  if (!is_message && !is_index) return {};
  if (!queue_->meta_head() || !queue_->meta_head()->readable) return {};
  SNAPTREE_TRY(ReadMeta());
  if (!queue_->generation() || queue_->LifeOf(head) != sqs::Life::kLive) return {};
  return is_message ? Messages(head) : IndexRows(head);
}

// A configuration that cannot be read leaves the queue without a generation: decode tells of it.
Status SqsIndexesWalk::ReadMeta() {
  if (meta_known_) return {};
  meta_known_ = true;
  const Head& head = *queue_->meta_head();
  if (head.body_size > StoredJson::kMaxBytes) return {};
  storage_.resize(head.body_size);
  SNAPTREE_TRY(context_.source.ReadValue(head.body_position, 0, storage_.data(), storage_.size()));
  Result<sqs::QueueMeta> meta = sqs::ParseQueueMeta(storage_, &json_);
  if (meta.ok()) queue_->SetMeta(*std::move(meta));
  return {};
}

template <class Take>
Status SqsIndexesWalk::Walk(SqsFamily of, const Extent& place, const Take& take) {
  const FamilyId family = FamilyIdOf(of);
  const FamilyExtent extent{place, context_.scan.extents[family].size() > 1};
  return ForEachRow(context_, ViewCursor(context_.source, context_.scan, {&extent, 1}, family),
                    take);
}

Status SqsIndexesWalk::Messages(const Head& run) {
  sqs::SqsKeyParser parser(SqsFamily::kData);
  sqs::SqsKey key;
  return Walk(SqsFamily::kData, run.place, [&](const ViewRow& row) -> Status {
    if (!parser.Parse(row.key, &key) || key.queue != queue_->segment()) return {};
    return Message(row, key, parser.name());
  });
}

// A message is named by its data key.
Status SqsIndexesWalk::Message(const ViewRow& row, sqs::SqsKey key, Slice id) {
  if (!row.IsLive() || row.body.size > StoredJson::kMaxBytes) return taker_->Unjudged(row.key);
  SNAPTREE_ASSIGN(const Slice value, LoadValue(context_.source, row.body, &storage_));
  sqs::Message message;
  // Messages that the Go tools restored are visible at 0, and at another time in their row, until
  // they are received (section 8 item 6).
  if (!reader_.Read(value, &message).ok() || message.visible_ms <= 0)
    return taker_->Unjudged(row.key);
  SNAPTREE_TRY(Expect(SqsFamily::kVis, row, key, message.visible_ms, id));
  return Expect(SqsFamily::kByAge, row, key, message.sent_ms, id);
}

Status SqsIndexesWalk::Expect(SqsFamily family, const ViewRow& row, sqs::SqsKey key,
                              int64_t time_ms, Slice id) {
  key.time_ms = time_ms < 0 ? 0 : static_cast<uint64_t>(time_ms);
  key_.clear();
  AppendSqsKey(&key_, family, key);
  // The first builds wrote no rows by age, nor when a queue was created (section 2.6).
  const bool by_first_builds = family == SqsFamily::kByAge && queue_->meta().created_ms == 0;
  return taker_->Expect(RulesOf(family), row.key, row, key_, id,
                        by_first_builds ? Absence::kNote : Absence::kProblem);
}

// The keys of a run are alike up to the time, and begin as the data keys of its messages.
Status SqsIndexesWalk::IndexRows(const Head& run) {
  sqs::SqsKey key;
  key.queue = queue_->segment();
  key.partitioned = run.partitioned;
  key.partition = run.partition;
  key.generation = run.number;
  key_.clear();
  AppendSqsKey(&key_, run.family, key);
  key_.resize(key_.size() - kTimeBytes);
  record_.clear();
  AppendSqsKey(&record_, SqsFamily::kData, key);
  const size_t record_bytes = record_.size();
  return Walk(run.family, run.place, [&](const ViewRow& row) -> Status {
    if (!row.key.starts_with(key_) || row.key.size() < key_.size() + kTimeBytes) return {};
    record_.resize(record_bytes);
    record_.append(row.key.substr(key_.size() + kTimeBytes));
    if (!row.IsLive()) return taker_->Unjudged(record_);
    Slice value;
    if (row.body.size <= kMaxIdBytes) {
      SNAPTREE_ASSIGN(value, LoadValue(context_.source, row.body, &storage_));
    }
    return taker_->Row(RulesOf(run.family), record_, row, value);
  });
}

}  // namespace

std::unique_ptr<IndexWalk> SqsIndexes(const DecodeContext& context) {
  return std::make_unique<SqsIndexesWalk>(context);
}

}  // namespace snaptree
