#include "decode/txn_rows.h"

#include "base/coding.h"
#include "base/text.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

constexpr char kVersion1 = '\x01';
constexpr size_t kLockHeadBytes = 26;    // version, startTS, ttl, flags, length
constexpr size_t kIntentHeadBytes = 18;  // version, startTS, op, length
constexpr uint64_t kMaxLockBytes = kLockHeadBytes + kMaxKeyBytes;

Status Invalid(const char* what) { return DataError("TxnInvalidRow", what); }

// The raw key behind the family's prefix: the same for a lock and its intent, and in the same
// order.
void PlaceOf(const ViewRow& row, Slice prefix, std::string* place) {
  place->assign(row.key.substr(prefix.size()));
  AppendBe64(place, ~row.commit_ts);
}

Status ParseLock(const RowSource& source, const ViewRow& row, TxnIntent* out) {
  if (row.body.size < kLockHeadBytes || row.body.size > kMaxLockBytes)
    return Invalid("a lock has a wrong length");
  std::string storage;
  SNAPTREE_ASSIGN(const Slice value, LoadValue(source, row.body, &storage));
  const uint64_t primary_bytes = LoadBe64(value.data() + 18);
  if (value[0] != kVersion1) return Invalid("a lock of an unknown version");
  if (primary_bytes != value.size() - kLockHeadBytes)
    return Invalid("a lock's length does not fit its primary key");
  out->start_ts = LoadBe64(value.data() + 1);
  if (out->start_ts != row.commit_ts) return Invalid("a lock stands at another time than it says");
  out->primary.assign(value.substr(kLockHeadBytes));
  return {};
}

Status ParseIntent(const ViewRow& row, TxnIntent* out) {
  const Slice head = row.body.resident.substr(0, kIntentHeadBytes);
  if (head.size() < kIntentHeadBytes) return Invalid("an intent has a wrong length");
  if (head[0] != kVersion1) return Invalid("an intent of an unknown version");
  if (LoadBe64(head.data() + 1) != out->start_ts)
    return Invalid("an intent and its lock name different transactions");
  const auto op = static_cast<uint8_t>(head[9]);
  if (op > 1) return Invalid("an intent of an unknown kind");
  if (LoadBe64(head.data() + 10) != row.body.size - kIntentHeadBytes)
    return Invalid("an intent's length does not fit its value");
  out->deletes = op == 1;
  out->value = {row.body.resident.substr(kIntentHeadBytes), row.body.size - kIntentHeadBytes,
                row.body.position + kIntentHeadBytes};
  return {};
}

}  // namespace

TxnIntents::TxnIntents(const RowSource& source, const ScanResult& scan, TakeInvalid take_invalid)
    : take_invalid_(std::move(take_invalid)),
      source_(source),
      locks_(source, scan, FamilyOf(kLockPrefix)),
      intents_(source, scan, FamilyOf(kIntentPrefix)) {}

// The next version that is a lock and stayed one.
Result<bool> TxnIntents::NextLock() {
  std::string before;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, locks_.Next(&lock_));
    if (!more) return false;
    before.swap(lock_place_);
    PlaceOf(lock_, kLockPrefix, &lock_place_);
    bool& removed =
        removed_.Find(lock_place_.size() - kTimestampBytes, CommonPrefix(before, lock_place_));
    const bool is_settled = removed;
    removed = lock_.is_deletion;
    const bool is_lock = !lock_.is_deletion && lock_.verdict != Verdict::kDamaged;
    if (is_lock && !is_settled) return true;
  }
}

// Goes to the intent at the lock's place; false when there is none.
Result<bool> TxnIntents::NextIntent() {
  while (!intents_ended_ && (!intents_begun_ || intent_place_ < lock_place_)) {
    SNAPTREE_ASSIGN(const bool more, intents_.Next(&intent_));
    intents_begun_ = true;
    intents_ended_ = !more;
    intent_reported_ = false;
    if (more) PlaceOf(intent_, kIntentPrefix, &intent_place_);
  }
  return !intents_ended_ && intent_place_ == lock_place_ && !intent_.is_deletion &&
         intent_.verdict != Verdict::kDamaged;
}

// False: what stands there is invalid, and was reported.
Result<bool> TxnIntents::Pair(TxnIntent* out) {
  if (Status s = ParseLock(source_, lock_, out); !s.ok()) {
    if (s.kind() != ErrorKind::kData) return s;
    SNAPTREE_TRY(take_invalid_(FamilyOf(kLockPrefix), lock_, s));
    return false;
  }
  SNAPTREE_ASSIGN(const bool found, NextIntent());
  if (!found) {
    SNAPTREE_TRY(take_invalid_(FamilyOf(kLockPrefix), lock_, Invalid("a lock without its intent")));
    return false;
  }
  if (Status s = ParseIntent(intent_, out); !s.ok()) {
    if (!intent_reported_) SNAPTREE_TRY(take_invalid_(FamilyOf(kIntentPrefix), intent_, s));
    intent_reported_ = true;  // of two inputs there can be two locks for it
    return false;
  }
  out->key.assign(lock_.key.substr(kLockPrefix.size()));
  return true;
}

Result<bool> TxnIntents::Next(TxnIntent* out) {
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, NextLock());
    if (!more) return false;
    SNAPTREE_ASSIGN(const bool valid, Pair(out));
    if (valid) return true;
  }
}

std::string TransactionName(Slice primary, uint64_t start_ts) {
  std::string name(primary);
  AppendBe64(&name, start_ts);
  return name;
}

Status ForEachDecision(const RowSource& source, const ScanResult& scan,
                       const TxnIntents::TakeInvalid& take_invalid,
                       const std::function<Status(const TxnDecision&)>& take) {
  TxnDecision decision;
  ViewRow row;
  for (const Slice prefix : {kCommitPrefix, kRollbackPrefix}) {
    decision.commits = prefix == kCommitPrefix;
    const FamilyId family = FamilyOf(prefix);
    const size_t size = decision.commits ? 9 : 1;
    ViewCursor cursor(source, scan, family);
    for (;;) {
      SNAPTREE_ASSIGN(const bool more, cursor.Next(&row));
      if (!more) break;
      if (row.is_deletion || row.verdict == Verdict::kDamaged) continue;
      const Slice value = row.body.resident;
      if (row.body.size != size || value[0] != kVersion1 ||
          row.key.size() < prefix.size() + sizeof(uint64_t)) {
        SNAPTREE_TRY(take_invalid(family, row, Invalid("a record of a decision cannot be read")));
        continue;
      }
      decision.transaction.assign(row.key.substr(prefix.size()));
      decision.commit_ts = decision.commits ? LoadBe64(value.data() + 1) : 0;
      SNAPTREE_TRY(take(decision));
    }
  }
  return {};
}

}  // namespace snaptree
