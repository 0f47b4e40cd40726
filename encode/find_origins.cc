#include "encode/find_origins.h"

#include <utility>

#include "base/text.h"

namespace snaptree {
namespace {

constexpr size_t kMaxPlaces = 10;  // of one key

}  // namespace

class OriginFinder::Writer : public RowWriter {
 public:
  explicit Writer(OriginFinder* finder) : finder_(finder) {}

  Status Put(Slice user_key, Slice /*body*/, uint64_t /*expire_at*/) override {
    return Heard(user_key);
  }
  Status PutFile(Slice user_key, Slice /*head*/, Slice /*path*/, uint64_t /*file_bytes*/,
                 uint64_t /*expire_at*/) override {
    return Heard(user_key);
  }
  Status PutBody(Slice first_user_key, uint32_t /*encoder*/, Slice /*payload*/) override {
    return Heard(first_user_key);
  }
  Status Claim(Slice what) override {
    finder_->Heard(&finder_->claims_, what, from_path_, from_line_);
    return {};
  }

 private:
  Status Heard(Slice user_key) {
    finder_->Heard(&finder_->rows_, user_key, from_path_, from_line_);
    return {};
  }

  OriginFinder* const finder_;
};

OriginFinder::OriginFinder(const std::vector<std::string>& keys,
                           const std::vector<std::string>& claims) {
  for (const std::string& key : keys) rows_[key];
  for (const std::string& claim : claims) claims_[claim];
}

std::unique_ptr<RowWriter> OriginFinder::Borrow() { return std::make_unique<Writer>(this); }

uint32_t OriginFinder::AddBodyEncoder(std::unique_ptr<BodyEncoder> encoder) {
  const std::lock_guard lock(mutex_);
  encoders_.push_back(std::move(encoder));
  return static_cast<uint32_t>(encoders_.size() - 1);
}

void OriginFinder::Heard(Places* places, Slice key, Slice path, uint64_t line) {
  const auto found = places->find(key);
  if (found == places->end()) return;
  const std::lock_guard lock(mutex_);
  found->second.insert({std::string(path), line});
}

std::string OriginFinder::Place::Text() const {
  return line == 0 ? path : path + ": line " + std::to_string(line);
}

std::vector<Status> OriginFinder::Errors() const {
  std::vector<Status> errors;
  for (const Places* all : {&rows_, &claims_}) {
    for (const auto& [key, places] : *all) {
      std::string others;
      size_t told = 0;
      for (auto at = places.begin(); at != places.end() && told < kMaxPlaces; ++at, ++told) {
        if (at != places.begin()) others += (others.empty() ? "" : ", ") + at->Text();
      }
      Status error = DataError("DuplicateKey", "two records of the tree have one key")
                         .Found("key \"" + Printable(key) + "\" also " +
                                (others.empty() ? "made from a file's content" : "in " + others))
                         .Next("keep one of them");
      if (!places.empty()) {
        error = std::move(error).At(places.begin()->path);
        if (places.begin()->line != 0)
          error = std::move(error).Address("line " + std::to_string(places.begin()->line));
      }
      errors.push_back(std::move(error));
    }
  }
  return errors;
}

}  // namespace snaptree
