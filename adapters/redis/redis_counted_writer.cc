// Hashes, sets and zsets: rows of elements, or one legacy blob (spec 02
// sections 2.3, 2.4, 3.2, 3.5).
#include "adapters/redis/redis_key_writer.h"
#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_score.h"
#include "base/coding.h"
#include "formats/fsm_format.h"
#include "formats/view_cursor.h"

namespace snaptree::redis {

const CountedKinds kHashKinds = {HeadKind::kHashMeta,
                                 HeadKind::kHashDeltas,
                                 HeadKind::kHashFields,
                                 HeadKind::kHashBlob,
                                 kHashFieldPrefix,
                                 "hashes",
                                 "fields",
                                 "redis_hash_length_mismatch",
                                 "hash"};
const CountedKinds kSetKinds = {HeadKind::kSetMeta,
                                HeadKind::kSetDeltas,
                                HeadKind::kSetMembers,
                                HeadKind::kSetBlob,
                                kSetMemberPrefix,
                                "sets",
                                "members",
                                "redis_set_length_mismatch",
                                "set"};
const CountedKinds kZSetKinds = {HeadKind::kZSetMeta,
                                 HeadKind::kZSetDeltas,
                                 HeadKind::kZSetMembers,
                                 HeadKind::kZSetBlob,
                                 kZSetMemberPrefix,
                                 "zsets",
                                 "members",
                                 "redis_zset_length_mismatch",
                                 "zset"};

Status KeyWriter::CollectRows(const CountedKinds& kinds, const Head& group, uint64_t* sound) {
  const FamilyId family = FamilyOfHead(kinds.rows);
  const FamilyExtent extent{group.place, context_.scan.extents[family].size() > 1};
  ViewCursor cursor(context_.source, std::span(&extent, 1), family, context_.scan.read_ts);
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    ElementKey key;
    if (!ParseElementKey(row.key, kinds.row_prefix, &key) || key.user_key != state_->key())
      continue;
    if (kinds.rows == HeadKind::kZSetMembers && row.body.size != 8) {
      lossy_ = true;
      SNAPTREE_TRY(context_.ledger.AddDamaged(
          family, row,
          DataError("RedisInvalidZSetMember", "the score of a member is not 8 bytes long")));
      continue;
    }
    ++*sound;
    if (kinds.rows == HeadKind::kSetMembers) {
      SNAPTREE_TRY(elements_.AddCopy(key.sub, {}));
    } else {
      SNAPTREE_TRY(elements_.Add(key.sub, row.body));
    }
  }
}

Status KeyWriter::VisitBlob(const CountedKinds& kinds, Slice blob, BlobInfo* info) {
  if (kinds.blob == HeadKind::kHashBlob) {
    SNAPTREE_TRY(VisitHashBlob(
        blob, [this](Slice field, Slice value) { return elements_.AddCopy(field, value); }, info));
  } else if (kinds.blob == HeadKind::kSetBlob) {
    SNAPTREE_TRY(VisitSetBlob(
        blob, [this](Slice member) { return elements_.AddCopy(member, {}); }, info));
  } else {
    const auto add = [this](Slice member, uint64_t score_bits) {
      std::string bits;
      AppendBe64(&bits, score_bits);
      return elements_.AddCopy(member, bits);
    };
    SNAPTREE_TRY(VisitZSetBlob(blob, add, info));
  }
  if (info->not_utf8) Warn("redis_blob_not_utf8", "legacy collections with text that is not UTF-8");
  return {};
}

Status KeyWriter::CollectBlob(const CountedKinds& kinds, const Head& blob, BlobInfo* info,
                              bool* usable) {
  SNAPTREE_ASSIGN(const ValueRef body, BodyOf(blob));
  if (body.size > kLiveMaxValueBytes) {
    *usable = false;
    return Damaged(blob,
                   DataError("RedisInvalidBlob",
                             "a collection in one value that is larger than any node stores"));
  }
  SNAPTREE_ASSIGN(const Slice bytes, LoadValue(context_.source, body, &storage_));
  const Status visited = VisitBlob(kinds, bytes, info);
  *usable = visited.ok();
  if (visited.ok()) {
    Book(blob, RowLedger::Place::kEmitted);
    return {};
  }
  if (visited.kind() != ErrorKind::kData) return visited;
  return Damaged(blob, visited);
}

