// What is checked between the scan and the first byte of output: the read timestamp, encryption,
// space.
#pragma once

#include <string>

#include "decode/decoder.h"
#include "formats/scan.h"

namespace snaptree {

struct ReadTime {
  uint64_t read_ts;  // HLC
  bool asked;        // by --at; else it is the common time of several inputs
  bool force;        // --force
};

// "AtBeforeRetention" when versions that the view would need may be gone. A usage error for 0.
Status CheckReadTimestamp(const ReadTime& time, const ScanResult& scan, const std::string& source,
                          Findings* findings);

// Warns when --at is a time at which nothing existed yet: more often a slip than a wish.
void WarnOfEmptyView(const ScanResult& scan, Findings* findings);

// "EncryptedRows": rows that need keys. Names their number and the key ids.
Status CheckEncryption(const ScanResult& scan, const std::string& source);

// What will be written at least.
struct Room {
  uint64_t bytes = 0;
  uint64_t files = 0;
};
// "NoSpace" when the file system of `folder` has less.
Status CheckRoom(const Room& room, const std::string& folder);

// The same for the tree of a snapshot. A lower bound, so that nothing is refused that would have
// fitted. file_each: records are files of their own, not lines or entries of an archive.
Status CheckSpace(const ScanResult& scan, bool file_each, const std::string& folder);

// "OutputInsideInput" when the output would stand inside the input directory; "OutputHoldsInput"
// when replacing the output would delete the input, or something else that the run or its caller
// needs.
Status CheckOutputPlace(const DecodeOptions& options);

}  // namespace snaptree
