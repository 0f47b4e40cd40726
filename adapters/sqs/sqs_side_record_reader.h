// Reads _internals/side_records.jsonl (spec 05 sections 5.6 and 7.3): what of it a restored queue
// can use. Rows that a node derives from messages, and rows of other generations, are passed over.
// One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/common/stored_json.h"
#include "adapters/sqs/sqs_contested_rows.h"
#include "adapters/sqs/sqs_keys.h"
#include "adapters/sqs/sqs_message_encoder.h"
#include "base/result.h"

namespace snaptree::sqs {

class SideRecordReader {
 public:
  struct Found {
    uint64_t sequence = 0;   // the last one issued; 0: not said
    bool has_locks = false;  // some were handed over
  };

  SideRecordReader(const EncodeContext& context, ContestedRows& contested)
      : context_(context), contested_(contested) {}

  // Hands rows over; wrong lines are told to the findings ("SqsEncodeInvalidSideRecord"). The
  // queue's generation must be known.
  Result<Found> Read(std::unique_ptr<TreeInputFile> file, const EncodedQueue& queue);

 private:
  Status ReadLine(Slice line, const EncodedQueue& queue, Found* found);
  Status TakeRow(SqsFamily family, const EncodedQueue& queue, Found* found);
  bool ReadMessageId(Slice* id);
  void Drop(Slice place);

  const EncodeContext& context_;
  ContestedRows& contested_;
  StoredJson json_;
  StoredJson value_json_;
  std::string key_;
  std::string value_;
  uint64_t line_ = 0;
  std::string place_;
};

}  // namespace snaptree::sqs
