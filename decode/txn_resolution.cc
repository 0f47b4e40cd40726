#include "decode/txn_resolution.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "adapters/common/json_value.h"
#include "base/cancel.h"
#include "base/coding.h"
#include "base/text.h"
#include "decode/txn_rows.h"
#include "decode/txn_scratch_rows.h"
#include "formats/family_table.h"

namespace snaptree {
namespace {

// What the sorter by transaction holds, in the order in which it must come out of it.
enum class Mark : uint8_t { kCommit = 0, kRollback = 1, kPrimaryLock = 2, kIntent = 3 };

Status IgnoreInvalid(FamilyId /*family*/, const ViewRow& /*row*/, const Status& /*why*/) {
  return {};  // they are booked as damaged by BookInvalidTxnRows()
}

// To pass over the many decisions of transactions that are long done; that two may have one hash
// does no harm.
uint64_t HashOf(Slice transaction) { return std::hash<std::string_view>()(transaction); }

}  // namespace

class TxnResolver {
 public:
  TxnResolver(std::span<const TxnInput> inputs, const TxnOptions& options)
      : inputs_(inputs),
        options_(options),
        transactions_(options.sorter),
        rows_(options.sorter),
        unresolved_(std::make_unique<ExternalSorter>(options.sorter)) {}

  Result<TxnResolution> Run();

 private:
  // A transaction's decision, as its marks tell it.
  struct Verdict {
    bool commits = false;
    bool rolled_back = false;
    bool primary_locked = false;
    uint64_t commit_ts = 0;
  };

  Status CollectTransactions();
  Status CollectDecisions();
  Status CollectIntents();
  Status Decide();
  Status DecideOne(Verdict* verdict, Slice transaction, Slice payload);
  Status Apply(const TxnPlacedIntent& intent, uint64_t commit_ts);
  Status KeepUnresolved(const TxnPlacedIntent& intent, Slice transaction);
  Status WriteRows();
  template <class Take>
  Status ForEachIntent(Take take);
  Status Add(Slice transaction, Mark mark, Slice payload) {
    mark_.assign(1, static_cast<char>(mark));
    mark_.append(payload);
    return transactions_.Add(transaction, mark_);
  }

  std::span<const TxnInput> inputs_;
  const TxnOptions& options_;
  TxnResolution out_;
  std::unordered_set<uint64_t> named_;  // hashes of transactions that hold a lock
  ExternalSorter transactions_;         // by transaction: its marks
  ExternalSorter rows_;                 // by raw key: intents that are applied
  std::unique_ptr<ExternalSorter> unresolved_;
  std::string mark_;
};

// take(input, intent) for every lock of every input.
template <class Take>
Status TxnResolver::ForEachIntent(Take take) {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    TxnIntents intents(*inputs_[i].source, *inputs_[i].scan, IgnoreInvalid);
    TxnIntent intent;
    for (;;) {
      SNAPTREE_ASSIGN(const bool more, intents.Next(&intent));
      if (!more) break;
      SNAPTREE_TRY(take(i, intent));
    }
  }
  return {};
}

Status TxnResolver::CollectTransactions() {
  return ForEachIntent([this](size_t /*input*/, const TxnIntent& intent) {
    named_.insert(HashOf(TransactionName(intent.primary, intent.start_ts)));
    return Status::Ok();
  });
}

Status TxnResolver::CollectDecisions() {
  for (const TxnInput& input : inputs_) {
    SNAPTREE_TRY(ForEachDecision(
        *input.source, *input.scan, IgnoreInvalid, [this](const TxnDecision& decision) -> Status {
          if (!named_.contains(HashOf(decision.transaction))) return {};
          std::string commit_ts;
          AppendBe64(&commit_ts, decision.commit_ts);
          return Add(decision.transaction, decision.commits ? Mark::kCommit : Mark::kRollback,
                     commit_ts);
        }));
  }
  return {};
}

Status TxnResolver::CollectIntents() {
  SNAPTREE_TRY(ForEachIntent([this](size_t /*input*/, const TxnIntent& intent) -> Status {
    if (intent.key != intent.primary) return {};
    return Add(TransactionName(intent.primary, intent.start_ts), Mark::kPrimaryLock, {});
  }));
  return ForEachIntent([this](size_t input, const TxnIntent& intent) -> Status {
    return Add(TransactionName(intent.primary, intent.start_ts), Mark::kIntent,
               TxnPlacedIntent{intent.key, static_cast<uint8_t>(input), intent.deletes,
                               intent.value.position, intent.value.size}
                   .Packed());
  });
}

// The decision stands at K as of commit_ts.
Status TxnResolver::Apply(const TxnPlacedIntent& intent, uint64_t commit_ts) {
  if (options_.read_ts && commit_ts > *options_.read_ts) {
    out_.findings_.Note("txn_after_at", "values of transactions committed after the read timestamp",
                        Printable(intent.key));
    return {};
  }
  out_.findings_.Note("txn_rolled_forward",
                      "values of committed transactions that the node had not applied yet",
                      Printable(intent.key));
  out_.max_commit_ts_ = std::max(out_.max_commit_ts_, commit_ts);
  std::string raw_key = intent.key;
  AppendBe64(&raw_key, ~commit_ts);
  return rows_.Add(raw_key, intent.Packed());
}

