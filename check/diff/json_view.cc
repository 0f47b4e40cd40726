#include "check/diff/json_view.h"

#include <algorithm>
#include <array>

#include "check/diff/json_fields.h"

#include "base/base64.h"

namespace snaptree {
namespace {

using Kind = JsonTree::Kind;
using Form = JsonView::Form;

constexpr std::array<Slice, 10> kTypes = {"S",  "N",  "B",  "BOOL", "NULL",
                                          "SS", "NS", "BS", "M",    "L"};

// A name as it stands in a path: in quotes when it would be taken for something else.
std::string NameText(Slice name) {
  constexpr Slice kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-%@$:/#+=*";
  if (!name.empty() && name.find_first_not_of(kPlain) == Slice::npos) return std::string(name);
  return QuotedText(name);
}

void SortByName(JsonViews::Entries* entries) {
  std::stable_sort(entries->begin(), entries->end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
}

}  // namespace

JsonView JsonViews::Root() const {
  JsonView root = Plain(JsonTree::kRoot);
  root.typed = meaning_.dynamodb_item && root.form == Form::kMap;
  return root;
}

bool JsonViews::IsBytes(Id id, std::string* bytes) const {
  if (tree_.kind(id) != Kind::kObject || tree_.size(id) != 1) return false;
  const Id text = tree_.first(id);
  bytes->clear();
  return tree_.name(text) == "base64" && tree_.kind(text) == Kind::kString &&
         AppendFromBase64Url(bytes, tree_.text(text));
}

JsonView JsonViews::Plain(Id id) const {
  JsonView view;
  view.id = id;
  std::string bytes;
  if (tree_.kind(id) == Kind::kArray) {
    view.form = Form::kList;
  } else if (tree_.kind(id) == Kind::kObject && !IsBytes(id, &bytes)) {
    view.form = Form::kMap;
  }
  return view;
}

JsonView JsonViews::Typed(Id id) const {
  JsonView view = Plain(id);
  if (tree_.kind(id) != Kind::kObject || tree_.size(id) != 1) return view;
  const Id value = tree_.first(id);
  const Slice type = tree_.name(value);
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) return view;
  const Kind kind = tree_.kind(value);
  const bool is_set = type == "SS" || type == "NS" || type == "BS";
  const Kind wanted = is_set || type == "L" ? Kind::kArray
                      : type == "M"         ? Kind::kObject
                                            : Kind::kString;
  const bool literal = type == "BOOL" || type == "NULL";
  if (literal ? kind != Kind::kTrue && kind != Kind::kFalse : kind != wanted) return view;
  view.id = value;
  view.type = type;
  view.form = is_set        ? Form::kSet
              : type == "L" ? Form::kList
              : type == "M" ? Form::kMap
                            : Form::kScalar;
  view.typed = type == "L" || type == "M";
  return view;
}

JsonView JsonViews::Child(const JsonView& parent, Id id) const {
  if (parent.typed) return Typed(id);
  JsonView view = Plain(id);
  if (parent.form == Form::kSet && !parent.type.empty()) view.type = parent.type.substr(0, 1);
  if (meaning_.redis_set && parent.id == JsonTree::kRoot && view.form == Form::kList &&
      tree_.name(id) == "members")
    view.form = Form::kSet;
  return view;
}

JsonViews::Entries JsonViews::Members(const JsonView& map) const {
  Entries members;
  for (const Id id : tree_.Children(map.id)) {
    members.emplace_back(NameText(tree_.name(id)), Child(map, id));
  }
  SortByName(&members);
  return members;
}

std::vector<JsonView> JsonViews::Elements(const JsonView& list) const {
  std::vector<JsonView> elements;
  for (const Id id : tree_.Children(list.id)) elements.push_back(Child(list, id));
  return elements;
}

JsonViews::Entries JsonViews::ByName(const JsonView& list) const {
  Entries entries;
  if (list.typed) return entries;
  for (const Id id : tree_.Children(list.id)) {
    Id name = tree_.Member(id, "name");
    if (name == JsonTree::kNone) name = tree_.Member(id, "member");
    if (name == JsonTree::kNone) return {};
    std::string bytes;
    if (tree_.kind(name) == Kind::kString) {
      bytes = NameText(tree_.text(name));
    } else if (IsBytes(name, &bytes)) {
      bytes = QuotedText(bytes);
    } else {
      return {};
    }
    const Id first = tree_.first(id);
    const bool is_pair = tree_.size(id) == 2;
    entries.emplace_back(std::move(bytes), Plain(!is_pair        ? id
                                                 : first == name ? tree_.next(first)
                                                                 : first));
  }
  SortByName(&entries);
  const auto twice =
      std::adjacent_find(entries.begin(), entries.end(),
                         [](const auto& a, const auto& b) { return a.first == b.first; });
  return twice == entries.end() ? entries : Entries();
}

void JsonViews::AppendScalar(const JsonView& view) {
  const Slice text = tree_.text(view.id);
  switch (tree_.kind(view.id)) {
    case Kind::kNull:
      text_.append("null");
      return;
    case Kind::kFalse:
    case Kind::kTrue:
      // {"NULL": false} is no value that there is.
      if (view.type == "NULL") {
        text_.append(tree_.kind(view.id) == Kind::kTrue ? "null" : "NULL:false");
      } else {
        text_.append(tree_.kind(view.id) == Kind::kTrue ? "true" : "false");
      }
      return;
    case Kind::kNumber:
      text_.append(text);
      return;
    case Kind::kString: {
      const bool bare = view.type == "N" &&
                        text.find_first_not_of("0123456789+-.eE") == Slice::npos && !text.empty();
      if (view.type == "B") text_.append("base64:");
      text_.append(bare ? std::string(text) : QuotedText(text));
      return;
    }
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  std::string bytes;
  if (IsBytes(view.id, &bytes)) text_.append(QuotedText(bytes));
}

void JsonViews::AppendMap(const JsonView& map) {
  // What should be a DynamoDB value and is none must not look like one.
  text_.append(meaning_.dynamodb_item && !map.typed ? "JSON{" : "{");
  const char* between = "";
  for (const auto& [name, member] : Members(map)) {
    text_.append(between).append(name).append(": ");
    AppendText(member);
    between = ", ";
  }
  text_.append("}");
}

// REQUIRES: there are no sets in them; each is written once to see its text.
void JsonViews::SortByText(std::vector<JsonView>* elements) {
  std::vector<std::pair<std::string, JsonView>> by_text;
  const size_t begin = text_.size();
  for (const JsonView& element : *elements) {
    AppendText(element);
    by_text.emplace_back(text_.substr(begin), element);
    text_.resize(begin);
  }
  std::stable_sort(by_text.begin(), by_text.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < by_text.size(); ++i) (*elements)[i] = by_text[i].second;
}

void JsonViews::AppendList(const JsonView& list) {
  const bool is_set = list.form == Form::kSet;
  std::vector<JsonView> elements = Elements(list);
  if (is_set) SortByText(&elements);
  text_.append(list.type == "L" ? Slice() : list.type).append(is_set ? "{" : "[");
  const char* between = "";
  for (const JsonView& element : elements) {
    text_.append(between);
    AppendText(element);
    between = ", ";
  }
  text_.append(is_set ? "}" : "]");
}

void JsonViews::AppendText(const JsonView& view) {
  const size_t begin = text_.size();
  if (view.form == Form::kScalar) {
    AppendScalar(view);
  } else if (view.form == Form::kMap) {
    AppendMap(view);
  } else {
    AppendList(view);
  }
  spans_[view.id] = {begin, text_.size() - begin};
}

}  // namespace snaptree
