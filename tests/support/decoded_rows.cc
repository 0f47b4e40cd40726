#include "tests/support/decoded_rows.h"

#include <algorithm>
#include <atomic>
#include <sstream>
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
  ScanOptions scan_options;
  scan_options.at = options.at;
  scan_options.least_place_bytes = 1;
  const ScanResult scan = Take(ScanContainer(*input.container, scan_options));
  Progress progress;
  DecodeReport& report = out->report;
  report.findings = scan.findings;
  report.read_ts = scan.read_ts;
  const AddressFilter filter(options.filter);
  std::atomic<uint64_t> folders_asked{0};
  const auto sorter_options = [&](double) {
    return SorterOptions{options.sorter_bytes, [&]() -> Result<std::string> {
                           ++folders_asked;
                           return scratch.path();
                         }};
  };
  const AdapterRun run{.options = options,
                       .source = input.container->rows(),
                       .scan = scan,
                       .filter = filter,
                       .sink = *tree,
                       .progress = progress,
                       .threads = options.threads,
                       .sorter_options = sorter_options};
  Require(RunAdapters(run, &report));
  out->scratch_folders_asked = folders_asked;
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

namespace {

DecodedRows DecodeOnce(const SnapshotBuilder& snapshot, const std::string& bytes,
                       const DecodeRowsOptions& options) {
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

// All that a report says, as text.
std::string TextOf(const DecodeReport& report) {
  std::ostringstream out;
  for (const AdapterReport& adapter : report.adapters) {
    out << adapter.name << ' ' << adapter.records;
    for (const RowClass& c : kRowClasses) out << ' ' << adapter.rows.*c.rows;
    for (const std::string& scope : adapter.scopes) out << " scope " << scope;
    out << '\n';
  }
  for (const auto& [code, finding] : report.findings.by_code()) {
    out << code << ' ' << SeverityName(finding.severity) << ' ' << finding.count << ' '
        << finding.text << '\n';
    for (const auto& [example, n] : finding.examples) out << "  " << example << ' ' << n << '\n';
  }
  for (const DamagedRecord& row : report.damaged) {
    out << row.input << ' ' << row.offset << ' ' << row.code << ' ' << row.reason << ' '
        << row.address << '\n';
  }
  for (const std::string& extension : report.extensions) out << "extension " << extension << '\n';
  for (const AddressFilter::Unmatched& one : report.unmatched) {
    out << "unmatched " << one.pattern;
    for (const std::string& address : one.nearest) out << ' ' << address;
    out << '\n';
  }
  out << "losses " << report.losses << " records " << report.records << " newer "
      << report.newer_than_at << '\n';
  return out.str();
}

}  // namespace

DecodedRows DecodeRows(const SnapshotBuilder& snapshot, const DecodeRowsOptions& options) {
  const std::string bytes = snapshot.Bytes();
  DecodedRows out = DecodeOnce(snapshot, bytes, options);
  DecodeRowsOptions pieces = options;
  pieces.threads = 4;
  pieces.least_piece_bytes = 1;
  const DecodedRows again = DecodeOnce(snapshot, bytes, pieces);
  if (again.files != out.files) throw std::runtime_error("threads change the tree");
  const std::string expected = TextOf(out.report);
  const std::string found = TextOf(again.report);
  if (found != expected) {
    throw std::runtime_error("threads change the report:\n" + found + "--- with one:\n" + expected);
  }
  return out;
}

}  // namespace snaptree::test
