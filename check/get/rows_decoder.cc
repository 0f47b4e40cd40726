#include "check/get/rows_decoder.h"

#include <algorithm>

#include "decode/adapter_run.h"
#include "decode/preflight.h"

namespace snaptree {
namespace {

// A walk over extents that hold rows of others would see more than was counted.
bool IsExact(const ScanResult& scan) {
  return std::none_of(scan.extents.begin(), scan.extents.end(), [](const auto& extents) {
    return std::any_of(extents.begin(), extents.end(),
                       [](const FamilyExtent& extent) { return extent.mixed; });
  });
}

}  // namespace

RowsDecoder::RowsDecoder(const ScannedSnapshot& snapshot, const GetOptions& options,
                         std::string adapter)
    : snapshot_(snapshot),
      options_(options),
      adapter_(std::move(adapter)),
      progress_(options.progress != nullptr ? *options.progress : own_progress_),
      scratch_(options.memory_bytes, options.scratch_folder) {}

DecodeOptions RowsDecoder::Options() const {
  DecodeOptions decode;
  decode.adapters = {adapter_};
  decode.at = options_.at;
  decode.dry_run = true;
  decode.input = options_.input;
  decode.salvage = options_.salvage;
  decode.threads = options_.threads;
  decode.memory_bytes = options_.memory_bytes;
  return decode;
}

Result<DecodeReport> RowsDecoder::Decode(const DecodeOptions& decode, const ScanResult& scan,
                                         TreeSink& sink) {
  SNAPTREE_TRY(CheckEncryption(scan, snapshot_.rows.name(), {!decode.input.keys.empty(), ""}));
  const AddressFilter filter(decode.filter);
  const AdapterRun run{.options = decode,
                       .source = snapshot_.rows,
                       .scan = scan,
                       .filter = filter,
                       .sink = sink,
                       .progress = progress_,
                       .threads = options_.threads,
                       .all_groups_given = snapshot_.all_groups_given,
                       .sorter_options = scratch_.Shares()};
  DecodeReport report;
  report.read_ts = scan.read_ts;
  SNAPTREE_TRY(RunAdapters(run, &report));
  report.unmatched = filter.unmatched();
  return report;
}

Result<DecodeReport> RowsDecoder::FromAll(TreeSink& sink) {
  DecodeOptions decode = Options();
  decode.filter.from_files = true;
  decode.filter.files = AddressesToSelect(options_.address);
  return Decode(decode, snapshot_.scan, sink);
}

Result<DecodeReport> RowsDecoder::Scope(const std::optional<std::string>& scope, TreeSink& sink) {
  DecodeOptions decode = Options();
  decode.check_etags = false;
  if (scope) decode.filter.include = {*scope};
  return Decode(decode, snapshot_.scan, sink);
}

Result<std::optional<DecodeReport>> RowsDecoder::Alone(RowLookup* lookup,
                                                       std::vector<KeyRange> rows, TreeSink& sink) {
  SNAPTREE_ASSIGN(const ScanResult scan, lookup->Scan(std::move(rows)));
  if (!IsExact(scan)) return std::optional<DecodeReport>();
  DecodeOptions decode = Options();
  decode.filter.from_files = true;
  decode.filter.files = AddressesToSelect(options_.address);
  SNAPTREE_ASSIGN(DecodeReport decoded, Decode(decode, scan, sink));
  decoded.findings.Merge(scan.findings);
  if (decoded.rows.damaged > 0) {
    decoded.findings.Warn("damaged_rows", "rows of the record that cannot be read",
                          decoded.damaged.empty() ? "" : decoded.damaged[0].address,
                          decoded.rows.damaged);
  }
  return std::optional<DecodeReport>(std::move(decoded));
}

}  // namespace snaptree
