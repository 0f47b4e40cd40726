#include "base/md5.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace snaptree {
namespace {

const EVP_MD* Algorithm() {
  static const EVP_MD* md = EVP_MD_fetch(nullptr, "MD5", nullptr);
  return md;
}

// OpenSSL's digest calls fail only when the library itself is broken; going on would print wrong
// digests.
void Require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

struct Md5::Rep {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Rep() = default;
  Rep(const Rep&) = delete;
  Rep& operator=(const Rep&) = delete;
  ~Rep() { EVP_MD_CTX_free(context); }
};

Md5::Md5() : rep_(std::make_unique<Rep>()) {
  Require(rep_->context != nullptr && Algorithm() != nullptr);
  Reset();
}

Md5::~Md5() = default;

void Md5::Reset() { Require(EVP_DigestInit_ex(rep_->context, Algorithm(), nullptr) == 1); }

void Md5::Update(Slice bytes) {
  Require(EVP_DigestUpdate(rep_->context, bytes.data(), bytes.size()) == 1);
}

Md5Digest Md5::Finish() {
  Md5Digest digest;
  Require(EVP_DigestFinal_ex(rep_->context, digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace snaptree
