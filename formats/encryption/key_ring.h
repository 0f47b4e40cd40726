// The keys that open encrypted rows: the sidecar keys.json, whose data keys are wrapped by a key
// encryption key, or data keys as they are (spec 01 section 8.2).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/findings.h"
#include "base/result.h"
#include "formats/encryption/no_core_file.h"
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

// kUnknown: keys.json names a purpose that this version does not know. Such a key may be one of
// rows.
enum class KeyPurpose : uint8_t { kStorage, kRaft, kUnknown };

class KeyRing {
 public:
  // Reads the files and unwraps every key that can be of rows. "KekSize" (a key file is not 32
  // bytes), "KekWrong" (no wrapped key opens), "KeyFileInvalid" (the sidecar),
  // "KeyFilesIncomplete" (usage: a sidecar without a KEK or the reverse), "OptionConflict" (usage:
  // two files for one id), errors of ReadKeyFile(). Key files that others can read, and
  // wrapped keys that do not open beside others that do, are findings. A data key that is given as
  // it is wins over the sidecar's. As long as the ring exists, the process leaves no core file.
  static Result<KeyRing> Load(const KeyFiles& files, Findings* findings);

  KeyRing(KeyRing&&) = default;
  KeyRing& operator=(KeyRing&&) = default;

  // Null: the ring lacks it.
  const DataKey* Find(uint32_t id) const;
  // Of keys that the sidecar names, whether they open or not.
  std::optional<KeyPurpose> PurposeOf(uint32_t id) const;
  // "1, 2", of keys that open rows; "none". For messages.
  std::string IdsText() const;

 private:
  KeyRing() : no_core_file_(std::make_unique<NoCoreFile>()) {}
  Status LoadSidecar(const KeyFiles& files, Findings* findings);
  Status LoadDataKeys(const KeyFiles& files, Findings* findings);

  std::unique_ptr<NoCoreFile> no_core_file_;  // goes after the keys
  std::map<uint32_t, DataKey> keys_;          // nodes: keys never move
  std::map<uint32_t, KeyPurpose> purposes_;
};

}  // namespace snaptree
