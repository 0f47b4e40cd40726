#include "encode/key_checker.h"

#include <algorithm>
#include <utility>

#include "encode/row_limits.h"

#include "base/sha256.h"

namespace snaptree {
namespace {

constexpr size_t kDigestsAtATime = 4096;
constexpr size_t kMaxDuplicates = 10000;
constexpr char kRow = 'r';
constexpr char kClaim = 'c';

// What both writers do: they look at keys only.
class KeyWriter : public RowWriter {
 public:
  Status Put(Slice user_key, Slice body, uint64_t /*expire_at*/) override {
    SNAPTREE_TRY(CheckRowLimits(user_key, body.size()));
    return TakeKey(kRow, user_key);
  }
  Status PutFile(Slice user_key, Slice head, Slice /*path*/, uint64_t file_bytes,
                 uint64_t /*expire_at*/) override {
    SNAPTREE_TRY(CheckRowLimits(user_key, head.size() + file_bytes));
    return TakeKey(kRow, user_key);
  }
  Status PutBody(Slice first_user_key, uint32_t /*encoder*/, Slice /*payload*/) override {
    SNAPTREE_TRY(CheckRowLimits(first_user_key, 0));
    return TakeKey(kRow, first_user_key);
  }
  Status Claim(Slice what) override { return TakeKey(kClaim, what); }

 protected:
  KeyDigest DigestOf(char kind, Slice key) {
    hash_.Reset();
    hash_.Update({&kind, 1});
    hash_.Update(key);
    const Sha256Digest whole = hash_.Finish();
    KeyDigest digest;
    std::copy_n(AsSlice(whole).begin(), digest.size(), digest.begin());
    return digest;
  }

 private:
  virtual Status TakeKey(char kind, Slice key) = 0;

  Sha256 hash_;
};

}  // namespace

class KeyChecker::Writer : public KeyWriter {
 public:
  explicit Writer(KeyChecker* checker) : checker_(checker) {}
  ~Writer() override {
    const Status taken = checker_->Take(&waiting_);
    if (taken.ok()) return;
    const std::lock_guard lock(checker_->mutex_);
    checker_->failed_ = taken;
  }

 private:
  Status TakeKey(char kind, Slice key) override {
    waiting_.push_back(DigestOf(kind, key));
    return waiting_.size() < kDigestsAtATime ? Status::Ok() : checker_->Take(&waiting_);
  }

  KeyChecker* const checker_;
  std::vector<KeyDigest> waiting_;
};

std::unique_ptr<RowWriter> KeyChecker::Borrow() { return std::make_unique<Writer>(this); }

uint32_t KeyChecker::AddBodyEncoder(std::unique_ptr<BodyEncoder> encoder) {
  const std::lock_guard lock(mutex_);
  encoders_.push_back(std::move(encoder));
  return static_cast<uint32_t>(encoders_.size() - 1);
}

Status KeyChecker::Take(std::vector<KeyDigest>* digests) {
  const std::lock_guard lock(mutex_);
  for (const KeyDigest& digest : *digests)
    SNAPTREE_TRY(digests_.Add({digest.data(), digest.size()}, {}));
  digests->clear();
  return {};
}

Result<std::set<KeyDigest>> KeyChecker::Duplicates() {
  SNAPTREE_TRY(failed_);
  SNAPTREE_TRY(digests_.Finish());
  std::set<KeyDigest> duplicates;
  KeyDigest last{};
  bool has_last = false;
  while (duplicates.size() < kMaxDuplicates) {
    Slice key;
    Slice nothing;
    SNAPTREE_ASSIGN(const bool more, digests_.Next(&key, &nothing));
    if (!more) break;
    if (has_last && key == Slice(last.data(), last.size())) duplicates.insert(last);
    std::copy_n(key.begin(), last.size(), last.begin());
    has_last = true;
  }
  return duplicates;
}

class KeyFinder::Writer : public KeyWriter {
 public:
  explicit Writer(KeyFinder* finder) : finder_(finder) {}

 private:
  Status TakeKey(char kind, Slice key) override {
    if (finder_->digests_.count(DigestOf(kind, key)) == 0) return {};
    const std::lock_guard lock(finder_->mutex_);
    (kind == kRow ? finder_->keys_ : finder_->claims_).emplace(key);
    return {};
  }

  KeyFinder* const finder_;
};

std::unique_ptr<RowWriter> KeyFinder::Borrow() { return std::make_unique<Writer>(this); }

uint32_t KeyFinder::AddBodyEncoder(std::unique_ptr<BodyEncoder> encoder) {
  const std::lock_guard lock(mutex_);
  encoders_.push_back(std::move(encoder));
  return static_cast<uint32_t>(encoders_.size() - 1);
}

}  // namespace snaptree
