#include "manifest/checksums.h"

#include <algorithm>

#include "base/cancel.h"
#include "base/text.h"
#include "manifest/tree_path.h"

namespace snaptree {
namespace {

constexpr size_t kDigestBytes = sizeof(Sha256Digest);
constexpr size_t kHexBytes = 2 * kDigestBytes;
constexpr size_t kPrefixBytes = kHexBytes + 2;  // hex and the two characters before the path
constexpr size_t kMaxLineBytes = size_t{64} << 10;
constexpr size_t kPieceBytes = size_t{64} << 10;

bool NeedsEscape(char c) { return c == '\n' || c == '\r' || c == '\\'; }

void AppendEscapedPath(std::string* out, Slice path) {
  for (const char c : path) {
    switch (c) {
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\\':
        out->append("\\\\");
        break;
      default:
        out->push_back(c);
    }
  }
}

std::optional<std::string> UnescapePath(Slice escaped) {
  std::string path;
  path.reserve(escaped.size());
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '\\') {
      path += escaped[i];
      continue;
    }
    if (++i == escaped.size()) return std::nullopt;
    switch (escaped[i]) {
      case 'n':
        path += '\n';
        break;
      case 'r':
        path += '\r';
        break;
      case '\\':
        path += '\\';
        break;
      default:
        return std::nullopt;
    }
  }
  return path;
}

Status Malformed(std::string what, Slice line) {
  return DataError("ChecksumsMalformed", std::move(what))
      .Expected("64 lower-case hex digits, two spaces and a path")
      .Found("\"" + Printable(line) + "\"")
      .Next("bring back the CHECKSUMS file that was written with this tree");
}

// The digest of a line's first characters; upper case is refused, as sha256sum never prints it.
bool ParseDigest(Slice hex, Sha256Digest* digest) {
  if (std::any_of(hex.begin(), hex.end(), [](char c) { return c >= 'A' && c <= 'F'; }))
    return false;
  const std::optional<std::string> bytes = ParseHex(hex);
  if (!bytes) return false;
  std::copy(bytes->begin(), bytes->end(), digest->begin());
  return true;
}

}  // namespace

void AppendChecksumLine(std::string* out, Slice path, const Sha256Digest& digest) {
  const bool escape = std::any_of(path.begin(), path.end(), NeedsEscape);
  if (escape) out->push_back('\\');
  AppendHex(out, AsSlice(digest));
  out->append("  ");
  if (escape) {
    AppendEscapedPath(out, path);
  } else {
    out->append(path);
  }
  out->push_back('\n');
}

Result<ChecksumLine> ParseChecksumLine(Slice line) {
  if (line.size() > kMaxLineBytes) {
    return Malformed("the line is longer than " + std::to_string(kMaxLineBytes) + " bytes", line);
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  Slice rest = line;
  const bool escaped = rest.starts_with('\\');
  if (escaped) rest.remove_prefix(1);
  if (rest.size() < kPrefixBytes) return Malformed("the line is too short", line);

  ChecksumLine parsed;
  if (!ParseDigest(rest.substr(0, kHexBytes), &parsed.digest)) {
    return Malformed("the line does not begin with a SHA-256", line);
  }
  const Slice mark = rest.substr(kHexBytes, 2);
  if (mark != "  " && mark != " *") {
    return Malformed("digest and path are not divided by two spaces", line);
  }
  rest.remove_prefix(kPrefixBytes);
  if (escaped) {
    std::optional<std::string> path = UnescapePath(rest);
    if (!path) return Malformed("the path has an unknown escape", line);
    parsed.path = *std::move(path);
  } else {
    parsed.path = rest;
  }
  if (parsed.path.starts_with("./")) parsed.path.erase(0, 2);
  if (!IsSafeTreePath(parsed.path)) {
    return DataError("ChecksumsPath", "the path does not name a file inside the tree")
        .Expected("a relative path without empty, \".\" or \"..\" parts")
        .Found("\"" + Printable(rest) + "\"")
        .Next("bring back the CHECKSUMS file that was written with this tree");
  }
  return parsed;
}

Status ChecksumList::Add(Slice path, const Sha256Digest& digest) {
  return sorter_.Add(path, AsSlice(digest));
}

Status ChecksumList::Write(const std::function<Status(Slice)>& take) {
  SNAPTREE_TRY(sorter_.Finish());
  std::string text;
  std::string previous;
  bool first = true;
  for (;;) {
    Slice path;
    Slice payload;
    SNAPTREE_ASSIGN(const bool more, sorter_.Next(&path, &payload));
    if (!more) break;
    if (!first && path == previous) {
      return EnvironmentError("NameCollision", "two files of the tree have the same path").At(path);
    }
    first = false;
    previous.assign(path);
    AppendChecksumLine(&text, path, DigestIn(payload));
    if (text.size() >= kPieceBytes) {
      SNAPTREE_TRY(CheckCancelled());
      SNAPTREE_TRY(take(text));
      text.clear();
    }
  }
  return text.empty() ? Status::Ok() : take(text);
}

}  // namespace snaptree
