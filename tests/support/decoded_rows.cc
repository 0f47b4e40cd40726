#include "tests/support/decoded_rows.h"

#include <algorithm>
#include <stdexcept>

#include "decode/adapter_run.h"
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

void DecodeInto(const OpenedInput& input, const DecodeRowsOptions& options, MemoryTree* tree,
                DecodedRows* out) {
  const TempFolder scratch;
  const ScanResult scan = Take(ScanContainer(*input.container, {options.at, false, nullptr}));
  Progress progress;
  DecodeReport& report = out->report;
  report.findings = scan.findings;
  report.read_ts = scan.read_ts;
  const AddressFilter filter(options.filter);
  const auto sorter_options = [&](double) {
    return SorterOptions{options.sorter_bytes, [&]() -> Result<std::string> {
                           ++out->scratch_folders_asked;
                           return scratch.path();
                         }};
  };
  const AdapterRun run{options, input.container->rows(), scan, filter, *tree, progress,
                       false,   sorter_options};
  Require(RunAdapters(run, &report));
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
  out.directories = tree.directories();
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
