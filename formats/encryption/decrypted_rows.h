// The rows of a container with encrypted bodies opened, as a row stream in scratch: every row is
// opened and authenticated once, before anything is made of it, and all that reads rows need not
// know that they were encrypted.
//
// Rows whose key the ring lacks stay encrypted: they may be older versions that nobody reads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/container.h"
#include "formats/encryption/key_ring.h"
#include "formats/open_input.h"

namespace snaptree {

// Names in ContainerInfo::origin of a decrypted container: the ids of the keys that were at hand
// ("7, 9" or "none"), and how many rows they opened.
inline constexpr char kOriginKeys[] = "keys";
inline constexpr char kOriginDecryptedRows[] = "rows decrypted";

struct DecryptOptions {
  std::string scratch_folder;  // an existing folder
  bool salvage = false;        // rows that do not open stay as they are, and count as damaged
  size_t memory_bytes = size_t{512} << 20;  // for one body that was compressed
  Progress* progress = nullptr;
};

// Gives `container` back when none of its rows is encrypted. Reads and checks all of it first:
// errors of its scan. Then errors of EnvelopeOpener and UncompressBody() with file, offset and key,
// and "EnvelopeKeyPurpose" (the key is not one of rows). A clear row or a deletion whose
// body opens as an envelope is "EnvelopeAuth" too: its flags were changed.
Result<std::unique_ptr<Container>> DecryptRows(std::unique_ptr<Container> container,
                                               const KeyRing& keys, const DecryptOptions& options,
                                               Findings* findings);

// Ids of the keys that were at hand when the container was decrypted; "" when it was not.
std::string KeysAtHand(const ContainerInfo& info);
// Those of the ids whose keys were not at hand, or are not for rows.
std::vector<uint32_t> KeyIdsNotAtHand(const ContainerInfo& info, std::vector<uint32_t> ids);

}  // namespace snaptree
