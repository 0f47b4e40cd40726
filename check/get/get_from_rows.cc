// The record of a snapshot whose rows are known: the adapters of a decode, given the rows of the
// record alone where its address tells them. Where it does not, more is read, and once the record
// is there its rows are looked for again: damage elsewhere is no damage of this record.
#include <algorithm>

#include "check/get/get_parts.h"
#include "check/get/one_file_sink.h"
#include "check/get/record_damage.h"
#include "check/get/record_losses.h"
#include "check/get/rows_decoder.h"
#include "check/scope_filter.h"

#include "adapters/dynamodb/dynamodb_item_json.h"
#include "adapters/dynamodb/dynamodb_record_rows.h"
#include "adapters/fs/fs_paths.h"
#include "adapters/redis/redis_record_rows.h"
#include "adapters/s3/s3_record_rows.h"
#include "adapters/sqs/sqs_record_rows.h"
#include "formats/row_lookup.h"

namespace snaptree {
namespace {

struct RecordFinder {
  const char* adapter;
  FindRecordRows find;
};
constexpr RecordFinder kFinders[] = {
    {"dynamodb", dynamodb::RowsOfRecord},
    {"redis", redis::RowsOfRecord},
    {"s3", s3::RowsOfRecord},
    {"sqs", sqs::RowsOfRecord},
};

class Getter {
 public:
  Getter(const ScannedSnapshot& snapshot, const GetOptions& options, GetReport* report)
      : snapshot_(snapshot),
        options_(options),
        report_(*report),
        kind_(KindOfAddress(options.address)),
        adapter_(AdapterOfAddress(options.address)),
        lookup_(snapshot.rows, snapshot.scan),
        decoder_(snapshot, options, adapter_),
        sink_(options.address, [this](Slice bytes) { return Take(bytes); }) {
    if (kind_ == AddressKind::kRecord && adapter_ == "fs") sink_.Keep(std::string(fs::kInodesPath));
  }

  Status Run();

 private:
  Status Take(Slice bytes);
  Result<RecordRows> FindRows(size_t max_looks);
  Status TryRecord();
  Status TryAdapter();
  Status TryScope();
  void TakeFound() {
    report_.found = sink_.complete();
    report_.bytes = sink_.bytes();
  }
  Result<bool> JudgeItsRows();
  Status TellOfRows(const std::vector<KeyRange>& rows, const DecodeReport& decoded);
  Status TellOfAdapter(const DecodeReport& decoded);
  void TellOfUnresolved();

