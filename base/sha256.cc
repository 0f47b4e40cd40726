#include "base/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>

#include "base/text.h"

namespace snaptree {
namespace {

const EVP_MD* Algorithm() {
  static const EVP_MD* md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return md;
}

// OpenSSL's digest calls fail only when the library itself is broken; going on would print wrong
// digests.
void Require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

struct Sha256::Rep {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Rep() = default;
  Rep(const Rep&) = delete;
  Rep& operator=(const Rep&) = delete;
  ~Rep() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : rep_(std::make_unique<Rep>()) {
  Require(rep_->context != nullptr && Algorithm() != nullptr);
  Reset();
}

Sha256::~Sha256() = default;

void Sha256::Reset() { Require(EVP_DigestInit_ex(rep_->context, Algorithm(), nullptr) == 1); }

void Sha256::Update(Slice bytes) {
  Require(EVP_DigestUpdate(rep_->context, bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::Finish() {
  Sha256Digest digest;
  Require(EVP_DigestFinal_ex(rep_->context, digest.data(), nullptr) == 1);
  return digest;
}

Sha256Digest Sha256::Of(Slice bytes) {
  thread_local Sha256 hash;
  hash.Reset();
  hash.Update(bytes);
  return hash.Finish();
}

std::string Sha256::HexOf(Slice bytes) { return Hex(AsSlice(Of(bytes))); }

}  // namespace snaptree
