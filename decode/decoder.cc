#include "decode/decoder.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "base/output_target.h"
#include "base/scratch_folder.h"
#include "base/staged_output.h"
#include "base/text.h"
#include "decode/adapter_run.h"
#include "decode/adapter_selection.h"
#include "decode/inputs.h"
#include "decode/preflight.h"
#include "decode/report_files.h"
#include "tree/digest_sink.h"
#include "tree/directory_sink.h"

namespace snaptree {
namespace {

// Shares of the memory budget.
constexpr double kChecksumShare = 0.1;
constexpr double kTransactionShare = 0.1;
// With less, a sorter would write a file for each few records.
constexpr size_t kLeastSorterBytes = size_t{256} << 10;

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
  Status OpenInputs();
  Status OpenOutput();
  SorterOptions SorterShare(double share);
  Result<std::string> SorterFolder();
  Status WriteTransactions();
  Status CloseTree();
  Status RefuseLosses() const;

  const DecodeOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  DecodeReport report_;
  std::optional<Inputs> inputs_;
  const AddressFilter filter_;
  std::optional<StagedOutput> staged_;
  std::mutex scratch_mutex_;              // of the two that give the folder
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
  const std::lock_guard lock(scratch_mutex_);
  if (staged_) return staged_->ScratchFolder(options_.scratch_folder);
  if (!scratch_) scratch_.emplace(InputScratchFolder());
  return scratch_->Path();
}

SorterOptions Run::SorterShare(double share) {
  const auto bytes = static_cast<size_t>(static_cast<double>(options_.memory_bytes) * share);
  return {std::max(bytes, kLeastSorterBytes), [this] { return SorterFolder(); }};
}

Status Run::OpenOutput() {
  if (options_.dry_run) {
    sink_ = options_.make_sink
                ? options_.make_sink()
                : NewDigestSink([](Slice, const Sha256Digest&) { return Status::Ok(); });
    return {};
  }
  DirectorySinkOptions sink;
  sink.threads = options_.threads;
  sink.checksum_sorter = SorterShare(kChecksumShare);
  sink.progress = &progress_;
  sink_ = NewDirectorySink(*staged_, std::move(sink));
  return {};
}

Status Run::OpenInputs() {
  SNAPTREE_ASSIGN(Inputs inputs, Inputs::Open({options_, InputScratchFolder(),
                                               SorterShare(kTransactionShare), &progress_}));
  inputs_.emplace(std::move(inputs));
  report_.inputs = inputs_->infos();
  if (options_.snapshot_index) report_.inputs[0].info.snapshot_index = options_.snapshot_index;
  report_.output = options_.output;
  report_.read_ts = inputs_->scan().read_ts;
  report_.last_commit_ts = inputs_->scan().last_commit_ts;
  report_.findings = inputs_->findings();
  return {};
}

Status Run::WriteTransactions() {
  if (inputs_->transactions() == nullptr) return {};
  bool written = false;
  SNAPTREE_TRY(inputs_->transactions()->WriteUnresolved(*sink_, &written));
  if (written) report_.extensions.emplace_back("_internal");
  return {};
}

// The report is complete from here on; the tree gets its last files.
Status Run::CloseTree() {
  if (report_.rows.damaged > 0) {
    report_.findings.Warn(
        "damaged_rows", "rows that cannot be read, kept with the reason in unknown/damaged/",
        report_.damaged.empty() ? "" : report_.damaged[0].address, report_.rows.damaged);
  }
  for (const DecodedInput& input : report_.inputs) {
    if (input.salvage.empty()) continue;
    report_.findings.Warn("salvaged",
                          "the input is damaged; what was skipped stands in SALVAGE.json",
                          input.salvage.damage);
  }
  if (report_.salvaged()) {
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
              (finding.examples.empty() ? "" : ", first: " + finding.examples[0].first) + ")";
  }
  return DataError("StrictLoss", "--strict: the tree would not be all that the input holds")
      .At(inputs_->rows().name())
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
  SNAPTREE_TRY(OpenInputs());
  const std::string& name = inputs_->rows().name();
  SNAPTREE_TRY(CheckEncryption(inputs_->scan(), name));
  WarnOfEmptyView(inputs_->scan(), &report_.findings);
  if (staged_ && filter_.everything() && options_.adapters.empty())
    SNAPTREE_TRY(CheckSpace(inputs_->scan(), ParentFolder(options_.output)));
  SNAPTREE_TRY(OpenOutput());
  const AdapterRun run{options_,
                       inputs_->rows(),
                       inputs_->scan(),
                       filter_,
                       *sink_,
                       progress_,
                       inputs_->AllGroupsGiven(),
                       [this](double share) { return SorterShare(share); }};
  SNAPTREE_TRY(RunAdapters(run, &report_));
  SNAPTREE_TRY(WriteTransactions());
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
  return !findings.HasWarning() && rows.unknown == 0 && rows.damaged == 0 && losses == 0;
}

bool DecodeReport::salvaged() const {
  return std::any_of(inputs.begin(), inputs.end(),
                     [](const DecodedInput& input) { return !input.salvage.empty(); });
}

uint64_t DecodeReport::input_bytes() const {
  uint64_t bytes = 0;
  for (const DecodedInput& input : inputs) bytes += input.info.bytes;
  return bytes;
}

Result<DecodeReport> Decode(const DecodeOptions& options) {
  Run run(options);
  return run.Decode();
}

}  // namespace snaptree
