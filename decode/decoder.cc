#include "decode/decoder.h"

#include <algorithm>
#include <memory>

#include "base/output_target.h"
#include "base/scratch_space.h"
#include "base/staged_files.h"
#include "base/staged_output.h"
#include "base/text.h"
#include "decode/adapter_run.h"
#include "decode/adapter_selection.h"
#include "decode/inputs.h"
#include "decode/preflight.h"
#include "decode/report_files.h"
#include "formats/encryption/decrypted_rows.h"
#include "tree/archive_sink.h"
#include "tree/digest_sink.h"
#include "tree/directory_sink.h"
#include "tree/forward_sink.h"
#include "tree/run_files.h"

namespace snaptree {
namespace {

// Shares of the memory budget.
constexpr double kChecksumShare = 0.1;
constexpr double kTransactionShare = 0.1;
constexpr double kCompressionShare = 0.25;

// Copies of inputs that cannot be read at random go where the output goes: there is room, or the
// run fails anyway.
std::string InputScratchFolder(const DecodeOptions& options) {
  if (!options.scratch_folder.empty()) return options.scratch_folder;
  return options.dry_run || options.take_output ? TemporaryFolder() : ParentFolder(options.output);
}

// One run: what is open and what was found so far.
class Run {
 public:
  explicit Run(const DecodeOptions& options)
      : options_(options),
        progress_(options.progress != nullptr ? *options.progress : own_progress_),
        filter_(options.filter),
        scratch_(options.memory_bytes, InputScratchFolder(options)) {}

  Result<DecodeReport> Decode();

 private:
  Status OpenInputs();
  Status LookForSpace() const;
  Status StageOutput();
  Status OpenOutput();
  Status OpenArchive();
  Status WriteTransactions(TreeSink& sink);
  void MarkRootFiles();
  Status CloseTree();
  Status RefuseLosses() const;
  Status Publish();

