// The text of keys.json (spec 01 section 8.2). Nothing in it is secret: keys in it are wrapped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/slice.h"
#include "formats/encryption/key_ring.h"

namespace snaptree {

// nonce (12 bytes), encrypted key (32), tag (16)
inline constexpr size_t kWrappedKeyBytes = 60;

struct WrappedKey {
  uint32_t id = 0;
  KeyPurpose purpose = KeyPurpose::kUnknown;
  std::string bytes;  // kWrappedKeyBytes
};

// The keys in the order in which they stand. `path` is for messages. Members that are not needed
// here may be missing or of any form. "KeyFileInvalid".
Result<std::vector<WrappedKey>> ParseSidecar(Slice text, const std::string& path);

}  // namespace snaptree
