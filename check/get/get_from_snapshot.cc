// The record of a snapshot: opened, scanned (or told of by an index), then check/get_from_rows.cc.
#include <memory>
#include <span>

#include "check/get/get_parts.h"
#include "check/get/one_file_sink.h"

#include "decode/preflight.h"
#include "decode/route_groups.h"
#include "decode/txn_resolution.h"
#include "formats/index_file.h"

namespace snaptree {
namespace {

// A sink of a decode, which must own it.
class BorrowedSink : public TreeSink {
 public:
  explicit BorrowedSink(TreeSink& sink) : sink_(sink) {}
  Status WriteFile(Slice path, Slice content) override { return sink_.WriteFile(path, content); }
  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override {
    return sink_.CreateFile(path);
  }
  Status CreateDirectory(Slice path) override { return sink_.CreateDirectory(path); }
  bool CanHold(uint64_t file_bytes) const override { return sink_.CanHold(file_bytes); }
  Status Flush() override { return sink_.Flush(); }
  Status Finish() override { return sink_.Finish(); }
  TreeTotals totals() const override { return sink_.totals(); }

 private:
  TreeSink& sink_;
};

class SnapshotGetter {
 public:
  explicit SnapshotGetter(const GetOptions& options) : options_(options) {}

  Result<GetReport> Run();

 private:
  Status Open();
  Status FindRows();
  Status ReadOrMakeIndex(const SnapshotIdentity& identity);
  Status ScanRows();
  Status ByDecode();
  Status TellOfFile();

  const GetOptions& options_;
  GetReport report_;
  OpenedInput input_;
  ScanResult scan_;
};

Status SnapshotGetter::Open() {
  OpenInputOptions open;
  open.scratch_folder = options_.scratch_folder;
  open.salvage = options_.salvage;
  open.memory_bytes = options_.memory_bytes;
  open.progress = options_.progress;
  SNAPTREE_ASSIGN(input_, OpenInput(options_.what, open));
  report_.findings.Merge(input_.findings);
  report_.salvage = input_.salvage;
  return {};
}

Status SnapshotGetter::ScanRows() {
  SNAPTREE_ASSIGN(
      scan_, ScanContainer(*input_.container, {options_.at, options_.salvage, options_.progress}));
  return {};
}

Status SnapshotGetter::ReadOrMakeIndex(const SnapshotIdentity& identity) {
  const std::string& path = options_.index_file;
  SNAPTREE_ASSIGN(std::optional<IndexedScan> indexed,
                  ReadIndex(path, identity, input_.container->rows().extent()));
  if (indexed) {
    scan_ = std::move(indexed->scan);
    report_.index = IndexUse::kRead;
    return {};
  }
  SNAPTREE_TRY(ScanRows());
  const Status written = WriteIndex(path, identity, {scan_, input_.container->info().crc32c});
  if (written.ok()) {
    report_.index = IndexUse::kMade;
  } else {
    // What was asked for is the record.
    report_.findings.Warn("index_not_written", "the index could not be kept for the next time",
                          written.Message());
  }
  return {};
}

Status SnapshotGetter::FindRows() {
  if (options_.index_file.empty()) return ScanRows();
  report_.index = IndexUse::kSalvage;
  if (options_.salvage) return ScanRows();
  SNAPTREE_ASSIGN(const std::optional<SnapshotIdentity> identity, IdentityOf(input_, options_.at));
  report_.index = IndexUse::kUnknown;
  if (!identity) return ScanRows();
  report_.index = IndexUse::kNone;
  return ReadOrMakeIndex(*identity);
}

// As a decode writes it, with transactions resolved.
Status SnapshotGetter::ByDecode() {
  const AddressKind kind = KindOfAddress(options_.address);
  OneFileSink sink(options_.address, options_.take);
  DecodeOptions decode;
  decode.inputs = {options_.what};
  decode.at = options_.at;
  decode.force = options_.force;
  decode.salvage = options_.salvage;
  decode.dry_run = true;
  decode.make_sink = [&sink] { return std::make_unique<BorrowedSink>(sink); };
  if (kind != AddressKind::kRun) decode.adapters = {AdapterOfAddress(options_.address)};
  if (kind == AddressKind::kRecord) {
    decode.filter.from_files = true;
    decode.filter.files = AddressesToSelect(options_.address);
  } else {
    decode.check_etags = false;
  }
  decode.threads = options_.threads;
  decode.memory_bytes = options_.memory_bytes;
  decode.scratch_folder = options_.scratch_folder;
  decode.progress = options_.progress;
  SNAPTREE_ASSIGN(const DecodeReport decoded, Decode(decode));
  report_.found = sink.complete();
  report_.bytes = sink.bytes();
  report_.nearest = NearestIn(decoded, options_.address);
  if (kind == AddressKind::kRun) return {};  // it tells of all losses itself
  AddRecordFindings(decoded.findings, &report_.findings);
  report_.complete = decoded.losses == 0;
  return {};
}

// Of opening and scanning, what may be true of any record.
Status SnapshotGetter::TellOfFile() {
  Findings findings;
  for (const auto& [code, finding] : scan_.findings.by_code()) {
    if (code == "no_checksum")
      findings.Add(finding.severity, code, finding.text, finding.example());
  }
  report_.findings.Merge(findings);
  WarnOfEmptyView(scan_, &report_.findings);
  return CheckReadTimestamp({scan_.read_ts, options_.at.has_value(), options_.force}, scan_,
                            input_.container->info().path, &report_.findings);
}

Result<GetReport> SnapshotGetter::Run() {
  const AddressKind kind = KindOfAddress(options_.address);
  // Standard input cannot be read twice.
  if (options_.what == "-" || kind == AddressKind::kRun) {
    SNAPTREE_TRY(ByDecode());
    return std::move(report_);
  }
  SNAPTREE_TRY(Open());
  SNAPTREE_TRY(FindRows());
  const TxnInput rows{&input_.container->rows(), &scan_};
  if (HasLocks(std::span(&rows, 1))) {
    report_.findings = {};
    SNAPTREE_TRY(ByDecode());
    return std::move(report_);
  }
  SNAPTREE_TRY(TellOfFile());
  RouteCatalog routes;
  SNAPTREE_TRY(CollectRoutes(input_.container->rows(), scan_, &routes));
  SNAPTREE_TRY(GetFromRows({*input_.container, scan_, routes.IsCoveredBy(1)}, options_, &report_));
  return std::move(report_);
}

}  // namespace

Result<GetReport> GetFromSnapshot(const GetOptions& options) {
  if (KindOfAddress(options.address) == AddressKind::kNone) return GetReport();
  return SnapshotGetter(options).Run();
}

}  // namespace snaptree
