// Encrypts rows and wraps keys as a node does (spec 01 chapter 8), for tests. Written down here
// once more, apart from formats/encryption, so that a mistake there is seen.
#pragma once

#include <openssl/evp.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/coding.h"
#include "base/slice.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

// 32 bytes that count up from `first`.
inline std::string CountingKey(uint8_t first) {
  std::string key;
  for (int i = 0; i < 32; ++i) key += static_cast<char>(first + i);
  return key;
}

// Ciphertext and tag.
inline std::string GcmSeal(Slice key, Slice nonce, Slice associated, Slice plain) {
  const auto raw = [](Slice bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); };
  std::string out(plain.size() + 16, '\0');
  auto* const to = reinterpret_cast<unsigned char*>(out.data());
  int n = 0;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  bool ok = EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nullptr, raw(key), raw(nonce)) == 1;
  if (!associated.empty()) {
    ok = ok && EVP_EncryptUpdate(context, nullptr, &n, raw(associated),
                                 static_cast<int>(associated.size())) == 1;
  }
  ok = ok && EVP_EncryptUpdate(context, to, &n, raw(plain), static_cast<int>(plain.size())) == 1 &&
       EVP_EncryptFinal_ex(context, to + plain.size(), &n) == 1 &&
       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, to + plain.size()) == 1;
  EVP_CIPHER_CTX_free(context);
  if (!ok) throw std::runtime_error("GcmSeal");
  return out;
}

struct Seal {
  std::string key;
  uint32_t id = 7;
  uint8_t envelope_flags = 0;
  uint8_t row_flags = 2;
  std::string nonce = Unhex("000100020000000000000001");
  uint64_t expire_at = 0;
};

// The stored value of a row with this raw key.
inline std::string SealedValue(const Seal& seal, Slice raw_key, Slice plain) {
  std::string envelope;
  envelope += '\1';
  envelope += static_cast<char>(seal.envelope_flags);
  AppendBe32(&envelope, seal.id);
  const std::string header = StoredValue("", seal.expire_at, seal.row_flags);
  const std::string associated = envelope + header + std::string(raw_key);
  return header + envelope + seal.nonce + GcmSeal(seal.key, seal.nonce, associated, plain);
}

inline std::string Wrap(Slice kek, Slice key, const std::string& nonce = std::string(12, 'n')) {
  return nonce + GcmSeal(kek, nonce, {}, key);
}

struct SidecarKey {
  uint32_t id = 7;
  std::string purpose = "storage";
  std::string wrapped;
};

inline std::string SidecarJson(const std::vector<SidecarKey>& keys) {
  std::string text =
      "{\"version\":2,\"raft_applied_index\":6,\"storage_envelope_active\":true,"
      "\"active\":{\"storage\":7,\"raft\":8},\"keys\":{";
  for (const SidecarKey& key : keys) {
    text += (text.back() == '{' ? "\"" : ",\"") + std::to_string(key.id) + "\":{\"purpose\":\"" +
            key.purpose + "\",\"wrapped\":\"";
    AppendBase64(&text, key.wrapped);
    text += "\",\"created\":\"2026-01-01T00:00:00Z\",\"local_epoch\":0}";
  }
  return text + "}}";
}

}  // namespace snaptree::test
