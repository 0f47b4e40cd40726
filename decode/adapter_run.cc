#include "decode/adapter_run.h"

#include <algorithm>
#include <array>

#include "adapters/common/decode_context.h"
#include "adapters/rawkv/rawkv_decoder.h"
#include "adapters/redis/redis_decoder.h"
#include "adapters/s3/s3_decoder.h"
#include "base/coding.h"
#include "decode/accounting.h"
#include "decode/damaged_rows.h"

namespace snaptree {
namespace {

// Shares of the memory budget; sorters that are in use together.
constexpr double kExpiryShare = 0.05;

using Totals = Result<AdapterTotals>;

// An adapter that needs nothing of another one.
struct AdapterJob {
  AdapterId adapter;
  Totals (*decode)(const DecodeContext& context, const DecodeOptions& options);
};

Totals DecodeS3(const DecodeContext& context, const DecodeOptions& options) {
  return s3::DecodeS3(context,
                      {options.include_incomplete_uploads, options.include_orphans,
                       options.rename_s3_collisions, options.check_etags, options.threads});
}

constexpr std::array kJobs = {AdapterJob{AdapterId::kS3, DecodeS3}};

bool IsSelected(const DecodeOptions& options, AdapterId adapter) {
  if (options.adapters.empty()) return true;
  return std::any_of(options.adapters.begin(), options.adapters.end(),
                     [&](const std::string& n) { return n == "all" || n == AdapterName(adapter); });
}

class Runner {
 public:
  Runner(const AdapterRun& run, DecodeReport* report)
      : run_(run), report_(*report), damaged_(run.source, run.sink) {}

  Status Run();

 private:
  bool IsSelected(AdapterId adapter) const { return snaptree::IsSelected(run_.options, adapter); }
  void BookUndecoded();
  DecodeContext NewContext(RowLedger& ledger, Findings& findings) const;
  Status RunRedis(ExternalSorter* expiries);
  Status RunRedisAndRawKv();
  void Report(AdapterId adapter, AdapterTotals totals);
  Status Close();

