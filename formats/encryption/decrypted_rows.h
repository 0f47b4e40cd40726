// The rows of a container with encrypted bodies opened, as a row stream in scratch: every row is
// opened and authenticated once, before anything is made of it, and all that reads rows need not
// know that they were encrypted.
//
// Rows whose key the ring lacks stay encrypted: they may be older versions that nobody reads.
#pragma once

#include <memory>

#include "formats/container.h"
#include "formats/encryption/key_ring.h"
#include "formats/open_input.h"

namespace snaptree {

struct DecryptOptions {
  std::string scratch_folder;  // an existing folder
  bool salvage = false;        // rows that do not open stay as they are, and count as damaged
  Progress* progress = nullptr;
};

// Gives `container` back when none of its rows is encrypted. Reads and checks all of it. Errors of
// its scan, and those of EnvelopeOpener with file, offset and key; "EnvelopeKeyPurpose".
Result<std::unique_ptr<Container>> DecryptRows(std::unique_ptr<Container> container,
                                               const KeyRing& keys, const DecryptOptions& options,
                                               Findings* findings);

}  // namespace snaptree
