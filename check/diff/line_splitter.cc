#include "check/diff/line_splitter.h"

#include <algorithm>
#include <array>

namespace snaptree {
namespace {

constexpr size_t kMaxStartBytes = 4096;

// What the lines of a tree's files are known by.
constexpr std::array<Slice, 6> kNames = {"key", "message_id", "id", "encoded", "inode", "_meta"};

size_t SkipBlanks(Slice text, size_t at) {
  return std::min(text.find_first_not_of(" \t", at), text.size());
}

// The end of a string that begins at `at`, npos when it does not end.
size_t EndOfString(Slice text, size_t at) {
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return Slice::npos;
}

// The same of a string, a number, a literal or {"base64":"..."}.
size_t EndOfValue(Slice text, size_t at) {
  if (at == text.size()) return Slice::npos;
  if (text[at] == '"') return EndOfString(text, at);
  if (text[at] != '{') return text.find_first_of(",}", at);
  constexpr Slice kBytes = "{\"base64\":\"";
  if (text.substr(at, kBytes.size()) != kBytes) return Slice::npos;
  const size_t end = EndOfString(text, at + kBytes.size() - 1);
  return end != Slice::npos && end < text.size() && text[end] == '}' ? end + 1 : Slice::npos;
}

Slice NameOf(Slice line) {
  size_t at = SkipBlanks(line, 0);
  if (at == line.size() || line[at] != '{') return {};
  at = SkipBlanks(line, at + 1);
  if (at == line.size() || line[at] != '"') return {};
  const size_t end = EndOfString(line, at);
  if (end == Slice::npos) return {};
  const Slice member = line.substr(at + 1, end - at - 2);
  if (std::find(kNames.begin(), kNames.end(), member) == kNames.end()) return {};
  at = SkipBlanks(line, end);
  if (at == line.size() || line[at] != ':') return {};
  at = SkipBlanks(line, at + 1);
  const size_t value_end = EndOfValue(line, at);
  if (value_end == Slice::npos) return {};
  return member == "_meta" ? Slice("_meta") : line.substr(at, value_end - at);
}

}  // namespace

void LineSplitter::Take(Slice part) {
  in_line_ = true;
  hash_.Update(part);
  if (start_.size() < kMaxStartBytes) start_.append(part.substr(0, kMaxStartBytes - start_.size()));
}

Status LineSplitter::EndLine() {
  const Sha256Digest digest = hash_.Finish();
  const Status taken = take_({NameOf(start_), digest});
  hash_.Reset();
  start_.clear();
  in_line_ = false;
  return taken;
}

Status LineSplitter::Append(Slice text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    Take(text.substr(0, end));
    if (end == Slice::npos) return {};
    SNAPTREE_TRY(EndLine());
    text.remove_prefix(end + 1);
  }
  return {};
}

Status LineSplitter::Finish() { return in_line_ ? EndLine() : Status::Ok(); }

}  // namespace snaptree