  const AdapterRun& run_;
  DecodeReport& report_;
  RowLedger ledger_;
  DamagedRows damaged_;
};

// Data rows of adapters that are not selected, or that this version cannot decode.
void Runner::BookUndecoded() {
  std::array<uint64_t, kAdapterCount> left{};
  for (size_t i = 0; i < Families().size(); ++i) {
    const Family& family = Families()[i];
    if (family.family_class != FamilyClass::kData) continue;
    const AdapterId owner =
        i == BareFamily() && run_.options.bare_rows_as_redis ? AdapterId::kRedis : family.adapter;
    const bool decodable = IsDecoded(owner);
    if (decodable && IsSelected(owner)) continue;
    const uint64_t live = run_.scan.families[i].live;
    ledger_.Add(static_cast<FamilyId>(i), RowLedger::Place::kExcluded, live);
    if (decodable || !IsSelected(owner)) continue;
    left[static_cast<size_t>(owner)] += live;
    report_.not_decoded += live;
  }
  for (size_t i = 0; i < kAdapterCount; ++i) {
    if (left[i] == 0) continue;
    report_.findings.Warn("not_decoded", "rows of adapters that this version cannot decode yet",
                          AdapterName(static_cast<AdapterId>(i)), left[i]);
  }
  const uint64_t locks = run_.scan.of(FamilyOf("!txn|lock|")).live;
  if (locks > 0) {
    report_.findings.Warn(
        "txn_pending",
        "keys locked by transactions, whose committed values are not rolled forward yet", {},
        locks);
  }
}

DecodeContext Runner::NewContext(RowLedger& ledger, Findings& findings) const {
  return {run_.source,
          run_.scan,
          run_.sink,
          findings,
          ledger,
          run_.progress,
          run_.sorter_options,
          run_.filter,
          run_.options.salvage,
          run_.options.bare_rows_as_redis,
          run_.options.extensions};
}

Status Runner::RunRedis(ExternalSorter* expiries) {
  const bool raw = IsSelected(AdapterId::kRawkv) && !run_.options.bare_rows_as_redis;
  redis::RedisOptions redis;
  if (raw && run_.scan.of(BareFamily()).live > 0) {
    redis.bare_expiry = [expiries](Slice key, uint64_t expire_at_ms) {
      std::string payload;
      AppendBe64(&payload, expire_at_ms);
      return expiries->Add(key, payload);
    };
  }
  if (IsSelected(AdapterId::kRedis)) {
    SNAPTREE_ASSIGN(const redis::RedisTotals totals,
                    redis::DecodeRedis(NewContext(ledger_, report_.findings), redis));
    Report(AdapterId::kRedis, {totals.keys, totals.losses, {}, {}});
    return {};
  }
  // Without the Redis adapter its TTL rows still tell when old bare strings expire.
  if (!redis.bare_expiry || run_.scan.of(FamilyOf("!redis|ttl|")).live == 0) return {};
  redis.write = false;
  RowLedger nowhere;
  Findings unheard;
  return redis::DecodeRedis(NewContext(nowhere, unheard), redis).status();
}

Status Runner::RunRedisAndRawKv() {
  ExternalSorter expiries(run_.sorter_options(kExpiryShare));
  SNAPTREE_TRY(RunRedis(&expiries));
  SNAPTREE_TRY(expiries.Finish());
  if (!IsSelected(AdapterId::kRawkv) || run_.options.bare_rows_as_redis) return {};
  SNAPTREE_ASSIGN(const uint64_t rows,
                  DecodeRawKv(NewContext(ledger_, report_.findings), &expiries));
  AdapterTotals totals;
  totals.records = rows;
  if (rows > 0) totals.extensions.push_back("rawkv");
  Report(AdapterId::kRawkv, std::move(totals));
  return {};
}

void Runner::Report(AdapterId adapter, AdapterTotals totals) {
  report_.adapters.push_back(
      {AdapterName(adapter), true, totals.records, {}, std::move(totals.scopes)});
  report_.losses += totals.losses;
  report_.records += totals.records;
  report_.extensions.insert(report_.extensions.end(), totals.extensions.begin(),
                            totals.extensions.end());
}

// All rows are booked; the report gets its sums.
Status Runner::Close() {
  for (size_t i = 0; i < kAdapterCount; ++i) {
    const char* name = AdapterName(static_cast<AdapterId>(i));
    const bool there = std::any_of(report_.adapters.begin(), report_.adapters.end(),
                                   [name](const AdapterReport& a) { return a.name == name; });
    if (!there) report_.adapters.push_back({name, false, 0, {}, {}});
  }
  SNAPTREE_TRY(Account(run_.scan, ledger_, &report_));
  report_.damaged.insert(report_.damaged.end(), ledger_.damaged().begin(), ledger_.damaged().end());
  report_.losses += run_.scan.DamagedRows();
  return {};
}

Status Runner::Run() {
  SNAPTREE_TRY(damaged_.KeepUnreadable(run_.scan, &report_.damaged));
  ledger_.SetKeepDamaged([this](FamilyId family, const ViewRow& row, const Status& why) {
    return damaged_.Keep(family, row, why);
  });
  BookUndecoded();
  for (const AdapterJob& job : kJobs) {
    if (!IsSelected(job.adapter)) continue;
    SNAPTREE_ASSIGN(AdapterTotals totals,
                    job.decode(NewContext(ledger_, report_.findings), run_.options));
    Report(job.adapter, std::move(totals));
  }
  SNAPTREE_TRY(RunRedisAndRawKv());
  SNAPTREE_TRY(DecodeUnknownRows(NewContext(ledger_, report_.findings)).status());
  SNAPTREE_TRY(damaged_.Finish());
  return Close();
}

}  // namespace

bool IsDecoded(AdapterId adapter) {
  if (adapter == AdapterId::kRedis || adapter == AdapterId::kRawkv) return true;
  return std::any_of(kJobs.begin(), kJobs.end(),
                     [adapter](const AdapterJob& job) { return job.adapter == adapter; });
}

Status CheckAdapterNames(const DecodeOptions& options) {
  for (const std::string& name : options.adapters) {
    bool found = name == "all";
    for (size_t i = 0; i + 1 < kAdapterCount; ++i) {
      const auto adapter = static_cast<AdapterId>(i);
      if (name != AdapterName(adapter)) continue;
      found = true;
      if (IsDecoded(adapter)) continue;
      return UsageError("AdapterNotAvailable", "this version cannot decode " + name)
          .Next("leave --adapter away: rows of other adapters are counted and reported");
    }
    if (!found) {
      return UsageError("UnknownAdapter", "there is no adapter of this name")
          .Expected("one of dynamodb, s3, redis, sqs, rawkv, fs, all")
          .Found(name);
    }
  }
  return {};
}

Status RunAdapters(const AdapterRun& run, DecodeReport* report) {
  Runner runner(run, report);
  return runner.Run();
}

}  // namespace snaptree
