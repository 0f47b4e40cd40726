#include "formats/encryption/gcm_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace snaptree {
namespace {

const EVP_CIPHER* Cipher() {
  static const EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

// OpenSSL's calls fail here only when the library itself is broken.
void Require(bool ok) {
  if (!ok) std::abort();
}

const uint8_t* Raw(Slice bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

}  // namespace

GcmKey::GcmKey(const uint8_t* key) : context_(EVP_CIPHER_CTX_new()) {
  Require(context_ != nullptr && Cipher() != nullptr);
  Require(EVP_DecryptInit_ex2(context_, Cipher(), key, nullptr, nullptr) == 1);
}

GcmKey::~GcmKey() { EVP_CIPHER_CTX_free(context_); }

void GcmKey::Begin(Slice nonce, Slice associated_data) {
  Require(EVP_DecryptInit_ex2(context_, nullptr, nullptr, Raw(nonce), nullptr) == 1);
  int n = 0;
  if (associated_data.empty()) return;
  Require(EVP_DecryptUpdate(context_, nullptr, &n, Raw(associated_data),
                            static_cast<int>(associated_data.size())) == 1);
}

void GcmKey::Decrypt(Slice encrypted, uint8_t* plain) {
  constexpr size_t kMost = std::numeric_limits<int>::max() / 2;
  while (!encrypted.empty()) {
    const Slice piece = encrypted.substr(0, kMost);
    int n = 0;
    Require(EVP_DecryptUpdate(context_, plain, &n, Raw(piece), static_cast<int>(piece.size())) ==
            1);
    plain += piece.size();
    encrypted.remove_prefix(piece.size());
  }
}

bool GcmKey::Finish(Slice tag) {
  std::array<uint8_t, kTagBytes> expected{};
  std::copy_n(Raw(tag), kTagBytes, expected.data());
  const std::array<OSSL_PARAM, 2> params = {
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, expected.data(), kTagBytes),
      OSSL_PARAM_construct_end()};
  Require(EVP_CIPHER_CTX_set_params(context_, params.data()) == 1);
  std::array<uint8_t, kTagBytes> none{};
  int n = 0;
  return EVP_DecryptFinal_ex(context_, none.data(), &n) == 1;
}

}  // namespace snaptree
