// Opens whatever the user gave: a snapshot file, a raft data directory, one of these inside zstd,
// or standard input
// ("-"). Recognised by content, never by name (spec 01 section 1.6). What is known but cannot be
// read yet is named in the error, with what the user can do.
//
// Adding a container: a pair of files with its reader, and one line in the table of open_input.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/progress.h"
#include "base/result.h"
#include "formats/container.h"
#include "formats/input_choice.h"

namespace snaptree {

struct OpenInputOptions {
  // Folder for the unpacked copy of a compressed input or of standard input; the copy has no name
  // and vanishes with the run. Empty: the system's temporary folder.
  std::string scratch_folder;
  // Read what is whole of a damaged file: see formats/salvage.h.
  bool salvage = false;
  // Open the snapshot of the timestamp group (raft group 0) too, as one without rows: its payload
  // of 8 bytes stands before them.
  bool timestamp_group = false;
  InputChoice choice;
  size_t memory_bytes = size_t{512} << 20;  // --memory; salvage sorts within a part of it
  Progress* progress = nullptr;
};

// A stretch of the input that salvage could not read.
struct LostRange {
  uint64_t begin = 0;  // bytes of the (uncompressed) file
  uint64_t end = 0;
  std::string reason;     // code and sentence
  std::string after_key;  // raw key of the last good row before it
};

// What salvage did; empty() when it had nothing to do.
struct SalvageReport {
  std::string damage;        // the error that a run without --salvage stops with
  bool end_missing = false;  // the file was cut: how much is lost nobody can tell
  uint64_t rows_kept = 0;
  uint64_t rows_suspect = 0;       // dropped: their own length may be what is wrong
  uint64_t rows_duplicate = 0;     // dropped: the raw key stood twice
  uint64_t rows_out_of_order = 0;  // kept, sorted into place
  std::vector<LostRange> lost;     // the first 1000
  uint64_t lost_ranges = 0;
  uint64_t bytes_lost = 0;

  bool empty() const { return damage.empty(); }
};

struct OpenedInput {
  std::unique_ptr<Container> container;
  // The bytes, unpacked; null: the input is no single file (a Pebble directory).
  std::shared_ptr<const InputFile> file;
  uint64_t payload_begin = 0;  // where its FSM header ends
  Findings findings;           // of choosing and unpacking
  SalvageReport salvage;
};

// Errors: "NotFound", "NotRegular", "Permission", "Io", "InputEmpty", "NoSnapshot", "NoRows",
// "ContainerUnsupported", "PayloadUnknown", "PayloadLegacyGob", "PayloadLegacyStream",
// "FsmHeader...", "PayloadTruncated", "ZstdTruncated", "ZstdCorrupt".
Result<OpenedInput> OpenInput(const std::string& path, const OpenInputOptions& options);

}  // namespace snaptree
