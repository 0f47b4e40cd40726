// Reads the sidecar of a body: spec 04 sections 5.4 and 7.2. People edit these files.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/common/stored_json.h"
#include "base/result.h"

namespace snaptree::s3 {

struct Sidecar {
  std::string etag;  // one pair of quotes removed; empty: none
  std::optional<uint64_t> size_bytes;
  uint64_t last_modified_hlc = 0;
  std::string content_type;
  std::string content_encoding;
  std::string cache_control;
  std::string content_disposition;
  std::map<std::string, std::string> user_metadata;  // names in lower case
  std::optional<std::vector<uint64_t>> part_sizes;
  std::string extra;  // unknown members of a head, each with a comma before it

  // What reading mended. With any of it the file will not come out as it stands.
  bool lowered_names = false;                // of user_metadata
  bool other_form = false;                   // a text that comes out otherwise, or not at all
  std::vector<std::string> unknown_members;  // ignored

  bool is_mended() const { return lowered_names || other_form || !unknown_members.empty(); }
};

// Where the text stood: as a file of its own, or as a line that names its object too (spec 08).
enum class SidecarForm : uint8_t { kFile, kLine };

// "S3EncodeInvalidSidecar", without a place.
Result<Sidecar> ParseSidecar(Slice text, StoredJson* json, SidecarForm form = SidecarForm::kFile);

}  // namespace snaptree::s3