  const DecodeOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  DecodeReport report_;
  std::optional<Inputs> inputs_;
  const AddressFilter filter_;
  std::optional<StagedOutput> staged_;      // of a folder
  std::optional<StagedFiles> staged_file_;  // of an archive
  UniqueFd archive_fd_;
  ScratchSpace scratch_;
  ArchiveSink* archive_ = nullptr;  // the sink, when it is one
  std::unique_ptr<TreeSink> sink_;  // last: its threads use what is above
};

Status Run::StageOutput() {
  if (options_.dry_run || options_.take_output) return {};
  if (!options_.archive) {
    SNAPTREE_ASSIGN(StagedOutput staged, StagedOutput::Create(options_.output, options_.force));
    staged_.emplace(std::move(staged));
    scratch_.GoTo([this] { return staged_->ScratchFolder(options_.scratch_folder); });
    return {};
  }
  SNAPTREE_ASSIGN(StagedFiles staged, StagedFiles::Create(options_.output, options_.force));
  staged_file_.emplace(std::move(staged));
  scratch_.GoTo([this] { return staged_file_->ScratchFolder(options_.scratch_folder); });
  SNAPTREE_ASSIGN(archive_fd_, staged_file_->CreateFile(""));
  return {};
}

Status Run::OpenArchive() {
  ArchiveSinkOptions sink;
  sink.form = *options_.archive;
  sink.threads = options_.threads;
  sink.memory_bytes =
      static_cast<uint64_t>(static_cast<double>(options_.memory_bytes) * kCompressionShare);
  sink.take = options_.take_output;
  if (!sink.take) {
    sink.take = [this](Slice piece) {
      return WriteFully(archive_fd_.get(), piece, staged_file_->PathOf(""));
    };
  }
  sink.scratch_folder = scratch_.ToPath();
  sink.checksum_sorter = scratch_.Share(kChecksumShare);
  sink.progress = &progress_;
  std::unique_ptr<ArchiveSink> archive = NewArchiveSink(std::move(sink));
  archive_ = archive.get();
  sink_ = std::move(archive);
  return {};
}

Status Run::OpenOutput() {
  if (options_.dry_run) {
    sink_ = options_.make_sink
                ? options_.make_sink()
                : NewDigestSink([](Slice, const Sha256Digest&) { return Status::Ok(); });
    return {};
  }
  if (options_.archive) return OpenArchive();
  DirectorySinkOptions sink;
  sink.threads = options_.threads;
  sink.checksum_sorter = scratch_.Share(kChecksumShare);
  sink.progress = &progress_;
  sink_ = NewDirectorySink(*staged_, std::move(sink));
  return {};
}

Status Run::OpenInputs() {
  SNAPTREE_ASSIGN(Inputs inputs, Inputs::Open({options_, InputScratchFolder(options_),
                                               scratch_.Share(kTransactionShare), &progress_}));
  inputs_.emplace(std::move(inputs));
  report_.inputs = inputs_->infos();
  if (options_.snapshot_index) report_.inputs[0].info.snapshot_index = options_.snapshot_index;
  report_.output = options_.output;
  report_.read_ts = inputs_->scan().read_ts;
  report_.last_commit_ts = inputs_->scan().last_commit_ts;
  report_.findings = inputs_->findings();
  return {};
}

// How small an archive in zstd becomes nobody knows.
Status Run::LookForSpace() const {
  const bool plain_archive = staged_file_ && !options_.archive->zstd;
  if (!staged_ && !plain_archive) return {};
  if (!filter_.everything() || !options_.adapters.empty()) return {};
  return CheckSpace(inputs_->scan(), staged_ && !options_.jsonl, ParentFolder(options_.output));
}

Status Run::WriteTransactions(TreeSink& sink) {
  if (inputs_->transactions() == nullptr) return {};
  bool written = false;
  SNAPTREE_TRY(inputs_->transactions()->WriteUnresolved(sink, &written));
  if (written) report_.extensions.emplace_back("_internal");
  return {};
}

// Of the files at the root everybody gets those that there are.
void Run::MarkRootFiles() {
  for (const Slice path : {kManifestFileName, kChecksumsFileName}) filter_.MarkMet(path);
  if (report_.salvaged()) filter_.MarkMet(kSalvageFileName);
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
    SNAPTREE_TRY(sink_->WriteFile(kSalvageFileName, SalvageText(report_)));
  }
  SNAPTREE_TRY(sink_->WriteFile(kManifestFileName, ManifestOf(options_, report_)));
  // What goes to a pipe must not get its end when it is refused.
  SNAPTREE_TRY(RefuseLosses());
  progress_.Begin("finish", "files", 0);
  SNAPTREE_TRY(sink_->Finish());
  report_.tree = sink_->totals();
  if (archive_ == nullptr) return {};
  report_.archive_bytes = archive_->archive_bytes();
  // CHECKSUMS is one more.
  NoteLargeArchive(report_.tree.files + report_.tree.directories + 1, &report_.findings);
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

Status Run::Publish() {
  if (!staged_ && !staged_file_) return {};
  progress_.Begin("sync to disk", "files", 0);
  if (staged_file_) return staged_file_->Publish();
  SNAPTREE_TRY(staged_->Publish());
  staged_->NoteLeftBehind(&report_.findings);
  return {};
}

// Of several inputs, those that the first one with encrypted rows had: they were given for all.
GivenKeys GivenKeysOf(const DecodeOptions& options, const Inputs& inputs) {
  GivenKeys keys{!options.input.keys.empty(), ""};
  for (const DecodedInput& input : inputs.infos()) {
    if (keys.at_hand.empty()) keys.at_hand = KeysAtHand(input.info);
  }
  return keys;
}

Result<DecodeReport> Run::Decode() {
  SNAPTREE_TRY(CheckAdapterNames(options_));
  SNAPTREE_TRY(CheckOutputPlace(options_));
  SNAPTREE_TRY(StageOutput());
  SNAPTREE_TRY(OpenInputs());
  const std::string& name = inputs_->rows().name();
  SNAPTREE_TRY(CheckEncryption(inputs_->scan(), name, GivenKeysOf(options_, *inputs_)));
  WarnOfEmptyView(inputs_->scan(), &report_.findings);
  SNAPTREE_TRY(LookForSpace());
  SNAPTREE_TRY(OpenOutput());
  if (options_.before_writing) options_.before_writing(inputs_->scan());
  const std::unique_ptr<TreeSink> told = NewForwardSink(*sink_, [this](Slice path) -> Result<bool> {
    filter_.MarkMet(path);
    return true;
  });
  TreeSink& sink = filter_.everything() ? *sink_ : *told;
  const AdapterRun run{options_,
                       inputs_->rows(),
                       inputs_->scan(),
                       filter_,
                       sink,
                       progress_,
                       options_.archive && !options_.dry_run ? 1 : options_.threads,
                       inputs_->AllGroupsGiven(),
                       scratch_.Shares()};
  // Before the adapters, at whose end it is known which patterns stand for nothing.
  MarkRootFiles();
  SNAPTREE_TRY(WriteTransactions(sink));
  SNAPTREE_TRY(RunAdapters(run, &report_));
  SNAPTREE_TRY(CloseTree());
  SNAPTREE_TRY(Publish());
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
