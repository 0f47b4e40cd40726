// The storage envelope around an encrypted row's body: AES-256-GCM (spec 01 section 8.1).
//
//   u8 version = 1, u8 flags (bit 0: the plaintext was compressed by Snappy), u32be key id,
//   12 bytes nonce, ciphertext, 16 bytes tag
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "base/slice.h"
#include "formats/encryption/gcm_key.h"
#include "formats/encryption/key_ring.h"
#include "formats/fsm_format.h"

namespace snaptree {

inline constexpr size_t kEnvelopeHeaderBytes = 18;
inline constexpr size_t kEnvelopeTagBytes = 16;
inline constexpr size_t kEnvelopeBytes = kEnvelopeHeaderBytes + kEnvelopeTagBytes;
// What stands before the ciphertext of a row's value.
inline constexpr size_t kEncryptedHeadBytes = kValueHeaderBytes + kEnvelopeHeaderBytes;

struct EnvelopeHeader {
  uint8_t flags = 0;
  uint32_t key_id = 0;

  bool compressed() const { return (flags & 1) != 0; }
};

// Of a body's first bytes: kEnvelopeHeaderBytes, or all of a shorter one. "EnvelopeShort",
// "EnvelopeVersion", "EnvelopeFlags"; without a place, which the caller adds.
Result<EnvelopeHeader> ParseEnvelope(Slice head, uint64_t body_size);

// Opens envelopes one after the other. Not thread-safe. The ring must outlive it.
class EnvelopeOpener {
 public:
  explicit EnvelopeOpener(const KeyRing& keys) : ring_(keys) {}
  EnvelopeOpener(const EnvelopeOpener&) = delete;
  EnvelopeOpener& operator=(const EnvelopeOpener&) = delete;

  // In pieces: Begin, Decrypt for all of the ciphertext, Finish. `head` is the first
  // kEncryptedHeadBytes of the value, `raw_key` is with its timestamp: all of it is authenticated.
  // REQUIRES: ParseEnvelope() took the envelope, its key is in the ring.
  void Begin(Slice raw_key, Slice head);
  void Decrypt(Slice encrypted, char* plain);
  // "EnvelopeAuth": the key is another one, or something of the row was changed.
  Status Finish(Slice tag);

  // The same of a value that is in memory: the decrypted body, still compressed if it was, in
  // *plain.
  Status Open(Slice raw_key, Slice value, std::string* plain);

 private:
  GcmKey& KeyOf(uint32_t id);

  const KeyRing& ring_;
  std::map<uint32_t, GcmKey> keys_;
  uint32_t last_id_ = 0;  // no key has it
  GcmKey* last_key_ = nullptr;
  std::string associated_;
};

// A body that was compressed before it was encrypted, in *body. At most `limit` bytes, packed and
// unpacked together. "EnvelopeCompression", without a place.
Status UncompressBody(Slice packed, uint64_t limit, std::string* body);

}  // namespace snaptree
