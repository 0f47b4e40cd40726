// Reads the keys of all SQS rows and leaves heads in a sorter. Books the rows that need nothing
// more: counters, and rows whose key is malformed.
#pragma once

#include <cstdint>

#include "adapters/common/decode_context.h"
#include "adapters/sqs/sqs_heads.h"
#include "base/external_sorter.h"

namespace snaptree::sqs {

class HeadCollector {
 public:
  HeadCollector(const DecodeContext& context, ExternalSorter& heads)
      : context_(context), heads_(heads) {}

  // side_rows: also the runs of the other families, for side_records.jsonl.
  Status Collect(bool side_rows);
  uint64_t losses() const { return losses_; }  // queues and messages whose keys say nothing

 private:
  struct Run {
    Head head;
    SqsKey key;
    std::string segment;  // what key.queue views
    bool open = false;
  };

  // Calls take(row, key, queue_name) -> Status.
  template <class TakeRow>
  Status ForEachQueueRow(SqsFamily family, TakeRow take);
  Status CollectMetas();
  Status NoteOrphanName(Slice queue_name);
  Status CollectCounters(SqsFamily family, HeadKind kind);
  Status CollectTombstones();
  Status CollectRuns(SqsFamily family, HeadKind kind);
  Status Close(Run* run);
  Status Add(Slice segment, const Head& head);
  Status MalformedKey(SqsFamily family, const ViewRow& row);

  const DecodeContext& context_;
  ExternalSorter& heads_;
  uint64_t losses_ = 0;
};

}  // namespace snaptree::sqs
