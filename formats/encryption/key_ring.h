// The keys that open encrypted rows: the sidecar keys.json, whose data keys are wrapped by a key
// encryption key, or data keys as they are (spec 01 section 8.2).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/findings.h"
#include "base/result.h"
#include "formats/input_choice.h"

namespace snaptree {

// 32 bytes that are zeroed when they go. Never copied.
class DataKey {
 public:
  static constexpr size_t kBytes = 32;
  DataKey() = default;
  ~DataKey();
  DataKey(const DataKey&) = delete;
  DataKey& operator=(const DataKey&) = delete;

  uint8_t* bytes() { return bytes_.data(); }
  const uint8_t* bytes() const { return bytes_.data(); }

 private:
  std::array<uint8_t, kBytes> bytes_{};
};

enum class KeyPurpose : uint8_t { kStorage, kRaft, kUnknown };

class KeyRing {
 public:
  // Reads the files and unwraps every storage key. "KekSize", "KekWrong" (no wrapped key opens),
  // "KeyFileInvalid" (the sidecar), "KeyFilesIncomplete" (usage: a sidecar without a KEK or the
  // reverse), errors of reading. Files that others can read are a finding.
  static Result<KeyRing> Load(const KeyFiles& files, Findings* findings);

  KeyRing(KeyRing&&) = default;
  KeyRing& operator=(KeyRing&&) = default;

  // Null: the ring lacks it.
  const DataKey* Find(uint32_t id) const;
  // Of keys that the sidecar names, whether they open or not.
  std::optional<KeyPurpose> PurposeOf(uint32_t id) const;
  std::string IdsText() const;  // "1, 2": for messages

 private:
  KeyRing() = default;

  std::map<uint32_t, DataKey> keys_;  // nodes: keys never move
  std::map<uint32_t, KeyPurpose> purposes_;
};

}  // namespace snaptree
