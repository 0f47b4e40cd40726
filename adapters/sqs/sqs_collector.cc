#include "adapters/sqs/sqs_collector.h"

#include "base/base64.h"
#include "base/text.h"
#include "formats/view_cursor.h"

namespace snaptree::sqs {

Status HeadCollector::Add(Slice segment, const Head& head) {
  return heads_.Add(HeadKey(segment, head.kind), head.AsPayload());
}

Status HeadCollector::MalformedKey(SqsFamily family, const ViewRow& row) {
  return context_.ledger.AddDamaged(
      FamilyIdOf(family), row,
      DataError("SqsMalformedKey", "the key is not built as keys of its family are"));
}

// No client can give a queue such a name, but a row can.
Status HeadCollector::NoteOrphanName(Slice queue_name) {
  Head head;
  head.kind = HeadKind::kNameTaken;
  for (; queue_name.ends_with(kOrphanSuffix); queue_name.remove_suffix(kOrphanSuffix.size())) {
    ++head.number;
  }
  std::string text;
  const bool is_segment = !queue_name.empty() && AppendFromBase64Url(&text, queue_name);
  return head.number > 0 && is_segment ? Add(queue_name, head) : Status::Ok();
}

// Rows that decide about their queue, one for each queue: a damaged one says all the same that it
// is there.
template <class TakeRow>
Status HeadCollector::ForEachQueueRow(SqsFamily family, TakeRow take) {
  SqsKeyParser parser(family);
  ViewCursor cursor(context_.source, context_.scan, FamilyIdOf(family));
  ViewRow row;
  SqsKey key;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.Next(&row));
    if (!more) return {};
    const bool damaged = row.verdict == Verdict::kDamaged;
    if (!row.IsLive() && !damaged) continue;
    if (parser.Parse(row.key, &key)) {
      SNAPTREE_TRY(take(row, key, parser.queue_name()));
    } else if (!damaged) {
      if (family == SqsFamily::kMeta) ++losses_;
      SNAPTREE_TRY(MalformedKey(family, row));
    }
  }
}

Status HeadCollector::CollectMetas() {
  return ForEachQueueRow(SqsFamily::kMeta,
                         [&](const ViewRow& row, const SqsKey& key, Slice queue_name) -> Status {
                           Head head;
                           head.readable = row.IsLive();
                           head.place = {row.position, row.end};
                           head.body_position = row.body.position;
                           head.body_size = row.body.size;
                           SNAPTREE_TRY(Add(key.queue, head));
                           return NoteOrphanName(queue_name);
                         });
}

Status HeadCollector::CollectCounters(SqsFamily family, HeadKind kind) {
  const FamilyId id = FamilyIdOf(family);
  return ForEachQueueRow(
      family, [&](const ViewRow& row, const SqsKey& key, Slice /*queue_name*/) -> Status {
        const std::optional<uint64_t> number =
            row.IsLive() && row.body.IsResident() ? ParseU64(row.body.resident) : std::nullopt;
        Head head;
        head.kind = kind;
        head.readable = number.has_value();
        head.number = number.value_or(0);
        SNAPTREE_TRY(Add(key.queue, head));
        if (!row.IsLive()) return {};
        if (number) {
          context_.ledger.Add(id, RowLedger::Place::kOperational);
          return {};
        }
        return context_.ledger.AddDamaged(
            id, row, DataError("SqsInvalidCounter", "the value is no decimal number of 64 bits"));
      });
}

Status HeadCollector::CollectTombstones() {
  SqsKeyParser parser(SqsFamily::kTombstone);
  ViewCursor cursor(context_.source, context_.scan, FamilyIdOf(SqsFamily::kTombstone));
  ViewRow row;
  SqsKey key;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    if (!parser.Parse(row.key, &key)) continue;  // operational, whatever its key
    Head head;
    head.kind = HeadKind::kTombstone;
    SNAPTREE_TRY(Add(key.queue, head));
  }
}

Status HeadCollector::Close(Run* run) {
  const bool empty = !run->open || run->head.rows == 0;
  run->open = false;
  return empty ? Status::Ok() : Add(run->segment, run->head);
}

// Runs are delimited by all their rows, live or not: see view_cursor.h.
Status HeadCollector::CollectRuns(SqsFamily family, HeadKind kind) {
  SqsKeyParser parser(family);
  ViewCursor cursor(context_.source, context_.scan, FamilyIdOf(family));
  ViewRow row;
  SqsKey key;
  Run run;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.Next(&row));
    if (!more) return Close(&run);
    if (!parser.Parse(row.key, &key)) {
      if (!row.IsLive()) continue;
      if (kind == HeadKind::kSideRows) {
        context_.findings.Warn("sqs_side_record_malformed",
                               "rows that belong to no queue, not in side_records.jsonl",
                               Printable(row.key));
        continue;
      }
      ++losses_;
      SNAPTREE_TRY(MalformedKey(family, row));
      continue;
    }
    if (!run.open || !key.SameRun(run.key)) {
      SNAPTREE_TRY(Close(&run));
      run.open = true;
      run.segment = key.queue;
      run.key = key;
      run.key.queue = run.segment;
      run.head = Head{kind,
                      family,
                      true,
                      key.partitioned,
                      key.partition,
                      key.generation,
                      0,
                      {row.position, row.end},
                      0,
                      0};
    }
    run.head.place.end = row.end;
    if (row.IsLive()) ++run.head.rows;
  }
}

Status HeadCollector::Collect(bool side_rows) {
  SNAPTREE_TRY(CollectMetas());
  SNAPTREE_TRY(CollectCounters(SqsFamily::kGen, HeadKind::kGen));
  SNAPTREE_TRY(CollectCounters(SqsFamily::kSeq, HeadKind::kSeq));
  SNAPTREE_TRY(CollectTombstones());
  SNAPTREE_TRY(CollectRuns(SqsFamily::kData, HeadKind::kMessages));
  if (!side_rows) return {};
  for (const SqsFamily family : {SqsFamily::kByAge, SqsFamily::kDedup, SqsFamily::kGroup,
                                 SqsFamily::kVis, SqsFamily::kSeq, SqsFamily::kTombstone}) {
    SNAPTREE_TRY(CollectRuns(family, HeadKind::kSideRows));
  }
  return {};
}

}  // namespace snaptree::sqs
