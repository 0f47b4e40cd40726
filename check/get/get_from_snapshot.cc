// The record of a snapshot: opened, scanned (or told of by an index), then check/get_from_rows.cc.
#include <algorithm>
#include <memory>
#include <span>

#include "check/get/get_parts.h"
#include "check/get/one_file_sink.h"
#include "check/get/record_losses.h"

#include "base/file.h"
#include "base/scratch_space.h"
#include "decode/inputs.h"
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

// Shares of the memory budget, as in a decode.
constexpr double kTransactionShare = 0.1;

// A run that writes nothing, with all adapters.
DecodeOptions DecodeOptionsOf(const GetOptions& options) {
  DecodeOptions decode;
  decode.inputs = {options.what};
  decode.at = options.at;
  decode.force = options.force;
  decode.input = options.input;
  decode.salvage = options.salvage;
  decode.dry_run = true;
  decode.threads = options.threads;
  decode.memory_bytes = options.memory_bytes;
  decode.scratch_folder = options.scratch_folder;
  decode.progress = options.progress;
  return decode;
}

const char* WhyNoIndex(IndexUse use) {
  switch (use) {
    case IndexUse::kStandardInput:
      return "standard input is another one the next time";
    case IndexUse::kDecrypted:
      return "rows that are opened with keys stand in another place each time";
    case IndexUse::kSalvage:
      return "--salvage has to look at every row";
    case IndexUse::kDirectory:
    case IndexUse::kNone:
    case IndexUse::kRead:
    case IndexUse::kMade:
      break;
  }
  return "a Pebble directory has no one file by which to tell whether it is the same";
}

class SnapshotGetter {
 public:
  explicit SnapshotGetter(const GetOptions& options)
      : options_(options), kind_(KindOfAddress(options.address)) {}

  Result<GetReport> Run();

 private:
  Status Open();
  Status FindRows();
  void DoWithoutIndex(IndexUse why);
  Status ReadOrMakeIndex(const SnapshotIdentity& identity);
  Status ScanRows();
  Status ByDecode();
  Status FromInputs();
  Status TellOfFile();

  const GetOptions& options_;
  const AddressKind kind_;
  GetReport report_;
  OpenedInput input_;
  ScanResult scan_;
};

Status SnapshotGetter::Open() {
  OpenInputOptions open;
  open.scratch_folder = options_.scratch_folder;
  open.choice = options_.input;
  open.salvage = options_.salvage;
  open.memory_bytes = options_.memory_bytes;
  open.progress = options_.progress;
  SNAPTREE_ASSIGN(input_, OpenInput(options_.what, open));
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
  SNAPTREE_ASSIGN(const std::optional<SnapshotIdentity> identity, IdentityOf(input_, options_.at));
  if (identity && !options_.salvage) return ReadOrMakeIndex(*identity);
  DoWithoutIndex(options_.salvage                     ? IndexUse::kSalvage
                 : input_.container->info().decrypted ? IndexUse::kDecrypted
                                                      : IndexUse::kDirectory);
  return ScanRows();
}

void SnapshotGetter::DoWithoutIndex(IndexUse why) {
  report_.index = why;
  report_.findings.Note("index_not_used", "the index was neither read nor made", WhyNoIndex(why));
}

// A file that tells of the run, as a run writes it: it tells of all losses itself.
Status SnapshotGetter::ByDecode() {
  OneFileSink sink(options_.address, options_.take);
  DecodeOptions decode = DecodeOptionsOf(options_);
  decode.make_sink = [&sink] { return std::make_unique<BorrowedSink>(sink); };
  decode.check_etags = false;
  SNAPTREE_ASSIGN(const DecodeReport decoded, Decode(decode));
  report_.found = sink.complete();
  report_.bytes = sink.bytes();
  return {};
}

// With transactions resolved; of standard input too, which cannot be opened twice.
Status SnapshotGetter::FromInputs() {
  const DecodeOptions run = DecodeOptionsOf(options_);
  const std::string folder =
      options_.scratch_folder.empty() ? TemporaryFolder() : options_.scratch_folder;
  ScratchSpace scratch(options_.memory_bytes, folder);
  SNAPTREE_ASSIGN(const Inputs inputs,
                  Inputs::Open({run, folder, scratch.Share(kTransactionShare), options_.progress}));
  report_.salvage = inputs.infos()[0].salvage;
  Findings findings;
  const Finding* unresolved = nullptr;
  for (const auto& [code, finding] : inputs.findings().by_code()) {
    if (code == "txn_unresolved") {
      unresolved = &finding;
    } else {
      findings.AddFrom(code, finding);
    }
  }
  AddRecordFindings(findings, kind_, &report_.findings);
  WarnOfEmptyView(inputs.scan(), &report_.findings);
  return GetFromRows({inputs.rows(), inputs.scan(), inputs.AllGroupsGiven(), unresolved}, options_,
                     &report_);
}

// Of opening and scanning, what may be true of any record.
Status SnapshotGetter::TellOfFile() {
  Findings findings = input_.findings;
  const auto& scanned = scan_.findings.by_code();
  if (const auto told = scanned.find("no_checksum"); told != scanned.end()) {
    findings.AddFrom(told->first, told->second);
  }
  SNAPTREE_TRY(CheckReadTimestamp({scan_.read_ts, options_.at.has_value(), options_.force}, scan_,
                                  input_.container->info().path, &findings));
  AddRecordFindings(findings, kind_, &report_.findings);
  WarnOfEmptyView(scan_, &report_.findings);
  return {};
}

Result<GetReport> SnapshotGetter::Run() {
  if (kind_ == AddressKind::kRun) {
    SNAPTREE_TRY(ByDecode());
    return std::move(report_);
  }
  if (options_.what == "-") {
    if (!options_.index_file.empty()) DoWithoutIndex(IndexUse::kStandardInput);
    SNAPTREE_TRY(FromInputs());
    return std::move(report_);
  }
  SNAPTREE_TRY(Open());
  SNAPTREE_TRY(FindRows());
  const TxnInput rows{&input_.container->rows(), &scan_};
  if (HasLocks(std::span(&rows, 1))) {
    SNAPTREE_TRY(FromInputs());
    return std::move(report_);
  }
  SNAPTREE_TRY(TellOfFile());
  RouteCatalog routes;
  SNAPTREE_TRY(CollectRoutes(input_.container->rows(), scan_, &routes));
  SNAPTREE_TRY(
      GetFromRows({input_.container->rows(), scan_, routes.IsCoveredBy(1)}, options_, &report_));
  return std::move(report_);
}

}  // namespace

Result<GetReport> GetFromSnapshot(const GetOptions& options) {
  if (KindOfAddress(options.address) == AddressKind::kNone) {
    GetReport nothing;
    nothing.is_folder = IsAdapterFolder(options.address);
    return nothing;
  }
  return SnapshotGetter(options).Run();
}

}  // namespace snaptree
