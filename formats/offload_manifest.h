// The manifest of an offloaded snapshot (spec 01 chapter 6, spec 07 chapter 10): which payload
// object it is of, and where that came from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/slice.h"
#include "formats/snapshot_facts.h"

namespace snaptree {

struct OffloadManifest {
  std::string created_at;  // RFC 3339
  std::string source_cluster;
  uint64_t group_id = 0;
  uint64_t index = 0;
  uint64_t term = 0;
  std::vector<uint64_t> voters, learners, voters_outgoing, learners_next;  // node ids
  bool auto_leave = false;
  std::string payload_key;
  uint64_t payload_bytes = 0;
  std::string payload_sha256;   // 64 hex digits
  uint32_t payload_crc32c = 0;  // 0: not known
  std::string binary_version;
  std::string key;  // its own, in the store

  // The document without `manifest_sha256` and without a final newline, as the server writes it:
  // what that digest is of.
  std::string CanonicalText() const;
  SnapshotFacts Facts(const std::string& path) const;
};

// `path` is for messages. Checks all members, that its keys are what its other members make them,
// and its own digest. "OffloadManifestInvalid".
Result<OffloadManifest> ParseOffloadManifest(Slice text, const std::string& path);
// The same of a file. "NotFound", ...
Result<OffloadManifest> ReadOffloadManifest(const std::string& path);

// "v1/groups/2/snapshots/<index>-<term>.json", "v1/payloads/sha256/<2 hex>/<sha256>.fsm": keys
// behind the store's prefix.
std::string OffloadManifestKey(uint64_t group_id, uint64_t index, uint64_t term);
std::string OffloadPayloadKey(const std::string& sha256);

// The digest that a payload object's name is: "<64 hex>.fsm", also with ".zst" behind it.
std::optional<SnapshotFacts> FactsOfObjectName(const std::string& path);

}  // namespace snaptree
