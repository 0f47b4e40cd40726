// Which files of a tree two records with one key come from. Rows do not carry that along; when two
// have one key, the tree is read once more, and this listens.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "adapters/common/row_writer.h"

namespace snaptree {

class OriginFinder : public RowWriters {
 public:
  // Keys of rows and claims whose origins are asked for.
  OriginFinder(const std::vector<std::string>& keys, const std::vector<std::string>& claims);

  std::unique_ptr<RowWriter> Borrow() override;
  uint32_t AddBodyEncoder(std::unique_ptr<BodyEncoder> encoder) override;

  // One error, "DuplicateKey", for each key, which names its places.
  std::vector<Status> Errors() const;

 private:
  class Writer;
  struct Place {
    std::string path;
    uint64_t line;
    bool operator<(const Place& other) const {
      return path != other.path ? path < other.path : line < other.line;
    }
    std::string Text() const;
  };
  using Places = std::map<std::string, std::multiset<Place>, std::less<>>;

  void Heard(Places* places, Slice key, Slice path, uint64_t line);

  std::mutex mutex_;
  Places rows_;
  Places claims_;
  std::vector<std::unique_ptr<BodyEncoder>> encoders_;
};

}  // namespace snaptree
