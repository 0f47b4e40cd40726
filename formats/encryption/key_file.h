// Files that the user names as keys: regular ones, and pipes, so that a key can come out of a vault
// without a file on the disk: --kek-file <(vault ...).
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "base/findings.h"
#include "base/result.h"

namespace snaptree {

// Bytes that are zeroed when they go. Never copied by accident.
class SecretText {
 public:
  SecretText() = default;
  SecretText(SecretText&& other) noexcept : bytes(std::exchange(other.bytes, {})) {}
  SecretText& operator=(SecretText&&) = delete;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText();

  std::string bytes;
};

struct KeyFileRead {
  SecretText text;
  bool others_can_read = false;  // the file, by its mode
};

// All of the file, or its first limit + 1 bytes. `option` names it in messages. What a pipe gave is
// kept, zeroed only when the process ends: a run may load its keys more than once. Usage errors:
// "NotFound", "NotRegular" (a folder or a device), "KeyOnCommandLine" (what was given is no file
// and looks like a key: it is not repeated); errors of reading, "Cancelled".
Result<KeyFileRead> ReadKeyFile(const char* option, const std::string& path, size_t limit);

}  // namespace snaptree