  const ScannedSnapshot& snapshot_;
  const GetOptions& options_;
  GetReport& report_;
  const AddressKind kind_;
  const std::string adapter_;
  RowLookup lookup_;
  RowsDecoder decoder_;
  OneFileSink sink_;
  std::string item_;  // the file of a DynamoDB item; of a larger one the beginning
};

Status Getter::Take(Slice bytes) {
  if (adapter_ == "dynamodb" && item_.size() <= dynamodb::kWholeItemBytes) item_ += bytes;
  return options_.take(bytes);
}

// nullopt: nothing tells which they are.
Result<RecordRows> Getter::FindRows(size_t max_looks) {
  const auto finder = std::find_if(std::begin(kFinders), std::end(kFinders),
                                   [this](const RecordFinder& f) { return adapter_ == f.adapter; });
  if (finder == std::end(kFinders)) return RecordRows();
  return finder->find(lookup_, options_.address, max_looks);
}

// The rows of the record alone.
Status Getter::TryRecord() {
  if (options_.progress != nullptr) options_.progress->Begin("find the record", "rows", 0);
  SNAPTREE_ASSIGN(const RecordRows rows, FindRows(kFewLooks));
  if (!rows) return {};
  SNAPTREE_ASSIGN(const std::optional<DecodeReport> decoded,
                  decoder_.Alone(&lookup_, *rows, sink_));
  if (!decoded) return {};
  TakeFound();
  report_.scope = GetScope::kRecord;
  // Rows of numbers are those of their whole table.
  if (report_.found && adapter_ == "dynamodb" && decoded->losses > 0) {
    SNAPTREE_ASSIGN(const bool is_judged, JudgeItsRows());
    if (is_judged) return {};
  }
  return TellOfRows(*rows, *decoded);
}

// Keys of all records of the adapter.
Status Getter::TryAdapter() {
  SNAPTREE_ASSIGN(const DecodeReport decoded, decoder_.FromAll(sink_));
  TakeFound();
  if (!report_.found) {
    TellNearest(decoded.unmatched, options_.address, &report_);
    return {};
  }
  report_.scope = GetScope::kAdapter;
  SNAPTREE_ASSIGN(const bool is_judged, JudgeItsRows());
  return is_judged ? Status::Ok() : TellOfAdapter(decoded);
}

// A file that tells of many records.
Status Getter::TryScope() {
  std::optional<std::string> scope;
  if (adapter_ == "s3") scope = ScopeOf(options_.address, false);
  SNAPTREE_ASSIGN(const DecodeReport decoded, decoder_.Scope(scope, sink_));
  TakeFound();
  if (!report_.found) return {};
  report_.scope = GetScope::kAdapter;
  return TellOfAdapter(decoded);
}

// Of a record that was found: its rows are there, however long it takes to find them. False: they
// are not.
Result<bool> Getter::JudgeItsRows() {
  RecordRows rows;
  if (adapter_ == "dynamodb") {
    SNAPTREE_ASSIGN(rows, dynamodb::RowsOfItem(lookup_, options_.address, item_));
  } else {
    SNAPTREE_ASSIGN(rows, FindRows(kAllLooks));
  }
  if (!rows) return false;
  OneFileSink nowhere({}, {});
  SNAPTREE_ASSIGN(const std::optional<DecodeReport> decoded,
                  decoder_.Alone(&lookup_, *rows, nowhere));
  if (!decoded) return false;
  SNAPTREE_TRY(TellOfRows(*rows, *decoded));
  return true;
}

Status Getter::TellOfRows(const std::vector<KeyRange>& rows, const DecodeReport& decoded) {
  AddRecordFindings(decoded.findings, kind_, &report_.findings);
  if (decoded.losses > 0 || decoded.rows.damaged > 0) report_.complete = false;
  SNAPTREE_ASSIGN(const bool is_unresolved, HasUnresolved(snapshot_, rows));
  if (is_unresolved) TellOfUnresolved();
  return {};
}

// Which of the adapter's rows are the record's is not known.
Status Getter::TellOfAdapter(const DecodeReport& decoded) {
  SNAPTREE_ASSIGN(const RowDamage damage,
                  DamageOf(snapshot_, decoded, options_.address, sink_.kept()));
  Findings findings;
  for (const auto& [code, finding] : decoded.findings.by_code()) {
    if (code != kDamagedChunk || damage.chunks > 0) findings.AddFrom(code, finding);
  }
  if (damage.rows > 0) {
    findings.Warn("damaged_rows", "rows beside it that cannot be read: they may be of it",
                  decoded.damaged.empty() ? "" : decoded.damaged[0].address, damage.rows);
  }
  AddRecordFindings(findings, kind_, &report_.findings);
  if (damage.any()) report_.complete = false;
  if (snapshot_.unresolved != nullptr) TellOfUnresolved();
  return {};
}

void Getter::TellOfUnresolved() {
  report_.complete = false;
  report_.findings.AddFrom("txn_unresolved", *snapshot_.unresolved);
}

Status Getter::Run() {
  if (kind_ == AddressKind::kList) return TryScope();
  SNAPTREE_TRY(TryRecord());
  return report_.found ? Status::Ok() : TryAdapter();
}

}  // namespace

Status GetFromRows(const ScannedSnapshot& snapshot, const GetOptions& options, GetReport* report) {
  Getter getter(snapshot, options, report);
  return getter.Run();
}

}  // namespace snaptree
