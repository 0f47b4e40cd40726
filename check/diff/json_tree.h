// A small JSON text in memory, with its numbers as the text that stands there: for comparing two of
// them member by member. Views live as long as the tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/slice.h"

namespace snaptree {

class JsonTree {
 public:
  enum class Kind : uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };
  using Id = uint32_t;
  static constexpr Id kNone = UINT32_MAX;
  static constexpr Id kRoot = 0;
  // Values nested deeper are not read: whoever compares them may recurse.
  static constexpr size_t kMaxDepth = 128;

  // nullopt: no JSON, or nested too deep. REQUIRES: text is smaller than 1 GiB.
  static std::optional<JsonTree> Parse(Slice text);

  // Ids are below it.
  size_t nodes() const { return nodes_.size(); }
  Kind kind(Id id) const { return nodes_[id].kind; }
  // Of strings what they say, of numbers how they are written.
  Slice text(Id id) const { return Slice(text_).substr(nodes_[id].text_at, nodes_[id].text_size); }
  // Of members of objects.
  Slice name(Id id) const { return Slice(text_).substr(nodes_[id].name_at, nodes_[id].name_size); }
  // Elements and members in the order in which they stand.
  uint32_t size(Id id) const { return nodes_[id].size; }
  Id first(Id id) const { return nodes_[id].first; }
  Id next(Id id) const { return nodes_[id].next; }
  std::vector<Id> Children(Id id) const;
  // kNone when there is no such member, or this is no object; the first of several.
  Id Member(Id id, Slice name) const;

 private:
  class Builder;
  struct Node {
    Kind kind = Kind::kNull;
    uint32_t name_at = 0;
    uint32_t name_size = 0;
    uint32_t text_at = 0;
    uint32_t text_size = 0;
    uint32_t size = 0;
    Id first = kNone;
    Id next = kNone;
  };

  std::vector<Node> nodes_;
  std::string text_;
};

}  // namespace snaptree
