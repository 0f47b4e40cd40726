// What ENCODE_INFO has to say before an encoded image may be restored (spec 01 section 13.2).
#pragma once

#include <optional>
#include <string>

#include "restore/restore.h"

#include "base/findings.h"
#include "manifest/encode_info.h"

namespace snaptree {

struct FoundEncodeInfo {
  std::string path;
  EncodeInfo info;
};

// The file that the options name, or the one beside the snapshot; nothing when there is none, or
// when the options say so. "NotFound", "UnsafePath", "NotRegular", "EncodeInfoInvalid".
Result<std::optional<FoundEncodeInfo>> FindEncodeInfo(const RestoreOptions& options,
                                                      const std::string& snapshot);

// Key format, self-test, cluster. `found` is null for a physical restore. "KeyFormatMismatch",
// "SelfTestMissing", "ClusterMismatch".
Status CheckEncodeInfo(const RestoreOptions& options, const FoundEncodeInfo* found,
                       Findings* findings);

// The image against what was encoded. "EncodeInfoMismatch".
Status CheckImageDigest(const FoundEncodeInfo& found, const std::string& sha256_hex,
                        const std::string& snapshot);

}  // namespace snaptree
