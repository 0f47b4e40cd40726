#include "adapters/redis/redis_collector.h"

#include <algorithm>

#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_values.h"
#include "base/coding.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

constexpr const char* kMalformedKey = "RedisMalformedKey";

// Sums wrap on hostile input instead of being undefined; declared lengths only steer warnings and
// list windows.
int64_t WrappingAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

bool ParseElement(Slice logical, Slice prefix, Slice* user_key) {
  ElementKey key;
  if (!ParseElementKey(logical, prefix, &key)) return false;
  *user_key = key.user_key;
  return true;
}

bool ParseItem(Slice logical, Slice, Slice* user_key) {
  int64_t seq = 0;
  return ParseListItemKey(logical, user_key, &seq);
}

bool ParseEntry(Slice logical, Slice, Slice* user_key) {
  uint64_t ms = 0;
  uint64_t seq = 0;
  return ParseStreamEntryKey(logical, user_key, &ms, &seq);
}

}  // namespace

Status HeadCollector::Damaged(const ViewRow& row, HeadKind kind, const char* code,
                              const char* what) {
  return context_.ledger.AddDamaged(FamilyOfHead(kind), row, DataError(code, what));
}

Status HeadCollector::AddSingle(const ViewRow& row, Slice user_key, HeadKind kind, bool malformed) {
  Head head;
  head.kind = kind;
  head.malformed = malformed;
  head.place = {row.body.position, row.body.position + row.body.size};
  head.row_position = row.position;
  head.commit_ts = row.commit_ts;
  return heads_.Add(user_key, head.AsPayload());
}

Status HeadCollector::CollectSingle(Slice prefix, HeadKind kind) {
  ViewCursor cursor(context_.source, context_.scan, FamilyOf(prefix));
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    SNAPTREE_TRY(AddSingle(row, row.key.substr(prefix.size()), kind, false));
  }
}

Status HeadCollector::CollectBare() {
  ViewCursor cursor(context_.source, context_.scan, BareFamily());
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    SNAPTREE_TRY(AddSingle(row, row.key, HeadKind::kBare, false));
  }
}

// TTL rows are derived, so they are not booked; one that cannot be read is only reported.
Status HeadCollector::CollectTtl() {
  ViewCursor cursor(context_.source, context_.scan, FamilyOf(kTtlPrefix));
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    const Slice user_key = row.key.substr(kTtlPrefix.size());
    if (!ParseTtl(row.body.IsResident() ? row.body.resident : Slice())) {
      context_.findings.Warn("redis_invalid_ttl_value",
                             "a TTL row is not 8 bytes long and is ignored [RedisInvalidTTLValue]",
                             Printable(user_key));
      continue;
    }
    Head head;
    head.kind = HeadKind::kTtl;
    head.row_position = row.position;
    head.commit_ts = row.commit_ts;
    // As it is: only the files of redis/ clamp it.
    head.number = static_cast<int64_t>(LoadBe64(row.body.resident.data()));
    SNAPTREE_TRY(heads_.Add(user_key, head.AsPayload()));
  }
}

// Groups are delimited by all their rows, live or not: see view_cursor.h. A list can have several,
// with rows of a list with a longer name between them (section 1.2).
Status HeadCollector::CollectGroups(Slice prefix, HeadKind kind, ParseUserKey parse) {
  ViewCursor cursor(context_.source, context_.scan, FamilyOf(prefix));
  ViewRow row;
  Head group;
  group.kind = kind;
  group.rows = 0;
  std::string group_key;
  std::string last_live;  // logical key of the group's last live row
  bool open = false;
  const auto close = [&]() -> Status {
    // A run of a list without live rows still matters: it can hold the deletion of an item whose
    // older version stands in the list's next run.
    if (!open || (group.rows == 0 && kind != HeadKind::kListItems)) return {};
    return heads_.Add(group_key, group.AsPayload());
  };
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.Next(&row));
    if (!more) return close();
    Slice user_key;
    if (!parse(row.key, prefix, &user_key)) {
      if (row.IsLive())
        SNAPTREE_TRY(Damaged(row, kind, kMalformedKey, "the key's parts do not fit its length"));
      continue;
    }
    if (!open || user_key != group_key) {
      SNAPTREE_TRY(close());
      open = true;
      group_key = user_key;
      group.rows = 0;
      group.in_order = true;
      group.place.begin = row.position;
    }
    group.place.end = row.end;
    if (!row.IsLive()) continue;
    if (group.rows++ > 0 && row.key <= last_live) group.in_order = false;
    last_live = row.key;
  }
}

