#include "decode/adapter_run.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "adapters/common/decode_context.h"
#include "adapters/rawkv/rawkv_decoder.h"
#include "adapters/redis/redis_decoder.h"
#include "base/coding.h"
#include "base/worker_pool.h"
#include "decode/accounting.h"
#include "decode/adapter_jobs.h"
#include "decode/adapter_selection.h"
#include "decode/damaged_rows.h"
#include "decode/txn_rows.h"

namespace snaptree {
namespace {

// Shares of the memory budget; sorters that are in use together.
constexpr double kExpiryShare = 0.05;
constexpr double kDamagedShare = 0.02;
constexpr double kUnknownShare = 0.05;

// What one or two adapters do, beside others: their own accounts, which are added up in a fixed
// order.
struct Part {
  Part(RowLedger own_ledger, std::function<Status(Part&)> what, uint64_t bytes)
      : work(std::move(what)), size(bytes), ledger(std::move(own_ledger)) {}

  std::function<Status(Part&)> work;
  uint64_t size;  // bytes of live rows
  RowLedger ledger;
  Findings findings;
  Progress progress;
  std::vector<std::pair<AdapterId, AdapterTotals>> totals;
};

class Runner {
 public:
  Runner(const AdapterRun& run, DecodeReport* report)
      : run_(run),
        report_(*report),
        workers_(std::max(1U, run.threads)),
        damaged_(run.source, run.sink, run.sorter_options(kDamagedShare)),
        ledger_(run.source, [this](FamilyId family, const ViewRow& row,
                                   const Status& why) { return damaged_.Keep(family, row, why); }),
        unknown_(run.sorter_options(kUnknownShare)) {}

  Status Run();

 private:
  // By --adapter.
  bool IsSelected(AdapterId adapter) const { return IsAdapterSelected(run_.options, adapter); }
  // Selected, and --include and the like may select records of it.
  bool IsWanted(AdapterId adapter) const {
    return IsSelected(adapter) &&
           run_.filter.MaySelectBelow(std::string(AdapterName(adapter)) + "/");
  }
  void BookUnwanted();
  Status BookInvalidTransactions();
  uint64_t LiveBytes(AdapterId adapter) const;
  void AddPart(std::function<Status(Part&)> work, uint64_t size);
  void AddParts();
  Status RunParts();
  size_t PartsBeside() const;
  bool IsShown(const Part& part) const;
  DecodeContext ContextOf(Part& part);
  Status RunRedis(Part& part, ExternalSorter* expiries);
  Status RunRedisAndRawKv(Part& part);
  void Report(AdapterId adapter, AdapterTotals totals);
  Status Close();
  Status LookAgain();

  const AdapterRun& run_;
  DecodeReport& report_;
  WorkerPool workers_;
  DamagedRows damaged_;
  RowLedger ledger_;
  SortedRows unknown_;                        // of all adapters
  std::vector<std::unique_ptr<Part>> parts_;  // in the order in which they are accounted
};

// Data rows of adapters that nobody asked for.
void Runner::BookUnwanted() {
  for (size_t i = 0; i < Families().size(); ++i) {
    const Family& family = Families()[i];
    if (family.family_class != FamilyClass::kData) continue;
    const bool as_redis = i == BareFamily() && run_.options.bare_rows_as_redis;
    if (IsWanted(as_redis ? AdapterId::kRedis : family.adapter)) continue;
    ledger_.Add(static_cast<FamilyId>(i), RowLedger::Place::kExcluded, run_.scan.families[i].live);
  }
}

// Rows of transactions that nobody can read are damaged rows like any other.
Status Runner::BookInvalidTransactions() {
  const auto book = [this](FamilyId family, const ViewRow& row, const Status& why) {
    return ledger_.AddDamaged(family, row, why);
  };
  TxnIntents intents(run_.source, run_.scan, book);
  TxnIntent intent;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, intents.Next(&intent));
    if (!more) break;
  }
  return ForEachDecision(run_.source, run_.scan, book,
                         [](const TxnDecision& /*decision*/) { return Status::Ok(); });
}

