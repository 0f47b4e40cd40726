#include "tests/support/decoded_rows.h"

#include <algorithm>
#include <stdexcept>

#include "adapters/common/decode_context.h"
#include "adapters/rawkv/rawkv_decoder.h"
#include "adapters/redis/redis_decoder.h"
#include "base/coding.h"
#include "decode/accounting.h"
#include "decode/damaged_rows.h"
#include "formats/open_input.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

void Require(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.Message());
}

template <class T>
T Take(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(result.status().Message());
  return *std::move(result);
}

const char* SeverityName(Severity severity) {
  return severity == Severity::kNote ? "note" : "warning";
}

// Rows of other adapters, which are not decoded here.
void BookOthers(const ScanResult& scan, RowLedger* ledger, DecodeReport* report) {
  for (size_t i = 0; i < Families().size(); ++i) {
    const Family& family = Families()[i];
    const bool ours = family.adapter == AdapterId::kRedis || family.adapter == AdapterId::kRawkv;
    if (ours || family.family_class != FamilyClass::kData) continue;
    ledger->Add(static_cast<FamilyId>(i), RowLedger::Place::kExcluded, scan.families[i].live);
    report->not_decoded += scan.families[i].live;
  }
}

void DecodeInto(const OpenedInput& input, const DecodeRowsOptions& options, MemoryTree* tree,
                DecodedRows* out) {
  const TempFolder scratch;
  const ScanResult scan = Take(ScanContainer(*input.container, {options.at, false, nullptr}));
  RowLedger ledger;
  Progress progress;
  DecodeReport& report = out->report;
  report.findings = scan.findings;
  report.read_ts = scan.read_ts;
  const auto sorter_options = [&](double) {
    return SorterOptions{options.sorter_bytes, [&]() -> Result<std::string> {
                           ++out->scratch_folders_asked;
                           return scratch.path();
                         }};
  };
  const DecodeContext context{input.container->rows(),
                              scan,
                              *tree,
                              report.findings,
                              ledger,
                              progress,
                              sorter_options,
                              options.salvage,
                              options.bare_rows_as_redis};
  BookOthers(scan, &ledger, &report);
  DamagedRows damaged(context.source, *tree);
  Require(damaged.KeepUnreadable(scan, &report.damaged));
  ledger.SetKeepDamaged([&damaged](FamilyId family, const ViewRow& row, const Status& why) {
    return damaged.Keep(family, row, why);
  });
  ExternalSorter expiries(sorter_options(0));
  redis::RedisOptions redis;
  if (!options.bare_rows_as_redis) {
    redis.bare_expiry = [&expiries](Slice key, uint64_t expire_at_ms) {
      std::string payload;
      AppendBe64(&payload, expire_at_ms);
      return expiries.Add(key, payload);
    };
  }
  const redis::RedisTotals totals = Take(redis::DecodeRedis(context, redis));
  report.records = totals.keys;
  report.losses = totals.losses + scan.DamagedRows();
  Require(expiries.Finish());
  if (!options.bare_rows_as_redis) report.records += Take(DecodeRawKv(context, &expiries));
  Take(DecodeUnknownRows(context));
  Require(damaged.Finish());
  for (const char* name : {"redis", "rawkv"}) report.adapters.push_back({name, true, 0, {}});
  Require(Account(scan, ledger, &report));
  report.damaged.insert(report.damaged.end(), ledger.damaged().begin(), ledger.damaged().end());
}

}  // namespace

std::string DecodedRows::finding(const std::string& code) const {
  const auto found = report.findings.by_code().find(code);
  if (found == report.findings.by_code().end()) return "";
  return std::string(SeverityName(found->second.severity)) + " " +
         std::to_string(found->second.count);
}

std::vector<std::string> DecodedRows::findings() const {
  std::vector<std::string> out;
  for (const auto& [code, finding] : report.findings.by_code()) {
    out.push_back(std::string(SeverityName(finding.severity)) + " " + code + " " +
                  std::to_string(finding.count));
  }
  return out;
}

std::vector<std::string> DecodedRows::damaged_codes() const {
  std::vector<std::string> out;
  for (const DamagedRecord& row : report.damaged) out.push_back(row.code);
  return out;
}

DecodedRows DecodeRows(const SnapshotBuilder& snapshot, const DecodeRowsOptions& options) {
  const std::string bytes = snapshot.Bytes();
  const MemoryFile file(bytes);
  const OpenedInput input = Take(OpenInput(file.path(), {}));
  MemoryTree tree;
  DecodedRows out;
  DecodeInto(input, options, &tree, &out);
  if (!tree.open().empty()) throw std::runtime_error("never closed: " + *tree.open().begin());
  out.files = tree.files();
  const RowClasses& rows = out.report.rows;
  if (rows.total != snapshot.Rows().size()) throw std::runtime_error("rows are not all counted");
  if (rows.Sum() != rows.total) throw std::runtime_error("rows do not add up");
  const auto damaged = out.files.find("unknown/damaged/rows.jsonl");
  const uint64_t kept =
      damaged == out.files.end()
          ? 0
          : static_cast<uint64_t>(std::count(damaged->second.begin(), damaged->second.end(), '\n'));
  if (kept != rows.damaged) throw std::runtime_error("damaged rows are not all kept");
  return out;
}

}  // namespace snaptree::test
