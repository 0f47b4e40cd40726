// Lines of redis/db_0/*.jsonl to rows (spec 08): a line is a key, or a part of a collection or
// stream that takes several. Parts come one after the other, so one encoder must see all lines that
// may be parts, in their order; all others may go to any. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/common/line_reader.h"
#include "adapters/redis/redis_collection_rows.h"
#include "adapters/redis/redis_elements_json.h"
#include "adapters/redis/redis_line_parts.h"
#include "adapters/redis/redis_long_value.h"
#include "adapters/redis/redis_stream_rows.h"
#include "adapters/redis/redis_tree_folders.h"

namespace snaptree::redis {

enum class LineOutcome : uint8_t {
  kBlank,
  kKey,      // key() and expire_at_ms() tell of the key that the line is, or begins
  kPart,     // not encoded: EncodePart() is to have it
  kFurther,  // a part of a key of which kKey was said
};

class LineEncoder : private ElementsSink {
 public:
  LineEncoder(const EncodeContext& context, RowWriter& rows)
      : context_(context), rows_(rows), collection_(rows), stream_(context, rows) {}

  // Data errors name their place.
  Result<LineOutcome> Encode(const LinePlace& place, Slice line);
  // The same for a line that may be a part, and for one that does not fit memory.
  Result<LineOutcome> EncodePart(const LinePlace& place, Slice line);
  // `values` is the number of the LongValueEncoder, which has the values of strings and HLLs.
  Result<LineOutcome> EncodeLong(const LinePlace& place, LineReader* line, uint32_t values);

  // What parts came, and what is to come.
  LineParts& parts() { return parts_; }

  Slice key() const { return key_; }
  uint64_t expire_at_ms() const { return expire_at_ms_; }  // 0: none

 private:
  enum class Pass : uint8_t {
    kScalars,   // only what stands around the elements
    kElements,  // the rest; kScalars was before
    kAll,
  };

  Status Scalar(size_t index, const JsonScalar& value) override;
  void BeginLong(uint64_t position, bool base64) override;
  Status LongBytes(Slice piece) override;
  Status Element(Slice first, Slice second) override;
  Status Scored(Slice member, uint64_t score_bits) override;
  Status Group(bool complete) override;

  bool IsStream() const { return place_->folder == TypeFolder::kStreams; }
  bool IsString() const { return place_->folder <= TypeFolder::kHll; }
  bool HasKey() const;
  bool IsPart() const { return part_.has_value(); }
  bool IsLast() const { return !IsPart() || last_; }

  void BeginLine(const LinePlace& place);
  Status Read(JsonText& text, Pass pass);
  Status ReadWhole(Slice line, bool may_be_part);
  Status ReadScalars(Slice line);
  Result<LineOutcome> Finish(Status read);
  Status TakeScalar(size_t index, const JsonScalar& value);
  Status TakePart(const JsonScalar& value);
  Status CheckArray() const;
  Status BeginRecord();
  Status BeforeElement();
  bool IsLeftOut() const { return pass_ == Pass::kScalars || passed_over_; }
  void BeginEntry();
  Status JoinParts();
  Status EndRecord();
  Status PutString();
  Status PutValue();
  Status PutLong();
  Status PutStream();
  Status CheckExpiry();
  Status Tell();
  Status WithPlace(Status error) const;

  const EncodeContext& context_;
  RowWriter& rows_;
  ElementsReader json_;
  CollectionRows collection_;
  StreamRows stream_;
  LineParts parts_;

  // The line that is being read.
  const LinePlace* place_ = nullptr;
  Pass pass_ = Pass::kAll;
  bool may_be_part_ = false;
  bool in_pieces_ = false;
  bool begun_ = false;
  bool passed_over_ = false;
  ElementsInfo info_;
  uint32_t scalars_ = 0;  // bit i: scalar i was there
  std::string key_;
  // Of a string or an HLL. A string's stands behind room for its envelope, an HLL's as text.
  std::string value_;
  // The same of a line that does not fit memory.
  LongValue long_value_;
  uint64_t line_begin_ = 0;  // in the file
  uint32_t long_values_ = 0;
  std::optional<uint64_t> part_;
  bool last_ = false;
  uint64_t expire_at_ms_ = 0;
  StreamMeta meta_;
  bool respelled_ = false;
  bool clamped_ = false;

  bool measures_ = false;  // whether the cut is looked at
  CutCheck cut_;
  uint64_t entry_bytes_ = 0;  // of the fields of a stream's entry
  std::string scratch_;
};

}  // namespace snaptree::redis
