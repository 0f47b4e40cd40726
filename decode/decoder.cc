#include "decode/decoder.h"

#include <algorithm>
#include <memory>

#include "adapters/common/decode_context.h"
#include "adapters/rawkv/rawkv_decoder.h"
#include "adapters/redis/redis_decoder.h"
#include "base/coding.h"
#include "base/scratch_folder.h"
#include "base/staged_output.h"
#include "base/text.h"
#include "decode/accounting.h"
#include "decode/damaged_rows.h"
#include "decode/preflight.h"
#include "decode/report_files.h"
#include "tree/digest_sink.h"
#include "tree/directory_sink.h"

namespace snaptree {
namespace {

// Shares of the memory budget; sorters that are in use together.
constexpr double kChecksumShare = 0.1;
constexpr double kExpiryShare = 0.05;

constexpr AdapterId kDecodable[] = {AdapterId::kRedis, AdapterId::kRawkv};

// One run: what is open and what was found so far.
class Run {
 public:
  explicit Run(const DecodeOptions& options)
      : options_(options),
        progress_(options.progress != nullptr ? *options.progress : own_progress_) {}

  Result<DecodeReport> Decode();

 private:
  Status SelectAdapters();
  bool IsSelected(AdapterId adapter) const { return selected_[static_cast<size_t>(adapter)]; }
  std::string InputScratchFolder() const;
  Status OpenOutput();
  SorterOptions SorterShare(double share);
  Result<std::string> SorterFolder();
  Status RunAdapters();
  Status RunRedis(DecodeContext& context, ExternalSorter* expiries);
  void BookUndecoded();
  Status CloseTree();
  Status RefuseLosses() const;