Status KeyWriter::WriteElements(const CountedKinds& kinds, Expiry expiry, uint64_t* written) {
  SNAPTREE_TRY(elements_.Finish());
  files_.BeginCollection(kinds.folder, kinds.array);
  Slice element;
  ValueRef value;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, elements_.Next(&element, &value));
    if (!more) break;
    ++*written;
    if (kinds.rows == HeadKind::kHashFields) {
      SNAPTREE_TRY(files_.Field(element, value));
    } else if (kinds.rows == HeadKind::kSetMembers) {
      SNAPTREE_TRY(files_.Member(element));
    } else {
      const uint64_t bits = LoadBe64(value.resident.data());
      if (IsNan(bits)) Warn("redis_zset_nan_score", "zset scores that are not a number");
      SNAPTREE_TRY(files_.ScoredMember(element, bits));
    }
  }
  ++totals_.keys;
  return files_.EndCollection(expiry);
}

// Base and deltas, floored at 0; *known is false when there is neither, or the base cannot be read.
Result<int64_t> KeyWriter::DeclaredLength(const CountedKinds& kinds, bool* known) {
  const Head* meta = state_->Find(kinds.meta);
  const Head* deltas = state_->Find(kinds.deltas);
  int64_t declared = 0;
  *known = (meta != nullptr || deltas != nullptr) && (meta == nullptr || !meta->malformed);
  if (meta != nullptr && !meta->malformed) {
    SNAPTREE_ASSIGN(const ValueRef body, BodyOf(*meta));
    declared = ParseCountMeta(body.resident)->length;
  }
  if (deltas != nullptr && __builtin_add_overflow(declared, deltas->number, &declared))
    declared = 0;
  if (declared < 0) Warn("redis_negative_length", "length deltas add up to less than nothing");
  return std::max<int64_t>(declared, 0);
}

Status KeyWriter::WriteCounted(const CountedKinds& kinds) {
  const Head* meta = state_->Find(kinds.meta);
  const Head* group = state_->Find(kinds.rows);
  const Head* blob = state_->Find(kinds.blob);
  if (meta == nullptr && group == nullptr && blob == nullptr) {
    // Only deltas: a collection that was emptied before its deltas were added up (section 3.5).
    Note("redis_ghost_collection",
         "collections of which only length deltas are left; they hold nothing");
    BookMetas(kinds.meta, kinds.deltas, RowLedger::Place::kOperational);
    return {};
  }
  elements_.Begin();
  bool usable = true;
  BlobInfo info;
  if (group != nullptr) {
    uint64_t sound = 0;
    SNAPTREE_TRY(CollectRows(kinds, *group, &sound));
    usable = sound > 0;
    // What was read here, not what the head says: the accounts then tell when the two differ.
    context_.ledger.Add(FamilyOfHead(kinds.rows), RowLedger::Place::kEmitted, sound);
    if (blob != nullptr) {
      Warn("redis_legacy_blob_shadowed",
           "legacy collections shadowed by newer rows of the same key are not dumped");
      Book(*blob, RowLedger::Place::kOperational);
    }
  } else if (blob != nullptr) {
    SNAPTREE_TRY(CollectBlob(kinds, *blob, &info, &usable));
  }
  if (!usable) {  // an empty file would say that the collection is empty
    BookMetas(kinds.meta, kinds.deltas, RowLedger::Place::kOperational);
    return {};
  }
  Expiry expiry;
  if (meta != nullptr && !meta->malformed) {
    SNAPTREE_ASSIGN(const ValueRef body, BodyOf(*meta));
    const std::optional<CountMeta> parsed = ParseCountMeta(body.resident);
    expiry = CollectionExpiry(parsed->current_size, parsed->expire_at_ms, kinds.meta, kinds.deltas);
  } else {
    expiry = CollectionExpiry(false, 0, kinds.meta, kinds.deltas);
  }
  bool known = false;
  SNAPTREE_ASSIGN(const int64_t declared, DeclaredLength(kinds, &known));
  uint64_t written = 0;
  SNAPTREE_TRY(WriteElements(kinds, expiry, &written));
  if (info.was_json)
    WarnJson(kinds.type_name, info.has_replacement_char, elements_.duplicates() > 0);
  if (known && static_cast<uint64_t>(declared) != written) {
    Warn(kinds.mismatch_code,
         "collections whose recorded length is not the number of their elements");
  }
  BookMetas(kinds.meta, kinds.deltas, RowLedger::Place::kEmitted);
  return {};
}

}  // namespace snaptree::redis
