// A decode of some rows of a snapshot that is open, without the frame that a run of its own has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check/get/get_parts.h"

#include "base/scratch_space.h"
#include "formats/row_lookup.h"

namespace snaptree {

class RowsDecoder {
 public:
  // All must outlive it. adapter: the one to run.
  RowsDecoder(const ScannedSnapshot& snapshot, const GetOptions& options, std::string adapter);

  // The record's files, out of all rows: of others only keys are read.
  Result<DecodeReport> FromAll(TreeSink& sink);
  // All that the adapter writes, or of a scope ("s3/photos"), for a file that tells of many
  // records.
  Result<DecodeReport> Scope(const std::optional<std::string>& scope, TreeSink& sink);
  // The record's files, out of these rows alone; damaged ones are findings. nullopt: rows of others
  // stand between them, in odd files.
  Result<std::optional<DecodeReport>> Alone(RowLookup* lookup, std::vector<KeyRange> rows,
                                            TreeSink& sink);

 private:
  DecodeOptions Options() const;
  Result<DecodeReport> Decode(const DecodeOptions& decode, const ScanResult& scan, TreeSink& sink);

  const ScannedSnapshot& snapshot_;
  const GetOptions& options_;
  const std::string adapter_;
  Progress own_progress_;
  Progress& progress_;
  ScratchSpace scratch_;
};

}  // namespace snaptree