Status HeadCollector::AddDelta(const ViewRow& row, HeadKind kind, Slice user_key,
                               uint64_t commit_ts, int64_t length, int64_t head) {
  if (deltas_.rows == 0 || user_key != deltas_key_) {
    SNAPTREE_TRY(FlushDeltas());
    deltas_key_ = user_key;
    deltas_.kind = kind;
    deltas_.commit_ts = commit_ts;
    deltas_.row_position = row.position;
  }
  ++deltas_.rows;
  deltas_.commit_ts = std::min(deltas_.commit_ts, commit_ts);
  deltas_.number = WrappingAdd(deltas_.number, length);
  deltas_.head_delta = WrappingAdd(deltas_.head_delta, head);
  return {};
}

Status HeadCollector::FlushDeltas() {
  const Status added =
      deltas_.rows == 0 ? Status::Ok() : heads_.Add(deltas_key_, deltas_.AsPayload());
  deltas_ = Head{};
  deltas_.rows = 0;
  return added;
}

Status HeadCollector::CollectCountMetas(Slice prefix, HeadKind meta, HeadKind deltas,
                                        const char* invalid_value) {
  ViewCursor cursor(context_.source, context_.scan, FamilyOf(prefix));
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return FlushDeltas();
    MetaKey key;
    if (!ParseMetaKey(row.key, prefix, &key)) {
      SNAPTREE_TRY(Damaged(row, meta, kMalformedKey, "the key's parts do not fit its length"));
      continue;
    }
    const Slice value = row.body.IsResident() ? row.body.resident : Slice();
    if (key.kind == MetaKind::kBase) {
      const bool malformed = !ParseCountMeta(value).has_value();
      if (malformed)
        SNAPTREE_TRY(Damaged(row, meta, invalid_value, "the length record cannot be read"));
      SNAPTREE_TRY(AddSingle(row, key.user_key, meta, malformed));
      continue;
    }
    const std::optional<int64_t> delta = ParseCountDelta(value);
    if (!delta) {
      SNAPTREE_TRY(Damaged(row, deltas, invalid_value, "the length delta is not 8 bytes long"));
      continue;
    }
    SNAPTREE_TRY(AddDelta(row, deltas, key.user_key, key.delta_commit_ts, *delta, 0));
  }
}

Status HeadCollector::CollectStreamMetas() {
  ViewCursor cursor(context_.source, context_.scan, FamilyOf(kStreamMetaPrefix));
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    MetaKey key;
    if (!ParseMetaKey(row.key, kStreamMetaPrefix, &key)) {
      SNAPTREE_TRY(Damaged(row, HeadKind::kStreamMeta, kMalformedKey,
                           "the key's parts do not fit its length"));
      continue;
    }
    const bool malformed =
        !ParseStreamMeta(row.body.IsResident() ? row.body.resident : Slice()).has_value();
    if (malformed) {
      SNAPTREE_TRY(Damaged(row, HeadKind::kStreamMeta, "RedisInvalidStreamMeta",
                           "the length record cannot be read"));
    }
    SNAPTREE_TRY(AddSingle(row, key.user_key, HeadKind::kStreamMeta, malformed));
  }
}