uint64_t Runner::LiveBytes(AdapterId adapter) const {
  uint64_t bytes = 0;
  for (size_t i = 0; i < Families().size(); ++i) {
    if (Families()[i].adapter == adapter) bytes += run_.scan.families[i].live_bytes;
  }
  return bytes;
}

// How many parts with rows run at a time; those without need next to no memory.
size_t Runner::PartsBeside() const {
  const auto busy =
      std::count_if(parts_.begin(), parts_.end(), [](const auto& part) { return part->size > 0; });
  return std::clamp<size_t>(static_cast<size_t>(busy), 1, workers_.threads());
}

// Whether a part's own progress is that of the run: no other one has anything to show.
bool Runner::IsShown(const Part& part) const {
  return workers_.threads() == 1 || (part.size > 0 && PartsBeside() == 1);
}

DecodeContext Runner::ContextOf(Part& part) {
  const size_t beside = PartsBeside();
  const double share = 1.0 / static_cast<double>(beside);
  return {.source = run_.source,
          .scan = run_.scan,
          .sink = run_.sink,
          .findings = part.findings,
          .ledger = part.ledger,
          .progress = IsShown(part) ? run_.progress : part.progress,
          .sorter_options = [this, share](double of) { return run_.sorter_options(of * share); },
          .filter = run_.filter,
          .unknown = unknown_,
          .workers = workers_,
          .memory_bytes = run_.options.memory_bytes / beside,
          .least_piece_bytes = run_.options.least_piece_bytes,
          .salvage = run_.options.salvage,
          .bare_rows_as_redis = run_.options.bare_rows_as_redis,
          .extensions = run_.options.extensions,
          .all_groups_given = run_.all_groups_given};
}

Status Runner::RunRedis(Part& part, ExternalSorter* expiries) {
  const bool raw = IsWanted(AdapterId::kRawkv) && !run_.options.bare_rows_as_redis;
  redis::RedisOptions redis;
  redis.jsonl = run_.options.jsonl;
  redis.bundle_bytes = run_.options.bundle_bytes;
  if (raw && run_.scan.of(BareFamily()).live > 0) {
    redis.bare_expiry = [expiries](Slice key, uint64_t expire_at_ms) {
      std::string payload;
      AppendBe64(&payload, expire_at_ms);
      return expiries->Add(key, payload);
    };
  }
  if (IsWanted(AdapterId::kRedis)) {
    SNAPTREE_ASSIGN(AdapterTotals totals, redis::DecodeRedis(ContextOf(part), redis));
    part.totals.emplace_back(AdapterId::kRedis, std::move(totals));
    return {};
  }
  // Without the Redis adapter its TTL rows still tell when old bare strings expire.
  if (!redis.bare_expiry || run_.scan.of(FamilyOf("!redis|ttl|")).live == 0) return {};
  redis.write = false;
  const auto forget = [](FamilyId, const ViewRow&, const Status&) { return Status::Ok(); };
  Part aside(RowLedger(run_.source, forget), nullptr, 0);
  return redis::DecodeRedis(ContextOf(aside), redis).status();
}

Status Runner::RunRedisAndRawKv(Part& part) {
  ExternalSorter expiries(ContextOf(part).sorter_options(kExpiryShare));
  SNAPTREE_TRY(RunRedis(part, &expiries));
  SNAPTREE_TRY(expiries.Finish());
  if (!IsWanted(AdapterId::kRawkv) || run_.options.bare_rows_as_redis) return {};
  AdapterTotals totals;
  SNAPTREE_ASSIGN(totals.records, DecodeRawKv(ContextOf(part), &expiries));
  if (totals.records > 0) totals.extensions.push_back("rawkv");
  part.totals.emplace_back(AdapterId::kRawkv, std::move(totals));
  return {};
}

void Runner::AddPart(std::function<Status(Part&)> work, uint64_t size) {
  parts_.push_back(std::make_unique<Part>(ledger_.Empty(), std::move(work), size));
}

