// The record of a snapshot whose rows are known: the adapters of a decode, given the rows of the
// record alone where its address tells them.
#include <algorithm>
#include <mutex>

#include "check/get/get_parts.h"
#include "check/get/one_file_sink.h"

#include "adapters/dynamodb/dynamodb_record_rows.h"
#include "adapters/redis/redis_record_rows.h"
#include "adapters/s3/s3_record_rows.h"
#include "adapters/sqs/sqs_record_rows.h"
#include "base/file.h"
#include "base/scratch_folder.h"
#include "decode/adapter_run.h"
#include "decode/preflight.h"
#include "formats/row_lookup.h"

namespace snaptree {
namespace {

constexpr size_t kLeastSorterBytes = size_t{256} << 10;

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

// A walk over extents that hold rows of others would see more than was counted.
bool IsExact(const ScanResult& scan) {
  return std::none_of(scan.extents.begin(), scan.extents.end(), [](const auto& extents) {
    return std::any_of(extents.begin(), extents.end(),
                       [](const FamilyExtent& extent) { return extent.mixed; });
  });
}

class Getter {
 public:
  Getter(const ScannedSnapshot& snapshot, const GetOptions& options, GetReport* report)
      : snapshot_(snapshot),
        options_(options),
        report_(*report),
        progress_(options.progress != nullptr ? *options.progress : own_progress_),
        scratch_(options.scratch_folder.empty() ? TemporaryFolder() : options.scratch_folder),
        adapter_(AdapterOfAddress(options.address)),
        sink_(options.address, options.take) {}

  Status Run();

 private:
  SorterOptions SorterShare(double share);
  DecodeOptions DecodeOptionsFor(bool whole_adapter) const;
  Result<DecodeReport> Decode(const ScanResult& scan, bool whole_adapter);
  Status TryRecord();
  Status TryAdapter(bool whole);
  void Tell(const DecodeReport& decoded);

  const ScannedSnapshot& snapshot_;
  const GetOptions& options_;
  GetReport& report_;
  Progress own_progress_;
  Progress& progress_;
  std::mutex scratch_mutex_;
  ScratchFolder scratch_;
  const std::string adapter_;
  OneFileSink sink_;
};

SorterOptions Getter::SorterShare(double share) {
  const auto bytes = static_cast<size_t>(static_cast<double>(options_.memory_bytes) * share);
  return {std::max(bytes, kLeastSorterBytes), [this]() -> Result<std::string> {
            const std::lock_guard lock(scratch_mutex_);
            return scratch_.Path();
          }};
}

DecodeOptions Getter::DecodeOptionsFor(bool whole_adapter) const {
  DecodeOptions decode;
  decode.adapters = {adapter_};
  decode.at = options_.at;
  decode.dry_run = true;
  decode.salvage = options_.salvage;
  decode.threads = options_.threads;
  decode.memory_bytes = options_.memory_bytes;
  decode.check_etags = !whole_adapter;
  if (!whole_adapter) {
    decode.filter.from_files = true;
    decode.filter.files = AddressesToSelect(options_.address);
  }
  return decode;
}

Result<DecodeReport> Getter::Decode(const ScanResult& scan, bool whole_adapter) {
  SNAPTREE_TRY(CheckEncryption(scan, snapshot_.container.rows().name()));
  const DecodeOptions decode = DecodeOptionsFor(whole_adapter);
  const AddressFilter filter(decode.filter);
  const AdapterRun run{.options = decode,
                       .source = snapshot_.container.rows(),
                       .scan = scan,
                       .filter = filter,
                       .sink = sink_,
                       .progress = progress_,
                       .threads = options_.threads,
                       .all_groups_given = snapshot_.all_groups_given,
                       .sorter_options = [this](double share) { return SorterShare(share); }};
  DecodeReport report;
  report.read_ts = scan.read_ts;
  SNAPTREE_TRY(RunAdapters(run, &report));
  report_.found = sink_.complete();
  report_.bytes = sink_.bytes();
  return report;
}

void Getter::Tell(const DecodeReport& decoded) {
  AddRecordFindings(decoded.findings, &report_.findings);
  if (decoded.losses > 0) report_.complete = false;
}

// The rows of the record alone.
Status Getter::TryRecord() {
  const auto finder = std::find_if(std::begin(kFinders), std::end(kFinders),
                                   [this](const RecordFinder& f) { return adapter_ == f.adapter; });
  if (finder == std::end(kFinders)) return {};
  progress_.Begin("find the record", "rows", 0);
  RowLookup lookup(snapshot_.container, snapshot_.scan);
  SNAPTREE_ASSIGN(RecordRows rows, finder->find(lookup, options_.address));
  if (!rows) return {};
  SNAPTREE_ASSIGN(const ScanResult scan, lookup.Scan(*std::move(rows)));
  if (!IsExact(scan)) return {};
  SNAPTREE_ASSIGN(const DecodeReport decoded, Decode(scan, false));
  report_.scope = GetScope::kRecord;
  AddRecordFindings(scan.findings, &report_.findings);
  Tell(decoded);
  if (decoded.rows.damaged == 0) return {};
  report_.complete = false;
  report_.findings.Warn("damaged_rows", "rows of the record that cannot be read",
                        decoded.damaged.empty() ? "" : decoded.damaged[0].address,
                        decoded.rows.damaged);
  return {};
}

// Keys of all records of the adapter; with `whole`, all that it writes.
Status Getter::TryAdapter(bool whole) {
  SNAPTREE_ASSIGN(const DecodeReport decoded, Decode(snapshot_.scan, whole));
  if (report_.found) {
    report_.scope = GetScope::kAdapter;
    Tell(decoded);
    return {};
  }
  report_.nearest = NearestIn(decoded, options_.address);
  return {};
}

Status Getter::Run() {
  const bool is_list = KindOfAddress(options_.address) == AddressKind::kList;
  if (!is_list) {
    SNAPTREE_TRY(TryRecord());
    if (report_.found) return {};
  }
  return TryAdapter(is_list);
}

}  // namespace

Status GetFromRows(const ScannedSnapshot& snapshot, const GetOptions& options, GetReport* report) {
  Getter getter(snapshot, options, report);
  return getter.Run();
}

}  // namespace snaptree
