#include "decode/decoder.h"

#include <algorithm>
#include <memory>

#include "base/scratch_folder.h"
#include "base/staged_output.h"
#include "base/text.h"
#include "decode/adapter_run.h"
#include "decode/preflight.h"
#include "decode/report_files.h"
#include "tree/digest_sink.h"
#include "tree/directory_sink.h"

namespace snaptree {
namespace {

// Share of the memory budget.
constexpr double kChecksumShare = 0.1;

// One run: what is open and what was found so far.
class Run {
 public:
  explicit Run(const DecodeOptions& options)
      : options_(options),
        progress_(options.progress != nullptr ? *options.progress : own_progress_),
        filter_(options.filter) {}

  Result<DecodeReport> Decode();

 private:
  std::string InputScratchFolder() const;
  Status OpenOutput();
  SorterOptions SorterShare(double share);
  Result<std::string> SorterFolder();
  Status CloseTree();
  Status RefuseLosses() const;

  const DecodeOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  DecodeReport report_;
  OpenedInput input_;
  ScanResult scan_;
  const AddressFilter filter_;
  std::optional<StagedOutput> staged_;
  std::optional<ScratchFolder> scratch_;  // of a dry run
  std::unique_ptr<TreeSink> sink_;        // last: its threads use what is above
};

// Copies of inputs that cannot be read at random go where the output goes: there is room, or the
// run fails anyway.
std::string Run::InputScratchFolder() const {
  if (!options_.scratch_folder.empty()) return options_.scratch_folder;
  return options_.dry_run ? TemporaryFolder() : ParentFolder(options_.output);
}

Result<std::string> Run::SorterFolder() {
  if (staged_) return staged_->ScratchFolder(options_.scratch_folder);
  if (!scratch_) scratch_.emplace(InputScratchFolder());
  return scratch_->Path();
}

SorterOptions Run::SorterShare(double share) {
  return {static_cast<size_t>(static_cast<double>(options_.memory_bytes) * share),
          [this] { return SorterFolder(); }};
}

Status Run::OpenOutput() {
  if (options_.dry_run) {
    sink_ = NewDigestSink([](Slice, const Sha256Digest&) { return Status::Ok(); });
    return {};
  }
  DirectorySinkOptions sink;
  sink.threads = options_.threads;
  sink.checksum_sorter = SorterShare(kChecksumShare);
  sink.progress = &progress_;
  sink_ = NewDirectorySink(*staged_, std::move(sink));
  return {};
}

// The report is complete from here on; the tree gets its last files.
Status Run::CloseTree() {
  if (report_.rows.damaged > 0) {
    report_.findings.Warn(
        "damaged_rows", "rows that cannot be read, kept with the reason in unknown/damaged/",
        report_.damaged.empty() ? "" : report_.damaged[0].address, report_.rows.damaged);
  }
  if (!report_.salvage.empty()) {
    report_.findings.Warn("salvaged",
                          "the input is damaged; what was skipped stands in SALVAGE.json",
                          report_.salvage.damage);
    SNAPTREE_TRY(sink_->WriteFile("SALVAGE.json", SalvageText(report_)));
  }
  SNAPTREE_TRY(sink_->WriteFile(kManifestFileName, ManifestOf(options_, report_)));
  progress_.Begin("finish", "files", 0);
  SNAPTREE_TRY(sink_->Finish());
  report_.tree = sink_->totals();
  return {};
}

Status Run::RefuseLosses() const {
  if (!options_.strict || report_.complete()) return {};
  std::string losses;
  for (const auto& [code, finding] : report_.findings.by_code()) {
    if (finding.severity != Severity::kWarning) continue;
    losses += (losses.empty() ? "" : "; ") + code + ": " + finding.text + " (" +
              Thousands(finding.count) +
              (finding.example.empty() ? "" : ", first: " + finding.example) + ")";
  }
  return DataError("StrictLoss", "--strict: the tree would not be all that the input holds")
      .At(report_.input.path)
      .Found(losses)
      .Next("without --strict the tree is written, and the report lists what is missing");
}

Result<DecodeReport> Run::Decode() {
  SNAPTREE_TRY(CheckAdapterNames(options_));
  SNAPTREE_TRY(CheckOutputPlace(options_));
  if (!options_.dry_run) {
    SNAPTREE_ASSIGN(StagedOutput staged, StagedOutput::Create(options_.output, options_.force));
    staged_.emplace(std::move(staged));
  }
  OpenInputOptions open;
  open.scratch_folder = InputScratchFolder();
  open.salvage = options_.salvage;
  open.memory_bytes = options_.memory_bytes;
  open.progress = &progress_;
  SNAPTREE_ASSIGN(input_, OpenInput(options_.input, open));
  SNAPTREE_ASSIGN(scan_,
                  ScanContainer(*input_.container, {options_.at, options_.salvage, &progress_}));
  report_.input = input_.container->info();
  if (options_.snapshot_index) report_.input.snapshot_index = options_.snapshot_index;
  report_.output = options_.output;
  report_.read_ts = scan_.read_ts;
  report_.last_commit_ts = scan_.last_commit_ts;
  report_.findings = scan_.findings;
  report_.findings.Merge(input_.findings);
  report_.salvage = input_.salvage;
  SNAPTREE_TRY(CheckReadTimestamp(options_, scan_, report_.input.path, &report_.findings));
  SNAPTREE_TRY(CheckEncryption(scan_, report_.input.path));
  WarnOfEmptyView(scan_, &report_.findings);
  if (staged_) SNAPTREE_TRY(CheckSpace(scan_, ParentFolder(options_.output)));
  SNAPTREE_TRY(OpenOutput());
  const AdapterRun run{
      options_, input_.container->rows(), scan_, filter_, *sink_, progress_, [this](double share) {
        return SorterShare(share);
      }};
  SNAPTREE_TRY(RunAdapters(run, &report_));
  SNAPTREE_TRY(CloseTree());
  SNAPTREE_TRY(RefuseLosses());
  if (staged_) {
    progress_.Begin("sync to disk", "files", 0);
    SNAPTREE_TRY(staged_->Publish());
    for (const std::string& path : staged_->left_behind()) {
      report_.findings.Note(
          "left_behind", "the old output or leftovers of killed runs could not be removed", path);
    }
  }
  return std::move(report_);
}

}  // namespace

bool DecodeReport::complete() const {
  return !findings.HasWarning() && rows.unknown == 0 && rows.damaged == 0 && losses == 0 &&
         not_decoded == 0;
}

Result<DecodeReport> Decode(const DecodeOptions& options) {
  Run run(options);
  return run.Decode();
}

}  // namespace snaptree
