// What is known of a snapshot from beside its own bytes: a document that stands next to it (an
// offload manifest, `meta.json`), its name, or the file that it was taken out of. Says which bytes
// it must have, and where it comes from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/progress.h"
#include "base/sha256.h"

namespace snaptree {

struct SnapshotFacts {
  // The bytes, uncompressed. What is not said is not checked.
  std::string document;    // says so: its path
  std::string error_code;  // of an error when the bytes are others
  std::optional<uint64_t> size;
  std::optional<Sha256Digest> sha256;
  std::optional<uint32_t> crc32c;
  std::optional<uint64_t> crc64_xz;
  bool proven = false;  // a checksum of all bytes has been compared

  // The snapshot.
  std::optional<uint64_t> index;
  std::optional<uint64_t> term;
  std::vector<std::pair<std::string, std::string>> origin;  // as ContainerInfo::origin

  bool can_prove() const { return !proven && (sha256 || crc32c || crc64_xz); }
};

// A snapshot that a directory or another file led to.
struct FoundSnapshot {
  std::string path;                       // of the file, for messages and for its name
  std::shared_ptr<const InputFile> file;  // null: to be opened by its path
  SnapshotFacts facts;
};

// Compares size and checksums, in one pass over the file. Errors have the code of the facts.
// REQUIRES: facts.can_prove().
Status CheckFacts(const SnapshotFacts& facts, const InputFile& file, Progress* progress);

// "1, 2, 3", for ContainerInfo::origin; the first 64.
std::string OriginList(const std::vector<std::string>& items);
std::string OriginList(const std::vector<uint64_t>& items);

}  // namespace snaptree
