#include "decode/inputs.h"

#include <algorithm>
#include <utility>

#include "base/time_text.h"
#include "decode/preflight.h"
#include "formats/merged_rows.h"

namespace snaptree {

std::vector<DecodedInput> Inputs::infos() const {
  std::vector<DecodedInput> infos;
  for (const OpenedInput& input : inputs_)
    infos.push_back({input.container->info(), input.salvage});
  return infos;
}

Status Inputs::OpenOne(const InputsOptions& options, const std::string& path) {
  OpenInputOptions open;
  open.scratch_folder = options.scratch_folder;
  open.choice = options.run.input;
  open.salvage = options.run.salvage;
  open.memory_bytes = options.run.memory_bytes;
  open.progress = options.progress;
  Result<OpenedInput> input = OpenInput(path, open);
  if (!input.ok() && input.status().code() == "NoRows" && options.run.inputs.size() > 1) {
    findings_.Note("timestamp_group_skipped", "inputs of the timestamp group, which holds no data",
                   path);
    return {};
  }
  SNAPTREE_TRY(input.status());
  findings_.Merge(input->findings);
  inputs_.push_back(*std::move(input));
  return {};
}

Status Inputs::ScanEach(const InputsOptions& options) {
  for (const OpenedInput& input : inputs_) {
    ScanOptions scan{options.run.at, options.run.salvage, options.progress};
    SNAPTREE_ASSIGN(ScanResult result, ScanContainer(*input.container, scan));
    findings_.Merge(result.findings);
    scans_.push_back(std::move(result));
  }
  return {};
}

Status Inputs::CheckGroups() {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    SNAPTREE_TRY(CollectRoutes(inputs_[i].container->rows(), scans_[i], &catalog_));
  }
  if (catalog_.unreadable) {
    findings_.Warn("groups_unknown",
                   "rows that name the raft groups of the cluster cannot be read: data of others "
                   "may be missing from the tree");
  }
  const size_t groups = catalog_.groups.size();
  if (groups <= inputs_.size()) return {};
  findings_.Warn("other_groups",
                 "the cluster has more raft groups than inputs were given: data of the others is "
                 "not in the tree",
                 std::to_string(inputs_.size()) + " of " + std::to_string(groups) + " groups given",
                 groups - inputs_.size());
  return {};
}

// All groups are read at one time, so that a transaction over two of them is there as a whole or
// not at all: the newest time that all of them cover.
Status Inputs::CheckCommonTime(const DecodeOptions& options) {
  const auto older = [](const ScanResult& a, const ScanResult& b) {
    return a.last_commit_ts < b.last_commit_ts;
  };
  if (options.at) {
    read_ts_ = *options.at;
  } else if (options.latest) {
    read_ts_ = std::max_element(scans_.begin(), scans_.end(), older)->last_commit_ts;
  } else {
    read_ts_ = std::min_element(scans_.begin(), scans_.end(), older)->last_commit_ts;
  }
  for (size_t i = 0; i < scans_.size(); ++i) {
    const std::string& path = inputs_[i].container->info().path;
    SNAPTREE_TRY(CheckReadTimestamp({read_ts_, options.at.has_value(), options.force}, scans_[i],
                                    path, &findings_));
  }
  return {};
}

Status Inputs::ResolveTransactions(const InputsOptions& options) {
  std::vector<TxnInput> inputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    inputs.push_back({&inputs_[i].container->rows(), &scans_[i]});
  }
  if (!HasLocks(inputs)) return {};
  TxnOptions txn;
  const bool newest = !options.run.at && (inputs.size() == 1 || options.run.latest);
  if (!newest) txn.read_ts = read_ts_;
  txn.all_groups_given = AllGroupsGiven();
  txn.apply_unresolved = options.run.apply_unresolved;
  txn.sorter = options.sorter;
  txn.scratch_folder = options.scratch_folder;
  SNAPTREE_ASSIGN(transactions_, TxnResolution::Resolve(inputs, txn));
  findings_.Merge(transactions_->findings());
  // What the live node's reader would answer.
  read_ts_ = std::max(read_ts_, newest ? transactions_->max_commit_ts() : 0);
  return {};
}

Status Inputs::Merge(const InputsOptions& options) {
  MergedInputs merge;
  for (const OpenedInput& input : inputs_) merge.sources.push_back(&input.container->rows());
  merge.added = transactions_ ? transactions_->added() : nullptr;
  merge.read_ts = read_ts_;
  merge.may_overlap = catalog_.splits;
  if (catalog_.splits && merge.sources.size() > 1) {
    findings_.Warn("split_in_progress",
                   "a range of keys was moving from one raft group to another: of a key that "
                   "stands in both, the newest version counts");
  }
  if (merge.sources.size() == 1 && merge.added == nullptr) {
    scan_ = std::move(scans_[0]);
    return {};
  }
  ContainerInfo info;
  info.path = merge.sources.size() == 1 ? inputs_[0].container->info().path : "the merged inputs";
  for (const OpenedInput& input : inputs_) info.bytes += input.container->info().bytes;
  merged_ = NewMergedContainer(merge, std::move(info));
  ScanOptions scan{read_ts_, options.run.salvage, options.progress};
  scan.several_inputs = true;
  SNAPTREE_ASSIGN(scan_, ScanContainer(*merged_, scan));
  for (const ScanResult& one : scans_) {
    scan_.last_commit_ts = std::max(scan_.last_commit_ts, one.last_commit_ts);
  }
  TellOfNewerRows(options.run);
  return {};
}

// What the common time leaves out of the files. A group that writes nothing, or whose file is old,
// can hold all others back.
void Inputs::TellOfNewerRows(const DecodeOptions& options) {
  if (options.at || options.latest) return;
  uint64_t newer = 0;
  for (const FamilyCounts& counts : scan_.families) newer += counts.newer - counts.added.newer;
  if (newer == 0) return;
  constexpr uint64_t kGraceMs = 60'000;
  const uint64_t behind_ms = HlcMillis(scan_.last_commit_ts) - HlcMillis(read_ts_);
  findings_.Add(behind_ms < kGraceMs ? Severity::kNote : Severity::kWarning, "newer_than_common",
                "rows that are newer than the newest time that all inputs cover were left out; "
                "--latest reads each input at its own end",
                "read at " + UtcText(HlcMillis(read_ts_)) + ", newest " +
                    UtcText(HlcMillis(scan_.last_commit_ts)),
                newer);
}

Result<Inputs> Inputs::Open(const InputsOptions& options) {
  Inputs all;
  if (options.run.inputs.size() > kMaxInputs) {
    return UsageError("TooManyInputs", "more inputs than a cluster has groups")
        .Expected("at most " + std::to_string(kMaxInputs))
        .Found(std::to_string(options.run.inputs.size()));
  }
  for (const std::string& path : options.run.inputs) SNAPTREE_TRY(all.OpenOne(options, path));
  if (all.inputs_.empty()) {
    return DataError("NoRows",
                     "all inputs are snapshots of the timestamp group, which holds no data")
        .Next("give the snapshots of the groups that hold data");
  }
  SNAPTREE_TRY(all.ScanEach(options));
  SNAPTREE_TRY(all.CheckGroups());
  SNAPTREE_TRY(all.CheckCommonTime(options.run));
  SNAPTREE_TRY(all.ResolveTransactions(options));
  SNAPTREE_TRY(all.Merge(options));
  return all;
}

}  // namespace snaptree
