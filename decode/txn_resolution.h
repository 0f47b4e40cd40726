// Transactions over several raft groups that a snapshot caught in the middle (spec 06 chapter 5,
// spec 01 chapter 9): what was committed and not applied yet becomes rows of its own, which the
// view then takes like any other. Nothing is applied whose decision is not known.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/external_sorter.h"
#include "base/file.h"
#include "base/findings.h"
#include "base/result.h"
#include "formats/row.h"
#include "formats/scan.h"
#include "tree/tree_sink.h"

namespace snaptree {

struct TxnInput {
  const RowSource* source;
  const ScanResult* scan;
};

struct TxnOptions {
  // Commits after it are left out. Not set: all count, and the view goes as far as the newest one.
  std::optional<uint64_t> read_ts;
  // The inputs are all groups of the cluster: what has no decision was never committed.
  bool all_groups_given = false;
  // What is known of no decision is applied 1 after its start (--apply-unresolved=commit).
  bool apply_unresolved = false;
  SorterOptions sorter;  // three of them are in use together
  std::string scratch_folder;
};

class TxnResolution {
 public:
  // "Io", "NoSpace" of scratch files; errors of reading.
  static Result<TxnResolution> Resolve(std::span<const TxnInput> inputs, const TxnOptions& options);

  // Rows to add, ascending by raw key; null when there are none.
  const RowSource* added() const { return added_.get(); }
  uint64_t max_commit_ts() const { return max_commit_ts_; }  // of added rows; 0: none
  const Findings& findings() const { return findings_; }

  // _internal/txn_unresolved.jsonl: what was not applied because its decision is in no input.
  // Nothing is written when there is none. Last call; the inputs must still be there.
  Status WriteUnresolved(TreeSink& sink, bool* written);

 private:
  friend class TxnResolver;
  std::unique_ptr<RowSource> added_;
  uint64_t max_commit_ts_ = 0;
  Findings findings_;
  std::unique_ptr<ExternalSorter> unresolved_;  // by K; null: none
  std::vector<TxnInput> inputs_;
};

// Whether any input has lock rows at all.
bool HasLocks(std::span<const TxnInput> inputs);

}  // namespace snaptree
