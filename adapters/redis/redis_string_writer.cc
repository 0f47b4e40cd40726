// Strings and HLLs (spec 02 sections 2.1, 2.2).
#include "adapters/redis/redis_key_writer.h"
#include "formats/fsm_format.h"

namespace snaptree::redis {
namespace {

Expiry EnvelopeExpiry(const InlineValue& value) {
  if (!value.has_expiry) return std::nullopt;
  return value.expire_at_ms == 0 ? 1 : value.expire_at_ms;  // section 4.4
}

}  // namespace

Status KeyWriter::WriteString(const Head& head, bool bare) {
  SNAPTREE_ASSIGN(const ValueRef value, BodyOf(head));
  if (bare) {
    Note("redis_bare_string_rows", "rows without a prefix were written as Redis strings");
    SNAPTREE_TRY(files_.String(value, 0, TtlRowExpiry()));
  } else {
    const Result<InlineValue> envelope = ParseStringEnvelope(value.resident, value.size);
    if (!envelope.ok()) return Damaged(head, envelope.status());
    const Expiry expiry = envelope->enveloped ? EnvelopeExpiry(*envelope) : TtlRowExpiry();
    SNAPTREE_TRY(files_.String(value, envelope->payload_offset, expiry));
  }
  ++totals_.records;
  Book(head, RowLedger::Place::kEmitted);
  return {};
}

// The JSON of older stores, as the set blob of today. Leaves *written false when it is no such JSON
// after all.
Status KeyWriter::WriteJsonHll(const Head& head, const ValueRef& value, uint64_t payload_offset,
                               Expiry expiry, bool* written) {
  SNAPTREE_ASSIGN(const Slice bytes, LoadValue(context_.source, value, &storage_));
  std::string payload;
  BlobInfo info;
  bool duplicate = false;
  if (!ConvertJsonHll(bytes.substr(static_cast<size_t>(payload_offset)), &payload, &info,
                      &duplicate)
           .ok())
    return {};
  *written = true;
  WarnJson("hll", info.has_replacement_char, duplicate);
  Book(head, RowLedger::Place::kEmitted);
  ++totals_.records;
  return files_.Hll({payload, payload.size(), 0}, 0, expiry);
}

Status KeyWriter::WriteHll(const Head& head) {
  SNAPTREE_ASSIGN(const ValueRef value, BodyOf(head));
  const Result<InlineValue> envelope = ParseHllEnvelope(value.resident, value.size);
  if (!envelope.ok()) return Damaged(head, envelope.status());
  const Expiry expiry = envelope->enveloped ? EnvelopeExpiry(*envelope) : TtlRowExpiry();
  const Slice payload = value.resident.substr(static_cast<size_t>(envelope->payload_offset));
  const HllPayload form = ClassifyHllPayload(payload, envelope->enveloped);
  if (form == HllPayload::kJson && value.size <= kLiveMaxValueBytes) {
    bool written = false;
    SNAPTREE_TRY(WriteJsonHll(head, value, envelope->payload_offset, expiry, &written));
    if (written) return {};
  }
  if (form == HllPayload::kJson || form == HllPayload::kUnrecognized) {
    Warn("redis_hll_payload_unrecognized",
         "HLL values that are no set of members; written as they are");
  }
  // Loading JSON may have moved the view.
  SNAPTREE_ASSIGN(const ValueRef again, BodyOf(head));
  SNAPTREE_TRY(files_.Hll(again, envelope->payload_offset, expiry));
  ++totals_.records;
  Book(head, RowLedger::Place::kEmitted);
  return {};
}

}  // namespace snaptree::redis