Status TxnResolver::KeepUnresolved(const TxnPlacedIntent& intent, Slice transaction) {
  out_.findings_.Warn(
      "txn_unresolved",
      "values of transactions whose decision is in a raft group that was not "
      "given, listed in _internal/txn_unresolved.jsonl: give the files of all groups",
      Printable(intent.key));
  std::string payload = intent.Packed();
  payload.append(transaction);
  return unresolved_->Add(intent.key, payload);
}

Status TxnResolver::DecideOne(Verdict* verdict, Slice transaction, Slice payload) {
  const auto mark = static_cast<Mark>(payload[0]);
  payload.remove_prefix(1);
  switch (mark) {
    case Mark::kCommit:
      verdict->commits = true;
      verdict->commit_ts = LoadBe64(payload.data());
      return {};
    case Mark::kRollback:
      verdict->rolled_back = true;
      return {};
    case Mark::kPrimaryLock:
      verdict->primary_locked = true;
      return {};
    case Mark::kIntent:
      break;
  }
  const TxnPlacedIntent intent = TxnPlacedIntent::Unpack(payload);
  if (verdict->commits && verdict->rolled_back) {
    out_.findings_.Warn(
        "txn_both_records",
        "transactions with a commit record and a rollback record: taken as committed",
        Printable(intent.key));
  }
  if (verdict->commits) return Apply(intent, verdict->commit_ts);
  if (verdict->rolled_back || (options_.all_groups_given && !verdict->primary_locked)) {
    out_.findings_.Note("txn_aborted", "values of transactions that were rolled back",
                        Printable(intent.key));
    return {};
  }
  if (verdict->primary_locked) {
    out_.findings_.Note("txn_pending",
                        "values of transactions that were not decided yet: not committed",
                        Printable(intent.key));
    return {};
  }
  const uint64_t start_ts = LoadBe64(transaction.data() + transaction.size() - sizeof(uint64_t));
  const bool is_in_view = !options_.read_ts || start_ts + 1 <= *options_.read_ts;
  if (options_.apply_unresolved && is_in_view) return Apply(intent, start_ts + 1);
  return KeepUnresolved(intent, transaction);
}

Status TxnResolver::Decide() {
  std::string current;
  Verdict verdict;
  Slice transaction;
  Slice payload;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, transactions_.Next(&transaction, &payload));
    if (!more) return {};
    if (transaction != current) {
      current.assign(transaction);
      verdict = Verdict();
    }
    SNAPTREE_TRY(DecideOne(&verdict, transaction, payload));
  }
}

Status TxnResolver::WriteRows() {
  SNAPTREE_TRY(rows_.Finish());
  if (rows_.size() == 0) return {};
  SNAPTREE_ASSIGN(TxnScratchRows scratch, TxnScratchRows::Create(options_.scratch_folder));
  Slice raw_key;
  Slice payload;
  std::string last;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, rows_.Next(&raw_key, &payload));
    if (!more) break;
    if (raw_key == last) continue;  // one transaction has one value for a key
    last.assign(raw_key);
    const TxnPlacedIntent intent = TxnPlacedIntent::Unpack(payload);
    SNAPTREE_TRY(scratch.Add(raw_key, *inputs_[intent.input].source, intent));
  }
  SNAPTREE_ASSIGN(out_.added_, scratch.Finish());
  return {};
}

Result<TxnResolution> TxnResolver::Run() {
  SNAPTREE_TRY(CollectTransactions());
  SNAPTREE_TRY(CollectDecisions());
  SNAPTREE_TRY(CollectIntents());
  named_.clear();
  SNAPTREE_TRY(transactions_.Finish());
  SNAPTREE_TRY(Decide());
  SNAPTREE_TRY(WriteRows());
  SNAPTREE_TRY(unresolved_->Finish());
  if (unresolved_->size() > 0) out_.unresolved_ = std::move(unresolved_);
  out_.inputs_.assign(inputs_.begin(), inputs_.end());
  return std::move(out_);
}

Result<TxnResolution> TxnResolution::Resolve(std::span<const TxnInput> inputs,
                                             const TxnOptions& options) {
  TxnResolver resolver(inputs, options);
  return resolver.Run();
}

Status TxnResolution::WriteUnresolved(TreeSink& sink, bool* written) {
  *written = unresolved_ != nullptr;
  if (!*written) return {};
  JsonFile file(sink, JsonStyle::kCompact, HtmlEscape::kOff);
  file.Begin("_internal/txn_unresolved.jsonl");
  Slice key;
  Slice payload;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, unresolved_->Next(&key, &payload));
    if (!more) return file.Finish();
    const TxnPlacedIntent intent = TxnPlacedIntent::Unpack(payload);
    const Slice transaction = payload.substr(intent.Packed().size());
    const size_t primary_bytes = transaction.size() - sizeof(uint64_t);
    JsonWriter& json = file.json();
    json.StartObject();
    json.Key("key");
    json.Bytes(key);
    json.Member("op", intent.deletes ? "delete" : "put");
    if (!intent.deletes) {
      json.Key("value");
      SNAPTREE_TRY(file.Value(*inputs_[intent.input].source,
                              {Slice(), intent.value_size, intent.value_position}));
    }
    json.Member("start_ts", LoadBe64(transaction.data() + primary_bytes));
    json.Key("primary");
    json.Bytes(transaction.substr(0, primary_bytes));
    json.EndObject();
    SNAPTREE_TRY(file.EndLine());
  }
}

bool HasLocks(std::span<const TxnInput> inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const TxnInput& input) {
    return input.scan->of(FamilyOf(kLockPrefix)).rows > 0;
  });
}

}  // namespace snaptree
