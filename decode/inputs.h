// The inputs of a run, opened and scanned, as one: the groups of a cluster merged at one read
// timestamp, with what committed transactions left to apply (design: "Open", "Scan", "View").
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/external_sorter.h"
#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "decode/decoder.h"
#include "decode/route_groups.h"
#include "decode/txn_resolution.h"
#include "formats/open_input.h"
#include "formats/scan.h"

namespace snaptree {

struct InputsOptions {
  const DecodeOptions& run;
  std::string scratch_folder;  // an existing folder, for unpacked copies and added rows
  SorterOptions sorter;
  Progress* progress = nullptr;
};

class Inputs {
 public:
  // Errors of OpenInput() and ScanContainer(), of checking the read timestamp ("AtZero",
  // "AtBeforeRetention"), and "KeyInTwoInputs".
  static Result<Inputs> Open(const InputsOptions& options);

  const RowSource& rows() const { return merged_ ? merged_->rows() : inputs_[0].container->rows(); }
  const ScanResult& scan() const { return scan_; }
  // Of opening and scanning each input, and of its transactions.
  const Findings& findings() const { return findings_; }
  std::vector<DecodedInput> infos() const;
  // As far as the inputs tell: no raft group is missing.
  bool AllGroupsGiven() const { return catalog_.IsCoveredBy(inputs_.size()); }
  // Null: there are no transactions to tell of.
  TxnResolution* transactions() { return transactions_ ? &*transactions_ : nullptr; }

 private:
  Status OpenOne(const InputsOptions& options, const std::string& path);
  Status ScanEach(const InputsOptions& options);
  Status CheckGroups();
  Status CheckCommonTime(const DecodeOptions& options);
  Status ResolveTransactions(const InputsOptions& options);
  Status Merge(const InputsOptions& options);
  void TellOfNewerRows(const DecodeOptions& options);

  std::vector<OpenedInput> inputs_;
  std::vector<ScanResult> scans_;  // of each input by itself
  RouteCatalog catalog_;
  uint64_t read_ts_ = 0;
  std::optional<TxnResolution> transactions_;
  std::unique_ptr<Container> merged_;  // null: one input, and nothing to add to it
  ScanResult scan_;                    // of all
  Findings findings_;
};

}  // namespace snaptree
