// How the values of a record's JSON document are looked at when two of them are compared.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "check/diff/json_tree.h"

namespace snaptree {

// The document's meaning, by the address of its record.
struct JsonMeaning {
  explicit JsonMeaning(Slice path)
      : dynamodb_item(path.starts_with("dynamodb/") && path.find("/items/") != Slice::npos),
        redis_set(path.starts_with("redis/") && path.find("/sets/") != Slice::npos) {}
  bool dynamodb_item;
  bool redis_set;
};

struct JsonView {
  enum class Form : uint8_t { kScalar, kMap, kList, kSet };
  Form form = Form::kScalar;
  JsonTree::Id id = JsonTree::kRoot;  // of what holds the content
  Slice type;                         // of a DynamoDB value: "S", "SS", ...; empty: plain JSON
  bool typed = false;                 // what is in it are DynamoDB values
};

class JsonViews {
 public:
  using Id = JsonTree::Id;
  using Entries = std::vector<std::pair<std::string, JsonView>>;

  // REQUIRES: tree outlives this.
  JsonViews(const JsonTree& tree, JsonMeaning meaning)
      : tree_(tree), meaning_(meaning), spans_(tree.nodes()) {
    AppendText(Root());
  }

  JsonView Root() const;
  // By name, ascending. Names are as they stand in paths.
  Entries Members(const JsonView& map) const;
  std::vector<JsonView> Elements(const JsonView& list) const;
  // Of a list of objects that have names: the objects, or their values, by name. Empty when they
  // have none, or one twice.
  Entries ByName(const JsonView& list) const;
  // One line; two values that say the same have the same text. Lives as long as this.
  Slice Text(const JsonView& view) const {
    return Slice(text_).substr(spans_[view.id].at, spans_[view.id].size);
  }

 private:
  JsonView Plain(Id id) const;
  JsonView Typed(Id id) const;
  JsonView Child(const JsonView& parent, Id id) const;
  bool IsBytes(Id id, std::string* bytes) const;
  void AppendText(const JsonView& view);
  void AppendMap(const JsonView& map);
  void AppendList(const JsonView& list);
  void AppendScalar(const JsonView& view);
  void SortByText(std::vector<JsonView>* elements);

  const JsonTree& tree_;
  const JsonMeaning meaning_;
  // The text of the whole document holds those of all its values. Each node is seen in one way.
  struct Span {
    size_t at = 0;
    size_t size = 0;
  };
  std::string text_;
  std::vector<Span> spans_;  // by node
};

}  // namespace snaptree
