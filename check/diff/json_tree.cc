#include "check/diff/json_tree.h"

#include "adapters/common/rapidjson_reader.h"

namespace snaptree {

// Takes what RapidJSON's reader finds.
class JsonTree::Builder : public NumbersStayText {
 public:
  explicit Builder(JsonTree* tree) : tree_(*tree) {}

  bool Null() { return Leaf(Kind::kNull); }
  bool Bool(bool v) { return Leaf(v ? Kind::kTrue : Kind::kFalse); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return Text(Kind::kNumber, {text, size});
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return Text(Kind::kString, {text, size});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    name_at_ = Keep({text, size});
    name_size_ = size;
    return true;
  }
  bool StartObject() { return Open(Kind::kObject); }
  bool StartArray() { return Open(Kind::kArray); }
  bool EndObject(rapidjson::SizeType) { return Close(); }
  bool EndArray(rapidjson::SizeType) { return Close(); }

 private:
  struct Frame {
    Id node;
    Id last = kNone;
  };

  uint32_t Keep(Slice text) {
    tree_.text_.append(text);
    return static_cast<uint32_t>(tree_.text_.size() - text.size());
  }

  Node& Add(Kind kind) {
    const Id id = static_cast<Id>(tree_.nodes_.size());
    Node node;
    node.kind = kind;
    node.name_at = name_at_;
    node.name_size = name_size_;
    name_size_ = 0;
    tree_.nodes_.push_back(node);
    if (!open_.empty()) {
      Frame& frame = open_.back();
      if (frame.last == kNone) {
        tree_.nodes_[frame.node].first = id;
      } else {
        tree_.nodes_[frame.last].next = id;
      }
      frame.last = id;
      ++tree_.nodes_[frame.node].size;
    }
    return tree_.nodes_.back();
  }

  bool Leaf(Kind kind) {
    Add(kind);
    return true;
  }

  bool Text(Kind kind, Slice text) {
    const uint32_t at = Keep(text);
    Node& node = Add(kind);
    node.text_at = at;
    node.text_size = static_cast<uint32_t>(text.size());
    return true;
  }

  bool Open(Kind kind) {
    if (open_.size() == kMaxDepth) return false;
    Add(kind);
    open_.push_back({static_cast<Id>(tree_.nodes_.size() - 1)});
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  JsonTree& tree_;
  std::vector<Frame> open_;
  uint32_t name_at_ = 0;
  uint32_t name_size_ = 0;
};

std::optional<JsonTree> JsonTree::Parse(Slice text) {
  JsonTree tree;
  Builder builder(&tree);
  JsonReader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  const rapidjson::ParseResult result = reader.Parse<kJsonTextFlags>(stream, builder);
  // A NUL byte would pass for the end of the text.
  if (result.IsError() || text.find('\0') != Slice::npos) return std::nullopt;
  return tree;
}

std::vector<JsonTree::Id> JsonTree::Children(Id id) const {
  std::vector<Id> children;
  children.reserve(nodes_[id].size);
  for (Id child = nodes_[id].first; child != kNone; child = nodes_[child].next)
    children.push_back(child);
  return children;
}

JsonTree::Id JsonTree::Member(Id id, Slice name) const {
  if (nodes_[id].kind != Kind::kObject) return kNone;
  for (Id child = nodes_[id].first; child != kNone; child = nodes_[child].next) {
    if (this->name(child) == name) return child;
  }
  return kNone;
}

}  // namespace snaptree