  const DecodeOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  DecodeReport report_;
  std::array<bool, kAdapterCount> selected_{};
  OpenedInput input_;
  ScanResult scan_;
  RowLedger ledger_;
  std::optional<StagedOutput> staged_;
  std::optional<ScratchFolder> scratch_;  // of a dry run
  std::unique_ptr<TreeSink> sink_;        // last: its threads use what is above
};

Status Run::SelectAdapters() {
  for (const std::string& name : options_.adapters) {
    bool found = name == "all";
    for (size_t i = 0; i + 1 < kAdapterCount; ++i) {
      const auto adapter = static_cast<AdapterId>(i);
      if (name != "all" && name != AdapterName(adapter)) continue;
      found = true;
      selected_[i] = true;
      if (name == "all" || IsDecoded(adapter)) continue;
      return UsageError("AdapterNotAvailable", "this version cannot decode " + name)
          .Expected("redis, rawkv or all")
          .Next("leave --adapter away: rows of other adapters are counted and reported");
    }
    if (!found) {
      return UsageError("UnknownAdapter", "there is no adapter of this name")
          .Expected("one of dynamodb, s3, redis, sqs, rawkv, fs, all")
          .Found(name);
    }
  }
  if (options_.adapters.empty()) selected_.fill(true);
  return {};
}

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

// Data rows of adapters that are not selected, or that this version cannot decode.
void Run::BookUndecoded() {
  std::array<uint64_t, kAdapterCount> left{};
  for (size_t i = 0; i < Families().size(); ++i) {
    const Family& family = Families()[i];
    if (family.family_class != FamilyClass::kData) continue;
    const AdapterId owner =
        i == BareFamily() && options_.bare_rows_as_redis ? AdapterId::kRedis : family.adapter;
    const bool decodable = IsDecoded(owner);
    if (decodable && IsSelected(owner)) continue;
    ledger_.Add(static_cast<FamilyId>(i), RowLedger::Place::kExcluded, scan_.families[i].live);
    if (decodable || !IsSelected(owner)) continue;
    left[static_cast<size_t>(owner)] += scan_.families[i].live;
    report_.not_decoded += scan_.families[i].live;
  }
  for (size_t i = 0; i < kAdapterCount; ++i) {
    if (left[i] == 0) continue;
    report_.findings.Warn("not_decoded", "rows of adapters that this version cannot decode yet",
                          AdapterName(static_cast<AdapterId>(i)), left[i]);
  }
  const uint64_t locks = scan_.of(FamilyOf("!txn|lock|")).live;
  if (locks > 0) {
    report_.findings.Warn(
        "txn_pending",
        "keys locked by transactions, whose committed values are not rolled forward yet", {},
        locks);
  }
}

Status Run::RunRedis(DecodeContext& context, ExternalSorter* expiries) {
  const bool raw = IsSelected(AdapterId::kRawkv) && !options_.bare_rows_as_redis;
  redis::RedisOptions redis;
  if (raw && scan_.of(BareFamily()).live > 0) {
    redis.bare_expiry = [expiries](Slice key, uint64_t expire_at_ms) {
      std::string payload;
      AppendBe64(&payload, expire_at_ms);
      return expiries->Add(key, payload);
    };
  }
  if (IsSelected(AdapterId::kRedis)) {
    SNAPTREE_ASSIGN(const redis::RedisTotals totals, redis::DecodeRedis(context, redis));
    report_.adapters.push_back({"redis", true, totals.keys, {}});
    report_.losses += totals.losses;
    return {};
  }
  // Without the Redis adapter its TTL rows still tell when old bare strings expire.
  if (!redis.bare_expiry || scan_.of(FamilyOf("!redis|ttl|")).live == 0) return {};
  redis.write = false;
  RowLedger nowhere;
  Findings unheard;
  const DecodeContext aside{context.source, context.scan,     context.sink,           unheard,
                            nowhere,        context.progress, context.sorter_options, false,
                            false};
  SNAPTREE_ASSIGN([[maybe_unused]] const redis::RedisTotals none, redis::DecodeRedis(aside, redis));
  return {};
}

Status Run::RunAdapters() {
  DecodeContext context{input_.container->rows(),
                        scan_,
                        *sink_,
                        report_.findings,
                        ledger_,
                        progress_,
                        [this](double share) { return SorterShare(share); },
                        options_.salvage,
                        options_.bare_rows_as_redis};
  DamagedRows damaged(context.source, *sink_);
  SNAPTREE_TRY(damaged.KeepUnreadable(scan_, &report_.damaged));
  ledger_.SetKeepDamaged([&damaged](FamilyId family, const ViewRow& row, const Status& why) {
    return damaged.Keep(family, row, why);
  });
  BookUndecoded();
  ExternalSorter expiries(SorterShare(kExpiryShare));
  SNAPTREE_TRY(RunRedis(context, &expiries));
  SNAPTREE_TRY(expiries.Finish());
  if (IsSelected(AdapterId::kRawkv) && !options_.bare_rows_as_redis) {
    SNAPTREE_ASSIGN(const uint64_t rows, DecodeRawKv(context, &expiries));
    report_.adapters.push_back({"rawkv", true, rows, {}});
  }
  SNAPTREE_ASSIGN([[maybe_unused]] const uint64_t unknown, DecodeUnknownRows(context));
  return damaged.Finish();
}

// The report is complete from here on; the tree gets its last files.
Status Run::CloseTree() {
  for (size_t i = 0; i < kAdapterCount; ++i) {
    const char* name = AdapterName(static_cast<AdapterId>(i));
    const bool there = std::any_of(report_.adapters.begin(), report_.adapters.end(),
                                   [name](const AdapterReport& a) { return a.name == name; });
    if (!there) report_.adapters.push_back({name, false, 0, {}});
  }
  SNAPTREE_TRY(Account(scan_, ledger_, &report_));
  report_.damaged.insert(report_.damaged.end(), ledger_.damaged().begin(), ledger_.damaged().end());
  report_.losses += scan_.DamagedRows();
  for (const AdapterReport& adapter : report_.adapters) report_.records += adapter.records;
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
  SNAPTREE_TRY(SelectAdapters());
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
  SNAPTREE_TRY(RunAdapters());
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

bool IsDecoded(AdapterId adapter) {
  return std::find(std::begin(kDecodable), std::end(kDecodable), adapter) != std::end(kDecodable);
}

bool DecodeReport::complete() const {
  return !findings.HasWarning() && rows.unknown == 0 && rows.damaged == 0 && losses == 0 &&
         not_decoded == 0;
}

Result<DecodeReport> Decode(const DecodeOptions& options) {
  Run run(options);
  return run.Decode();
}

}  // namespace snaptree
