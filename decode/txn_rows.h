// The rows of two-phase commits (spec 06 chapter 5, spec 01 chapter 9):
//
//   "!txn|lock|" K                    01, u64be startTS, u64be ttl HLC, u8 flags (bit 0: K is the
//                                     primary), u64be length, primary key
//   "!txn|int|" K                     01, u64be startTS, u8 op (0 put, 1 delete), u64be length,
//   value
//   "!txn|cmt|" primary u64be startTS  01, u64be commitTS
//   "!txn|rb|" primary u64be startTS   01
//
// K and primary are whole logical keys. Lock and intent stand at commit timestamp startTS.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "formats/scan.h"
#include "formats/view_cursor.h"

namespace snaptree {

inline constexpr Slice kLockPrefix = "!txn|lock|";
inline constexpr Slice kIntentPrefix = "!txn|int|";
inline constexpr Slice kCommitPrefix = "!txn|cmt|";
inline constexpr Slice kRollbackPrefix = "!txn|rb|";

// A lock with its intent: what a transaction wants K to become.
struct TxnIntent {
  std::string key;      // K
  std::string primary;  // decides: the transaction is (primary, start_ts)
  uint64_t start_ts = 0;
  bool deletes = false;
  ValueRef value;  // of a put; lives until the next one is asked for
};

// The locks of a source with their intents: every version of a lock that the version behind it in
// time did not remove. (Where one did, what was decided stands at K already. A node can leave lock
// above lock: spec 01 chapter 9, stacked locks.)
class TxnIntents {
 public:
  // A row that is no lock or intent, or a lock without its intent ("TxnInvalidRow").
  using TakeInvalid = std::function<Status(FamilyId family, const ViewRow& row, const Status& why)>;

  TxnIntents(const RowSource& source, const ScanResult& scan, TakeInvalid take_invalid);

  // In the order of the lock rows; false at the end.
  Result<bool> Next(TxnIntent* out);

 private:
  Result<bool> NextLock();
  Result<bool> NextIntent();
  Result<bool> Pair(TxnIntent* out);

  TakeInvalid take_invalid_;
  const RowSource& source_;
  ViewCursor locks_;
  ViewCursor intents_;
  ViewRow lock_;
  ViewRow intent_;
  std::string lock_place_;    // raw key of lock_ behind the family's prefix
  std::string intent_place_;  // of intent_
  bool intents_begun_ = false;
  bool intents_ended_ = false;
  bool intent_reported_ = false;
  OpenKeys<bool> removed_;  // by K: the version before (a newer one) removed the lock
};

// A decision: a commit or rollback record.
struct TxnDecision {
  std::string transaction;  // primary key and u64be startTS, as in TransactionName()
  bool commits = false;
  uint64_t commit_ts = 0;
};

// What identifies a transaction among all inputs.
std::string TransactionName(Slice primary, uint64_t start_ts);

// All commit and rollback records of a source. Rows that are none go to take_invalid.
Status ForEachDecision(const RowSource& source, const ScanResult& scan,
                       const TxnIntents::TakeInvalid& take_invalid,
                       const std::function<Status(const TxnDecision&)>& take);

}  // namespace snaptree