void Runner::AddParts() {
  for (const AdapterJob& job : AdapterJobs()) {
    if (!IsWanted(job.adapter)) continue;
    const auto work = [this, &job](Part& part) -> Status {
      SNAPTREE_ASSIGN(AdapterTotals totals, job.decode(ContextOf(part), run_.options));
      part.totals.emplace_back(job.adapter, std::move(totals));
      return {};
    };
    AddPart(work, LiveBytes(job.adapter));
  }
  AddPart([this](Part& part) { return RunRedisAndRawKv(part); },
          LiveBytes(AdapterId::kRedis) + LiveBytes(AdapterId::kRawkv));
}

// The largest ones begin first, so that they do not end last.
Status Runner::RunParts() {
  std::vector<Part*> by_size;
  for (const auto& part : parts_) by_size.push_back(part.get());
  std::stable_sort(by_size.begin(), by_size.end(),
                   [](const Part* a, const Part* b) { return a->size > b->size; });
  const bool counts_parts = PartsBeside() > 1;
  if (counts_parts) run_.progress.Begin("write records", "adapters", parts_.size());
  std::vector<WorkerPool::Job> jobs;
  jobs.reserve(by_size.size());
  for (Part* part : by_size) {
    jobs.emplace_back([this, part, counts_parts] {
      Status status = part->work(*part);
      if (counts_parts) run_.progress.done.fetch_add(1, std::memory_order_relaxed);
      return status;
    });
  }
  SNAPTREE_TRY(workers_.Run(jobs));
  for (const auto& part : parts_) {
    ledger_.Merge(part->ledger);
    report_.findings.Merge(part->findings);
    for (auto& [adapter, totals] : part->totals) Report(adapter, std::move(totals));
  }
  return {};
}

void Runner::Report(AdapterId adapter, AdapterTotals totals) {
  AdapterReport& entry = report_.adapters[static_cast<size_t>(adapter)];
  entry.records = totals.records;
  entry.scopes = std::move(totals.scopes);
  report_.losses += totals.losses;
  report_.records += totals.records;
  // In an order that does not depend on pieces, each of which has named its own.
  std::sort(totals.extensions.begin(), totals.extensions.end());
  report_.extensions.insert(report_.extensions.end(), totals.extensions.begin(),
                            totals.extensions.end());
}

// All rows are booked; the report gets its sums.
Status Runner::Close() {
  report_.unmatched = run_.filter.unmatched();
  if (!report_.unmatched.empty()) {
    report_.findings.Warn("nothing_matched", "patterns that no record's address matches",
                          report_.unmatched[0].pattern, report_.unmatched.size());
  }
  SNAPTREE_TRY(Account(run_.scan, ledger_, &report_));
  report_.losses += run_.scan.DamagedRows();
  return {};
}

Status Runner::LookAgain() {
  if (!run_.options.look_again) return {};
  const auto forget = [](FamilyId, const ViewRow&, const Status&) { return Status::Ok(); };
  Part aside(RowLedger(run_.source, forget), nullptr, 0);
  return run_.options.look_again(ContextOf(aside), report_);
}

Status Runner::Run() {
  for (size_t i = 0; i < kAdapterCount; ++i) {
    const auto adapter = static_cast<AdapterId>(i);
    const bool decoded = adapter != AdapterId::kInternal && IsSelected(adapter);
    report_.adapters.push_back({AdapterName(adapter), decoded, 0, {}, {}});
  }
  SNAPTREE_TRY(damaged_.KeepUnreadable(run_.scan));
  BookUnwanted();
  SNAPTREE_TRY(BookInvalidTransactions());
  AddParts();
  SNAPTREE_TRY(RunParts());
  Part unknown(ledger_.Empty(), nullptr, 0);
  SNAPTREE_TRY(DecodeUnknownRows(ContextOf(unknown)).status());
  ledger_.Merge(unknown.ledger);
  report_.findings.Merge(unknown.findings);
  SNAPTREE_ASSIGN(report_.damaged, damaged_.Finish());
  SNAPTREE_TRY(Close());
  return LookAgain();
}

}  // namespace

Status RunAdapters(const AdapterRun& run, DecodeReport* report) {
  Runner runner(run, report);
  return runner.Run();
}

}  // namespace snaptree
