#include "cli/diff_printer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/time_text.h"
#include "cli/path_text.h"

namespace snaptree::cli {
namespace {

constexpr size_t kAddressWidth = 40;
constexpr size_t kShownFields = 6;
constexpr size_t kShownLines = 3;
constexpr size_t kValueBytes = 60;

// A name that is JSON text: strings that need no quotes lose them.
std::string NameText(Slice json) {
  const Slice inner = json.size() < 2 ? Slice() : json.substr(1, json.size() - 2);
  const bool plain = json.starts_with('"') && !inner.empty() &&
                     inner.find_first_of(" ,\\\"") == Slice::npos && IsUtf8(inner);
  return CutText(plain ? inner : json, kValueBytes);
}

std::string FieldText(const DiffField& field) {
  const auto value = [](const std::optional<std::string>& text) {
    return CutText(*text, kValueBytes);
  };
  const std::string path = CutText(field.path, kValueBytes);
  if (!field.a) return "+" + path + " " + value(field.b);
  if (!field.b) return "-" + path + " " + value(field.a);
  return path + " " + value(field.a) + " -> " + value(field.b);
}

std::string FieldsText(const FieldDifferences& fields) {
  std::string text;
  const size_t shown = std::min(fields.fields.size(), kShownFields);
  for (size_t i = 0; i < shown; ++i) {
    text += (i == 0 ? "" : "; ") + FieldText(fields.fields[i]);
  }
  const uint64_t more = fields.more + (fields.fields.size() - shown);
  return more == 0 ? text : text + "; and " + Thousands(more) + " more";
}

std::string LinesText(const LineDifferences& lines) {
  std::string text = "lines: ";
  const auto add = [&text](uint64_t n, const char* what) {
    if (n == 0) return;
    if (!text.ends_with(": ")) text += ", ";
    text += Thousands(n) + what;
  };
  add(lines.changed, " changed");
  add(lines.added, " added");
  add(lines.removed, " removed");
  const size_t shown = std::min(lines.first.size(), kShownLines);
  for (size_t i = 0; i < shown; ++i) {
    text += i == 0 ? "; " : " ";
    text += static_cast<char>(lines.first[i].change) + NameText(lines.first[i].name);
  }
  if (shown > 0 && lines.Sum() > shown) text += " ...";
  return text;
}

std::string ExpiryText(uint64_t expired_at_ms, uint64_t as_of_ms) {
  constexpr size_t kDate = 10;
  constexpr size_t kToSeconds = 19;
  const std::string at = UtcText(expired_at_ms);
  const bool same_day = at.substr(0, kDate) == UtcText(as_of_ms).substr(0, kDate);
  if (at.size() <= kToSeconds) return "expired " + at;
  return "expired " +
         (same_day ? at.substr(kDate + 1, kToSeconds - kDate - 1) : at.substr(0, kToSeconds));
}

std::string DetailsOf(const RecordDifference& difference) {
  switch (difference.change) {
    case RecordChange::kAdded:
      return HumanBytes(difference.size_b) +
             (difference.content_type.empty() ? "" : " " + Printable(difference.content_type));
    case RecordChange::kRemoved:
      if (difference.expired_at_ms)
        return ExpiryText(*difference.expired_at_ms, difference.as_of_ms);
      return HumanBytes(difference.size_a);
    case RecordChange::kChanged:
      break;
  }
  if (difference.same_content) return "says the same, written otherwise";
  if (!difference.fields.fields.empty()) return FieldsText(difference.fields);
  if (difference.lines.Sum() > 0) return LinesText(difference.lines);
  if (difference.size_a == difference.size_b)
    return HumanBytes(difference.size_a) + ", other content";
  return HumanBytes(difference.size_a) + " -> " + HumanBytes(difference.size_b);
}

void AddCounts(const DiffCounts& more, DiffCounts* counts) {
  counts->changed += more.changed;
  counts->added += more.added;
  counts->removed += more.removed;
  counts->same += more.same;
}

}  // namespace

std::string DifferenceLine(const RecordDifference& difference) {
  std::string line;
  if (NeedsEscape(difference.address)) line += '\\';
  line += static_cast<char>(difference.change);
  line += ' ';
  const size_t begin = line.size();
  AppendPath(&line, difference.address);
  const size_t width = line.size() - begin;
  line.append(std::max(width + 2, kAddressWidth) - width, ' ');
  return line + DetailsOf(difference);
}

std::string CountsLine(const DiffCounts& counts) {
  return fmt::format("  {} changed, {} added, {} removed, {} same", Thousands(counts.changed),
                     Thousands(counts.added), Thousands(counts.removed), Thousands(counts.same));
}

void ScopeTable::AppendLine(const DiffCounts& counts, const std::string& name) {
  std::string& out = out_.buffer();
  out += fmt::format("{:>13}{:>13}{:>13}{:>15}  ", Thousands(counts.changed),
                     Thousands(counts.added), Thousands(counts.removed), Thousands(counts.same));
  AppendPath(&out, name);
  out += '\n';
}

Status ScopeTable::EndAdapter() {
  if (scopes_ > 1) AppendLine(of_adapter_, "all of " + adapter_);
  AddCounts(of_adapter_, &of_all_);
  of_adapter_ = {};
  scopes_ = 0;
  return out_.FlushIfFull();
}

Status ScopeTable::Add(const DiffScope& scope) {
  if (scope.adapter != adapter_) {
    if (adapter_.empty()) {
      out_.buffer() +=
          fmt::format("{:>13}{:>13}{:>13}{:>15}\n", "changed", "added", "removed", "same");
    }
    SNAPTREE_TRY(EndAdapter());
    adapter_ = scope.adapter;
  }
  ++scopes_;
  AddCounts(scope.counts, &of_adapter_);
  AppendLine(scope.counts, scope.name);
  return out_.FlushIfFull();
}

Status ScopeTable::Finish() {
  if (adapter_.empty()) return {};
  SNAPTREE_TRY(EndAdapter());
  AppendLine(of_all_, "all");
  return {};
}

}  // namespace snaptree::cli
