// The storage envelope around an encrypted row's body: AES-256-GCM (spec 01 section 8.1).
//
//   u8 version = 1, u8 flags (bit 0: the plaintext was compressed by Snappy), u32be key id,
//   12 bytes nonce, ciphertext, 16 bytes tag
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/slice.h"
#include "formats/encryption/key_ring.h"

namespace snaptree {

inline constexpr size_t kEnvelopeHeaderBytes = 18;
inline constexpr size_t kEnvelopeTagBytes = 16;
inline constexpr size_t kEnvelopeBytes = kEnvelopeHeaderBytes + kEnvelopeTagBytes;

struct EnvelopeHeader {
  uint8_t flags = 0;
  uint32_t key_id = 0;
};

// Of a body's first bytes. "EnvelopeShort", "EnvelopeVersion", "EnvelopeFlags"; without a place,
// which the caller adds.
Result<EnvelopeHeader> ParseEnvelope(Slice head, uint64_t body_size);

// Opens envelopes one after the other. Not thread-safe.
class EnvelopeOpener {
 public:
  explicit EnvelopeOpener(const KeyRing& keys);
  ~EnvelopeOpener();
  EnvelopeOpener(const EnvelopeOpener&) = delete;
  EnvelopeOpener& operator=(const EnvelopeOpener&) = delete;

  // The plaintext of a row's body in *plain. `value` is the whole value with its header of 9 bytes,
  // `raw_key` with its timestamp: both are authenticated. REQUIRES: the key of the envelope is in
  // the ring. "EnvelopeShort", "EnvelopeVersion", "EnvelopeFlags", "EnvelopeAuth",
  // "EnvelopeCompression".
  Status Open(Slice raw_key, Slice value, std::string* plain);

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree
