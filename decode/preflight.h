// What is checked between the scan and the first byte of output: the read timestamp, encryption,
// space.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

// What is known of the keys that were given.
struct GivenKeys {
  bool any = false;
  std::string at_hand;  // KeysAtHand(): ids of those that open rows; "" when it is not known
};
// "EncryptedRows": live rows that no key opened, of any family: what is derived or operational
// decides about lifetimes, transactions and raft groups. Names their number and the ids of the keys
// that are missing.
Status CheckEncryption(const ScanResult& scan, const std::string& source, const GivenKeys& keys);
// The error itself, of a number of rows and the ids of their keys.
Status EncryptedRowsError(uint64_t rows, const std::vector<uint32_t>& key_ids,
                          const std::string& source, const GivenKeys& keys);

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
