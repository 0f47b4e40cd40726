// AES-256-GCM with one key: its key schedule is made once, every message brings its own nonce.
#pragma once

#include <cstdint>

#include "base/slice.h"

using EVP_CIPHER_CTX = struct evp_cipher_ctx_st;

namespace snaptree {

// Decrypts messages one after the other: Begin, Decrypt as often as wanted, Finish. What was
// decrypted is to be believed only when Finish() says so. Not thread-safe. The library zeroes its
// copy of the key when this goes.
class GcmKey {
 public:
  static constexpr size_t kKeyBytes = 32;
  static constexpr size_t kNonceBytes = 12;
  static constexpr size_t kTagBytes = 16;

  // REQUIRES: kKeyBytes bytes.
  explicit GcmKey(const uint8_t* key);
  ~GcmKey();
  GcmKey(const GcmKey&) = delete;
  GcmKey& operator=(const GcmKey&) = delete;

  // REQUIRES: nonce.size() == kNonceBytes.
  void Begin(Slice nonce, Slice associated_data);
  // As many bytes to `plain` as `encrypted` has. They may be the same place.
  void Decrypt(Slice encrypted, uint8_t* plain);
  // Whether all of it is what was encrypted with this key. REQUIRES: tag.size() == kTagBytes.
  bool Finish(Slice tag);

 private:
  EVP_CIPHER_CTX* context_;
};

}  // namespace snaptree
