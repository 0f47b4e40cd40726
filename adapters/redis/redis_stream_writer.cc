// Streams (spec 02 sections 2.6, 2.7, 3.6).
#include <tuple>

#include "adapters/redis/redis_blobs.h"
#include "adapters/redis/redis_key_writer.h"
#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_large_entry.h"
#include "adapters/redis/redis_stream_entry.h"
#include "base/coding.h"
#include "formats/fsm_format.h"
#include "formats/view_cursor.h"

namespace snaptree::redis {

Status KeyWriter::EntryFields(const ValueRef& body, std::vector<ValueRef>* fields) {
  if (!body.IsResident()) return LocateEntryFields(context_.source, body, fields);
  Slice id;
  SNAPTREE_TRY(ParseStreamEntry(body.resident, &entry_parts_, &id));
  fields->clear();
  for (const Slice part : entry_parts_) fields->push_back({part, part.size(), 0});
  return {};
}

// Writes the visible entries; *last becomes the greatest ID if that is above it.
Status KeyWriter::WriteStreamEntries(const StreamMeta& meta, StreamMeta* last, uint64_t* written) {
  const Head* group = state_->Find(HeadKind::kStreamEntries);
  if (group == nullptr) return {};
  const FamilyId family = FamilyOfHead(HeadKind::kStreamEntries);
  const FamilyExtent extent{group->place, context_.scan.extents[family].size() > 1};
  ViewCursor cursor(context_.source, context_.scan, std::span(&extent, 1), family);
  const bool trimmed_any = meta.trimmed_ms != 0 || meta.trimmed_seq != 0;
  std::vector<ValueRef> fields;
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    Slice user_key;
    uint64_t ms = 0;
    uint64_t seq = 0;
    if (!ParseStreamEntryKey(row.key, &user_key, &ms, &seq) || user_key != state_->key()) continue;
    if (trimmed_any && std::tie(ms, seq) <= std::tie(meta.trimmed_ms, meta.trimmed_seq)) {
      Note("redis_stream_trimmed_entries",
           "stream entries at or below the trim cursor, which no client sees");
      context_.ledger.Add(family, RowLedger::Place::kOperational);
      continue;
    }
    const Status parsed = EntryFields(row.body, &fields);
    if (!parsed.ok()) {
      if (parsed.kind() != ErrorKind::kData) return parsed;
      lossy_ = true;
      SNAPTREE_TRY(context_.ledger.AddDamaged(family, row, parsed));
      continue;
    }
    SNAPTREE_TRY(files_.Entry(ms, seq, fields));
    context_.ledger.Add(family, RowLedger::Place::kEmitted);
    ++*written;
    if (std::tie(ms, seq) > std::tie(last->last_ms, last->last_seq)) {
      last->last_ms = ms;
      last->last_seq = seq;
    }
  }
}

Status KeyWriter::WriteStream() {
  const Head& head = state_->head(HeadKind::kStreamMeta);
  StreamMeta meta;
  if (!head.malformed) {
    SNAPTREE_ASSIGN(const ValueRef body, BodyOf(head));
    meta = *ParseStreamMeta(body.resident);
  }
  const Expiry expiry = CollectionExpiry(meta.current_size, meta.expire_at_ms,
                                         HeadKind::kStreamMeta, HeadKind::kStreamMeta);
  StreamMeta last = meta;
  uint64_t written = 0;
  files_.BeginStream();
  SNAPTREE_TRY(WriteStreamEntries(meta, &last, &written));
  if (!head.malformed && (last.last_ms != meta.last_ms || last.last_seq != meta.last_seq)) {
    Warn("redis_stream_last_id_raised", "streams whose recorded last ID is below that of an entry");
  }
  if (!head.malformed && meta.length != written) {
    Warn("redis_stream_length_mismatch",
         "streams whose recorded length is not the number of their entries");
  }
  if (const Head* blob = state_->Find(HeadKind::kStreamBlob)) {
    Warn("redis_legacy_stream_blob",
         "legacy stream values, which the node ignores, are not dumped");
    Book(*blob, RowLedger::Place::kOperational);
  }
  Book(head, RowLedger::Place::kEmitted);
  ++totals_.records;
  return files_.EndStream(written, last.last_ms, last.last_seq, expiry);
}

// A stream of which only the legacy value is left: every read of the node answers an empty stream,
// so it is written only by --salvage, sorted by ID.
Status KeyWriter::WriteLegacyStream() {
  const Head& blob = state_->head(HeadKind::kStreamBlob);
  Warn("redis_legacy_stream_blob",
       context_.salvage ? "legacy stream values, which the node ignores, written by --salvage"
                        : "legacy stream values, which the node ignores, are not dumped");
  if (!context_.salvage) {
    Book(blob, RowLedger::Place::kOperational);
    return {};
  }
  SNAPTREE_ASSIGN(const ValueRef body, BodyOf(blob));
  if (body.size > kLiveMaxValueBytes) {
    return Damaged(blob, DataError("RedisInvalidBlob",
                                   "a stream in one value that is larger than any node stores"));
  }
  SNAPTREE_ASSIGN(const Slice bytes, LoadValue(context_.source, body, &storage_));
  elements_.Begin();
  BlobInfo info;
  // Field lists travel as "u32 length, bytes" each, keyed by ID.
  const Status visited = VisitStreamBlob(
      bytes,
      [this](Slice id, const std::vector<Slice>& fields) -> Status {
        uint64_t ms = 0;
        uint64_t seq = 0;
        if (!ParseStreamId(id, &ms, &seq) || fields.size() % 2 != 0) {
          return DataError("RedisInvalidStreamEntry", "a legacy entry has no ID or half a field");
        }
        std::string key;
        AppendBe64(&key, ms);
        AppendBe64(&key, seq);
        std::string packed;
        for (const Slice field : fields) {
          AppendBe32(&packed, static_cast<uint32_t>(field.size()));
          packed.append(field);
        }
        return elements_.AddCopy(key, packed);
      },
      &info);
  if (!visited.ok()) return visited.kind() == ErrorKind::kData ? Damaged(blob, visited) : visited;
  SNAPTREE_TRY(elements_.Finish());
  files_.BeginStream();
  uint64_t written = 0;
  uint64_t ms = 0;
  uint64_t seq = 0;
  std::vector<ValueRef> fields;
  Slice key;
  ValueRef packed;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, elements_.Next(&key, &packed));
    if (!more) break;
    ms = LoadBe64(key.data());
    seq = LoadBe64(key.data() + 8);
    fields.clear();
    ByteReader in(packed.resident);
    uint32_t size = 0;
    Slice field;
    while (in.ReadBe32(&size) && in.ReadBytes(size, &field))
      fields.push_back({field, field.size(), 0});
    SNAPTREE_TRY(files_.Entry(ms, seq, fields));
    ++written;
  }
  if (info.was_json) WarnJson("stream", info.has_replacement_char, elements_.duplicates() > 0);
  Book(blob, RowLedger::Place::kEmitted);
  ++totals_.records;
  return files_.EndStream(written, ms, seq, TtlRowExpiry());
}

}  // namespace snaptree::redis