Status HeadCollector::CollectListMetas() {
  ViewCursor cursor(context_.source, context_.scan, FamilyOf(kListMetaPrefix));
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return FlushDeltas();
    MetaKey key;
    const Slice value = row.body.IsResident() ? row.body.resident : Slice();
    switch (ClassifyListMeta(row.key, row.body.size, &key)) {
      case ListMetaClass::kMalformedKey:
        SNAPTREE_TRY(Damaged(row, HeadKind::kListMeta, kMalformedKey,
                             "the key's parts do not fit its length"));
        break;
      case ListMetaClass::kInvalidValue:
        SNAPTREE_TRY(Damaged(row, HeadKind::kListMeta, "RedisInvalidListMeta",
                             "neither a list's window nor a delta"));
        break;
      case ListMetaClass::kBase: {
        const bool malformed = !ParseListMeta(value).has_value();
        if (malformed) {
          SNAPTREE_TRY(Damaged(row, HeadKind::kListMeta, "RedisInvalidListMeta",
                               "the list's window cannot be read"));
        }
        SNAPTREE_TRY(AddSingle(row, key.user_key, HeadKind::kListMeta, malformed));
        break;
      }
      case ListMetaClass::kDelta: {
        const std::optional<ListDelta> delta = ParseListDelta(value);
        if (!delta) {
          SNAPTREE_TRY(Damaged(row, HeadKind::kListDeltas, "RedisInvalidListMeta",
                               "the window delta is not 16 bytes long"));
          break;
        }
        SNAPTREE_TRY(AddDelta(row, HeadKind::kListDeltas, key.user_key, key.delta_commit_ts,
                              delta->length, delta->head));
        break;
      }
    }
  }
}

Status HeadCollector::Collect(bool bare_rows) {
  SNAPTREE_TRY(CollectGroups(kHashFieldPrefix, HeadKind::kHashFields, ParseElement));
  SNAPTREE_TRY(CollectCountMetas(kHashMetaPrefix, HeadKind::kHashMeta, HeadKind::kHashDeltas,
                                 "RedisInvalidHashMeta"));
  SNAPTREE_TRY(CollectGroups(kListItemPrefix, HeadKind::kListItems, ParseItem));
  SNAPTREE_TRY(CollectListMetas());
  SNAPTREE_TRY(CollectSingle(kHashBlobPrefix, HeadKind::kHashBlob));
  SNAPTREE_TRY(CollectSingle(kHllPrefix, HeadKind::kHll));
  SNAPTREE_TRY(CollectSingle(kSetBlobPrefix, HeadKind::kSetBlob));
  SNAPTREE_TRY(CollectSingle(kStreamBlobPrefix, HeadKind::kStreamBlob));
  SNAPTREE_TRY(CollectSingle(kStringPrefix, HeadKind::kString));
  SNAPTREE_TRY(CollectTtl());
  SNAPTREE_TRY(CollectSingle(kZSetBlobPrefix, HeadKind::kZSetBlob));
  SNAPTREE_TRY(CollectGroups(kStreamEntryPrefix, HeadKind::kStreamEntries, ParseEntry));
  SNAPTREE_TRY(CollectStreamMetas());
  SNAPTREE_TRY(CollectGroups(kSetMemberPrefix, HeadKind::kSetMembers, ParseElement));
  SNAPTREE_TRY(CollectCountMetas(kSetMetaPrefix, HeadKind::kSetMeta, HeadKind::kSetDeltas,
                                 "RedisInvalidSetMeta"));
  SNAPTREE_TRY(CollectGroups(kZSetMemberPrefix, HeadKind::kZSetMembers, ParseElement));
  SNAPTREE_TRY(CollectCountMetas(kZSetMetaPrefix, HeadKind::kZSetMeta, HeadKind::kZSetDeltas,
                                 "RedisInvalidZSetMeta"));
  return bare_rows ? CollectBare() : Status::Ok();
}

}  // namespace snaptree::redis
