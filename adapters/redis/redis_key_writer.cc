#include "adapters/redis/redis_key_writer.h"

#include <algorithm>

#include "base/text.h"

namespace snaptree::redis {
namespace {

constexpr uint64_t kViewLimit = 64 << 10;
constexpr uint64_t kHeadBytes = 64;
constexpr size_t kKeptStorageBytes = 1 << 20;  // what one large value took is given back

// Where a key of this type stands (spec 02 chapter 4).
TypeFolder FolderOf(KeyType type) {
  switch (type) {
    case KeyType::kHll:
      return TypeFolder::kHll;
    case KeyType::kList:
      return TypeFolder::kLists;
    case KeyType::kHash:
      return TypeFolder::kHashes;
    case KeyType::kSet:
      return TypeFolder::kSets;
    case KeyType::kZSet:
      return TypeFolder::kZSets;
    case KeyType::kStream:
    case KeyType::kDeadStream:
      return TypeFolder::kStreams;
    case KeyType::kNone:
    case KeyType::kString:
    case KeyType::kBare:
      break;
  }
  return TypeFolder::kStrings;
}

}  // namespace

KeyWriter::KeyWriter(const DecodeContext& context, std::unique_ptr<RedisFiles> files)
    : context_(context),
      files_owned_(std::move(files)),
      files_(*files_owned_),
      elements_(context.sorter_options(0.3)) {}

Status KeyWriter::Finish() {
  SNAPTREE_TRY(files_.Finish());
  totals_.extensions = files_.extensions();
  return {};
}

Status KeyWriter::Write(const KeyState& state, const std::vector<KeyType>& types) {
  state_ = &state;
  lossy_ = false;
  files_.BeginKey(state.key());
  const size_t written = context_.salvage ? types.size() : std::min<size_t>(types.size(), 1);
  const std::span<const KeyType> to_write(types.data(), written);
  if (!context_.filter.everything() && !IsSelected(to_write)) {
    BookExcluded();
    return {};
  }
  for (const KeyType type : to_write) SNAPTREE_TRY(WriteType(type));
  BookLosers(types);
  if (lossy_) ++totals_.losses;
  if (storage_.capacity() > kKeptStorageBytes) storage_ = {};
  return {};
}

// A key is wanted when one of the files that it would have is.
bool KeyWriter::IsSelected(std::span<const KeyType> types) {
  return std::any_of(types.begin(), types.end(), [this](KeyType type) {
    if (context_.filter.Selects(files_.PathOf(FolderOf(type)))) return true;
    return type == KeyType::kString && state_->Has(HeadKind::kHll) &&
           context_.filter.Selects(files_.PathOf(TypeFolder::kHll));
  });
}

void KeyWriter::BookExcluded() {
  for (size_t i = 0; i < kHeadKinds; ++i) {
    const auto kind = static_cast<HeadKind>(i);
    if (kind == HeadKind::kBare && !context_.bare_rows_as_redis) continue;  // rawkv's
    if (state_->Has(kind)) Book(state_->head(kind), RowLedger::Place::kExcluded);
  }
}

Status KeyWriter::WriteType(KeyType type) {
  switch (type) {
    case KeyType::kString:
      SNAPTREE_TRY(WriteString(state_->head(HeadKind::kString), false));
      return state_->Has(HeadKind::kHll) ? WriteHll(state_->head(HeadKind::kHll)) : Status::Ok();
    case KeyType::kHll:
      return WriteHll(state_->head(HeadKind::kHll));
    case KeyType::kBare:
      return WriteString(state_->head(HeadKind::kBare), true);
    case KeyType::kList:
      return WriteList();
    case KeyType::kHash:
      return WriteCounted(kHashKinds);
    case KeyType::kSet:
      return WriteCounted(kSetKinds);
    case KeyType::kZSet:
      return WriteCounted(kZSetKinds);
    case KeyType::kStream:
      return WriteStream();
    case KeyType::kDeadStream:
      return WriteLegacyStream();
    case KeyType::kNone:
      break;
  }
  return {};
}

void KeyWriter::WarnJson(const char* type_name, bool replacement_char, bool duplicate) {
  Warn(std::string("redis_json_value.") + type_name,
       "collections in the JSON form of March 2026, which the node of today cannot read");
  if (replacement_char) {
    Warn("redis_json_replacement_char",
         "JSON values with U+FFFD: bytes that were not UTF-8 were lost when written");
  }
  if (duplicate)
    Note("redis_json_duplicate", "JSON values that hold an element twice; the last one counts");
}

void KeyWriter::Warn(std::string_view code, const char* text, uint64_t count) {
  context_.findings.Warn(code, text, Printable(state_->key()), count);
}

void KeyWriter::Note(const char* code, const char* text, uint64_t count) {
  context_.findings.Note(code, text, Printable(state_->key()), count);
}

void KeyWriter::Book(const Head& head, RowLedger::Place place) {
  if (head.kind == HeadKind::kTtl || head.malformed)
    return;  // derived; booked as damaged when it was collected
  context_.ledger.Add(FamilyOfHead(head.kind), place, head.rows);
}

void KeyWriter::BookMetas(HeadKind meta, HeadKind deltas, RowLedger::Place place) {
  if (const Head* head = state_->Find(meta)) Book(*head, place);
  if (const Head* head = state_->Find(deltas)) Book(*head, place);
}

Status KeyWriter::Damaged(const Head& head, const Status& why) {
  lossy_ = true;
  return context_.ledger.AddDamagedAt(FamilyOfHead(head.kind), head.row_position, why);
}

// What the live node ignores is not dumped (spec 00 decision 2), but never without a word.
void KeyWriter::BookLosers(const std::vector<KeyType>& types) {
  const size_t written = context_.salvage ? types.size() : std::min<size_t>(types.size(), 1);
  const auto is_written = [&](HeadKind kind) {
    return std::any_of(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(written),
                       [kind](KeyType type) { return BelongsTo(kind, type); });
  };
  for (size_t i = 0; i < kHeadKinds; ++i) {
    const auto kind = static_cast<HeadKind>(i);
    if (kind == HeadKind::kTtl || !state_->Has(kind) || is_written(kind)) continue;
    if (kind == HeadKind::kBare && !context_.bare_rows_as_redis) continue;  // rawkv's
    const Head& head = state_->head(kind);
    Book(head, RowLedger::Place::kOperational);
    const auto is_among = [&types](KeyType type) {
      return std::find(types.begin(), types.end(), type) != types.end();
    };
    if (kind == HeadKind::kListItems && !is_among(KeyType::kList)) {
      Warn("redis_list_items_outside_window",
           "list items outside their list's window are not dumped", head.rows);
    } else if (kind == HeadKind::kStreamEntries && !is_among(KeyType::kStream)) {
      Warn("redis_stream_orphan_entries_without_meta",
           "stream entries without their stream's record are not dumped", head.rows);
    } else if (kind == HeadKind::kStreamBlob) {
      Warn("redis_legacy_stream_blob",
           "legacy stream values, which the node ignores, are not dumped");
    } else {
      Warn("redis_type_conflict",
           "rows of another type than the one that the node answers are not dumped", head.rows);
    }
  }
}

Result<ValueRef> KeyWriter::BodyOf(const Head& head) {
  const uint64_t size = head.place.size();
  const uint64_t resident = size <= kViewLimit ? size : kHeadBytes;
  SNAPTREE_ASSIGN(const Slice bytes,
                  context_.source.View(head.place.begin, static_cast<size_t>(resident), &buffer_));
  return ValueRef{bytes, size, head.place.begin};
}

Expiry KeyWriter::TtlRowExpiry() const {
  const Head* ttl = state_->Find(HeadKind::kTtl);
  if (ttl == nullptr) return std::nullopt;
  // 0 says "no TTL" in the tree, so what expired at the epoch is written as 1 (section 4.4).
  return std::clamp<uint64_t>(static_cast<uint64_t>(ttl->number), 1, kMaxExpiryMs);
}

Expiry KeyWriter::CollectionExpiry(bool current_size, uint64_t expire_at_ms, HeadKind meta,
                                   HeadKind deltas) {
  if (current_size) return expire_at_ms == 0 ? Expiry() : Expiry(expire_at_ms);
  const Head* ttl = state_->Find(HeadKind::kTtl);
  const Head* delta = state_->Find(deltas);
  if (ttl != nullptr && delta != nullptr && !state_->Has(meta) &&
      ttl->commit_ts < delta->commit_ts) {
    Note("redis_stale_ttl_index",
         "a TTL row is older than the collection that has its key now and is ignored");
    return std::nullopt;
  }
  return TtlRowExpiry();
}

}  // namespace snaptree::redis
