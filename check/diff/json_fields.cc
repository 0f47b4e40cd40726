#include "check/diff/json_fields.h"

#include <algorithm>
#include <utility>

#include "check/diff/json_tree.h"
#include "check/diff/json_view.h"

#include "base/text.h"
#include "manifest/json_writer.h"

namespace snaptree {
namespace {

using Form = JsonView::Form;

class Comparison {
 public:
  Comparison(const JsonViews& a, const JsonViews& b) : a_(a), b_(b) {}

  FieldDifferences Run() {
    Compare("", a_.Root(), b_.Root());
    return std::move(result_);
  }

 private:
  static std::string Below(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }
  static std::string At(const std::string& path, size_t index) {
    return path + "[" + std::to_string(index) + "]";
  }

  void Add(const std::string& path, std::optional<Slice> a, std::optional<Slice> b) {
    if (result_.fields.size() == FieldDifferences::kMaxFields) {
      ++result_.more;
      return;
    }
    const auto cut = [](const std::optional<Slice>& text) {
      return text ? std::optional(CutText(*text, FieldDifferences::kMaxTextBytes)) : std::nullopt;
    };
    const std::string name = path.empty() ? "value" : path;
    result_.fields.push_back({CutText(name, FieldDifferences::kMaxTextBytes), cut(a), cut(b)});
  }

  void Compare(const std::string& path, const JsonView& a, const JsonView& b) {
    const Slice text_a = a_.Text(a);
    const Slice text_b = b_.Text(b);
    if (text_a == text_b) return;
    if (a.form != b.form || a.form == Form::kScalar || a.type != b.type || a.typed != b.typed)
      return Add(path, text_a, text_b);
    if (a.form == Form::kMap) return CompareEntries(path, a_.Members(a), b_.Members(b));
    if (a.form == Form::kSet) return CompareSets(path, a, b);
    CompareLists(path, a, b);
  }

  void CompareEntries(const std::string& path, const JsonViews::Entries& a,
                      const JsonViews::Entries& b) {
    size_t i = 0;
    size_t k = 0;
    while (i < a.size() || k < b.size()) {
      const bool only_a = k == b.size() || (i < a.size() && a[i].first < b[k].first);
      const bool only_b = i == a.size() || (k < b.size() && b[k].first < a[i].first);
      if (only_a) {
        Add(Below(path, a[i].first), a_.Text(a[i].second), std::nullopt);
      } else if (only_b) {
        Add(Below(path, b[k].first), std::nullopt, b_.Text(b[k].second));
      } else {
        Compare(Below(path, a[i].first), a[i].second, b[k].second);
      }
      if (!only_b) ++i;
      if (!only_a) ++k;
    }
  }

  static std::vector<Slice> Texts(const JsonViews& views, const JsonView& list) {
    std::vector<Slice> texts;
    for (const JsonView& element : views.Elements(list)) texts.push_back(views.Text(element));
    return texts;
  }

  void CompareSets(const std::string& path, const JsonView& a, const JsonView& b) {
    std::vector<Slice> in_a = Texts(a_, a);
    std::vector<Slice> in_b = Texts(b_, b);
    std::sort(in_a.begin(), in_a.end());
    std::sort(in_b.begin(), in_b.end());
    std::vector<Slice> only;
    std::set_difference(in_a.begin(), in_a.end(), in_b.begin(), in_b.end(),
                        std::back_inserter(only));
    for (const Slice element : only) Add(path, element, std::nullopt);
    only.clear();
    std::set_difference(in_b.begin(), in_b.end(), in_a.begin(), in_a.end(),
                        std::back_inserter(only));
    for (const Slice element : only) Add(path, std::nullopt, element);
  }

  void CompareLists(const std::string& path, const JsonView& a, const JsonView& b) {
    const JsonViews::Entries named_a = a_.ByName(a);
    const JsonViews::Entries named_b = b_.ByName(b);
    const auto has_names = [](const JsonViews& views, const JsonView& list,
                              const JsonViews::Entries& named) {
      return !named.empty() || views.Elements(list).empty();
    };
    if (has_names(a_, a, named_a) && has_names(b_, b, named_b))
      return CompareEntries(path, named_a, named_b);
    CompareElements(path, a, b);
  }

  // What is the same at both ends is left out, so that one element more is one difference.
  void CompareElements(const std::string& path, const JsonView& a, const JsonView& b) {
    const std::vector<Slice> in_a = Texts(a_, a);
    const std::vector<Slice> in_b = Texts(b_, b);
    const size_t n = std::min(in_a.size(), in_b.size());
    size_t front = 0;
    while (front < n && in_a[front] == in_b[front]) ++front;
    size_t back = 0;
    while (back < n - front && in_a[in_a.size() - 1 - back] == in_b[in_b.size() - 1 - back]) ++back;
    if (in_a.size() == in_b.size()) {
      const std::vector<JsonView> of_a = a_.Elements(a);
      const std::vector<JsonView> of_b = b_.Elements(b);
      for (size_t i = front; i < n - back; ++i) Compare(At(path, i), of_a[i], of_b[i]);
      return;
    }
    for (size_t i = front; i < in_a.size() - back; ++i) Add(At(path, i), in_a[i], std::nullopt);
    for (size_t i = front; i < in_b.size() - back; ++i) Add(At(path, i), std::nullopt, in_b[i]);
  }

  const JsonViews& a_;
  const JsonViews& b_;
  FieldDifferences result_;
};

}  // namespace

std::string CutText(Slice text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  size_t end = limit;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string QuotedText(Slice bytes) {
  if (!IsUtf8(bytes)) return "b\"" + Printable(bytes, bytes.size()) + "\"";
  std::string json;
  AppendJsonString(&json, bytes, HtmlEscape::kOff);
  // Terminals obey DEL and U+0080 to U+009F too.
  std::string text;
  for (size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<uint8_t>(json[i]);
    if (byte == 0x7f) {
      text += "\\u007f";
    } else if (byte == 0xc2 && static_cast<uint8_t>(json[i + 1]) < 0xa0) {
      text += "\\u00" + Hex(Slice(json).substr(++i, 1));
    } else {
      text += json[i];
    }
  }
  return text;
}

std::optional<FieldDifferences> CompareJson(Slice path, Slice a, Slice b) {
  const std::optional<JsonTree> tree_a = JsonTree::Parse(a);
  if (!tree_a) return std::nullopt;
  const std::optional<JsonTree> tree_b = JsonTree::Parse(b);
  if (!tree_b) return std::nullopt;
  const JsonMeaning meaning(path);
  const JsonViews views_a(*tree_a, meaning);
  const JsonViews views_b(*tree_b, meaning);
  return Comparison(views_a, views_b).Run();
}

FieldDifferences CompareValues(Slice a, Slice b) {
  FieldDifferences result;
  const auto text = [](Slice value) {
    return CutText(QuotedText(value), FieldDifferences::kMaxTextBytes);
  };
  result.fields.push_back({"value", text(a), text(b)});
  return result;
}

}  // namespace snaptree
