// Looks for records with one key, without keeping rows: of each row a digest of its key is kept, 16
// bytes. When two are equal, the tree is read once more to learn the keys.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "adapters/common/row_writer.h"
#include "base/external_sorter.h"

namespace snaptree {

using KeyDigest = std::array<char, 16>;

class KeyChecker : public RowWriters {
 public:
  explicit KeyChecker(SorterOptions options) : digests_(std::move(options)) {}

  std::unique_ptr<RowWriter> Borrow() override;
  // The encoder is kept and never called: what stands in bodies is not looked at.
  uint32_t AddBodyEncoder(std::unique_ptr<BodyEncoder> encoder) override;

  // Digests of keys and claims that came more than once, the first 10,000. Last call. REQUIRES:
  // every writer was given back.
  Result<std::set<KeyDigest>> Duplicates();

 private:
  class Writer;

  Status Take(std::vector<KeyDigest>* digests);

  std::mutex mutex_;
  ExternalSorter digests_;
  Status failed_;  // of writers that were given back
  std::vector<std::unique_ptr<BodyEncoder>> encoders_;
};

// For the second reading: the keys and claims of these digests.
class KeyFinder : public RowWriters {
 public:
  explicit KeyFinder(const std::set<KeyDigest>& digests) : digests_(digests) {}

  std::unique_ptr<RowWriter> Borrow() override;
  uint32_t AddBodyEncoder(std::unique_ptr<BodyEncoder> encoder) override;

  std::vector<std::string> Keys() const { return {keys_.begin(), keys_.end()}; }
  std::vector<std::string> Claims() const { return {claims_.begin(), claims_.end()}; }

 private:
  class Writer;

  const std::set<KeyDigest>& digests_;
  std::mutex mutex_;
  std::set<std::string> keys_;
  std::set<std::string> claims_;
  std::vector<std::unique_ptr<BodyEncoder>> encoders_;
};

}  // namespace snaptree
