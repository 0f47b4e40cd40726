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
                                 TypeFolder::kHashes,
                                 "fields",
                                 "redis_hash_length_mismatch",
                                 "hash"};
const CountedKinds kSetKinds = {HeadKind::kSetMeta,
                                HeadKind::kSetDeltas,
                                HeadKind::kSetMembers,
                                HeadKind::kSetBlob,
                                kSetMemberPrefix,
                                TypeFolder::kSets,
                                "members",
                                "redis_set_length_mismatch",
                                "set"};
const CountedKinds kZSetKinds = {HeadKind::kZSetMeta,
                                 HeadKind::kZSetDeltas,
                                 HeadKind::kZSetMembers,
                                 HeadKind::kZSetBlob,
                                 kZSetMemberPrefix,
                                 TypeFolder::kZSets,
                                 "members",
                                 "redis_zset_length_mismatch",
                                 "zset"};

// The elements of one key's rows, in the order of the rows.
class KeyWriter::ElementRows {
 public:
  ElementRows(KeyWriter* writer, const CountedKinds& kinds, const Head& group)
      : writer_(*writer),
        kinds_(kinds),
        family_(FamilyOfHead(kinds.rows)),
        extent_{group.place, writer->context_.scan.extents[family_].size() > 1},
        cursor_(writer->context_.source, writer->context_.scan, std::span(&extent_, 1), family_) {}

  // The next sound element, or false. Views live until the next call.
  Result<bool> Next(Slice* element, ValueRef* value);
  // What was read here, not what the head says: the accounts then tell when the two differ.
  uint64_t sound() const { return sound_; }

 private:
  KeyWriter& writer_;
  const CountedKinds& kinds_;
  FamilyId family_;
  FamilyExtent extent_;
  ViewCursor cursor_;
  ViewRow row_;
  uint64_t sound_ = 0;
};

Result<bool> KeyWriter::ElementRows::Next(Slice* element, ValueRef* value) {
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor_.NextLive(&row_));
    if (!more) return false;
    ElementKey key;
    if (!ParseElementKey(row_.key, kinds_.row_prefix, &key) ||
        key.user_key != writer_.state_->key())
      continue;
    if (kinds_.rows == HeadKind::kZSetMembers && row_.body.size != 8) {
      writer_.lossy_ = true;
      SNAPTREE_TRY(writer_.context_.ledger.AddDamaged(
          family_, row_,
          DataError("RedisInvalidZSetMember", "the score of a member is not 8 bytes long")));
      continue;
    }
    ++sound_;
    *element = key.sub;
    *value = row_.body;
    return true;
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

template <typename ElementsOrRows>
Status KeyWriter::WriteElements(const CountedKinds& kinds, ElementsOrRows* elements,
                                uint64_t* written) {
  files_.BeginCollection(kinds.folder, kinds.array, expiry_);
  Slice element;
  ValueRef value;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, elements->Next(&element, &value));
    if (!more) return {};
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
}

Status KeyWriter::WriteRows(const CountedKinds& kinds, const Head& group, uint64_t* written) {
  ElementRows rows(this, kinds, group);
  if (group.in_order) {
    SNAPTREE_TRY(WriteElements(kinds, &rows, written));
  } else {
    elements_.Begin();
    Slice element;
    ValueRef value;
    for (;;) {
      SNAPTREE_ASSIGN(const bool more, rows.Next(&element, &value));
      if (!more) break;
      SNAPTREE_TRY(elements_.Add(element, value));
    }
    SNAPTREE_TRY(elements_.Finish());
    SNAPTREE_TRY(WriteElements(kinds, &elements_, written));
  }
  context_.ledger.Add(FamilyOfHead(kinds.rows), RowLedger::Place::kEmitted, rows.sound());
  return {};
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

Result<Expiry> KeyWriter::CountedExpiry(const CountedKinds& kinds) {
  const Head* meta = state_->Find(kinds.meta);
  CountMeta parsed;
  if (meta != nullptr && !meta->malformed) {
    SNAPTREE_ASSIGN(const ValueRef body, BodyOf(*meta));
    parsed = *ParseCountMeta(body.resident);
  }
  return CollectionExpiry(parsed.current_size, parsed.expire_at_ms, kinds.meta, kinds.deltas);
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
  SNAPTREE_ASSIGN(expiry_, CountedExpiry(kinds));
  BlobInfo info;
  uint64_t written = 0;
  bool usable = true;
  if (group != nullptr) {
    SNAPTREE_TRY(WriteRows(kinds, *group, &written));
    usable = written > 0;
    if (blob != nullptr) {
      Warn("redis_legacy_blob_shadowed",
           "legacy collections shadowed by newer rows of the same key are not dumped");
      Book(*blob, RowLedger::Place::kOperational);
    }
  } else {
    elements_.Begin();
    if (blob != nullptr) SNAPTREE_TRY(CollectBlob(kinds, *blob, &info, &usable));
    if (usable) {
      SNAPTREE_TRY(elements_.Finish());
      SNAPTREE_TRY(WriteElements(kinds, &elements_, &written));
    }
  }
  if (!usable) {  // an empty file would say that the collection is empty
    BookMetas(kinds.meta, kinds.deltas, RowLedger::Place::kOperational);
    return {};
  }
  SNAPTREE_TRY(files_.EndCollection());
  ++totals_.records;
  bool known = false;
  SNAPTREE_ASSIGN(const int64_t declared, DeclaredLength(kinds, &known));
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
