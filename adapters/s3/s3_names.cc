#include "adapters/s3/s3_names.h"

#include <algorithm>

#include "base/text.h"
#include "formats/mvcc_view.h"
#include "manifest/file_name_codec.h"
#include "manifest/keymap.h"

namespace snaptree::s3 {
namespace {

constexpr Slice kLeafDataSuffix = ".elastickv-leaf-data";
constexpr Slice kUserDataSuffix = ".user-data";
constexpr size_t kMaxNameBytes = 255;
constexpr size_t kMaxPathBytes = 3072;

Slice LastSegment(Slice key) {
  const size_t slash = key.rfind('/');
  return slash == Slice::npos ? key : key.substr(slash + 1);
}

Slice FirstSegment(Slice key) { return key.substr(0, key.find('/')); }

bool IsSafeSegment(Slice segment) {
  return !segment.empty() && segment != "." && segment != ".." && segment.size() <= kMaxNameBytes;
}

bool HasSafeSegments(Slice key) {
  for (;;) {
    const size_t slash = key.find('/');
    if (!IsSafeSegment(key.substr(0, slash))) return false;
    if (slash == Slice::npos) return true;
    key.remove_prefix(slash + 1);
  }
}

bool IsReserved(Slice first_segment) {
  return first_segment == "_bucket.json" || first_segment == kKeymapFileName ||
         first_segment == "_orphans" || first_segment == "_incomplete_uploads" ||
         HasFallbackShape(first_segment);
}

// Whether the key's last segment can take a rename suffix, with that of the sidecar behind it.
bool CanTake(Slice suffix, Slice key) {
  return IsUtf8(key) &&
         LastSegment(key).size() + suffix.size() + kSidecarSuffix.size() <= kMaxNameBytes;
}

Slice SuffixOf(PathKind kind) {
  if (kind == PathKind::kLeafData) return kLeafDataSuffix;
  return kind == PathKind::kUserData ? kUserDataSuffix : Slice();
}

// A path without its first `size` bytes, when they end a segment or the path.
bool GoesOnAsFolder(Slice rest) { return rest.starts_with('/'); }

}  // namespace

PathKind LocalPathKind(Slice key, bool rename_collisions) {
  const bool safe = key.size() <= kMaxPathBytes && key.find('\0') == Slice::npos &&
                    key.find('\\') == Slice::npos && HasSafeSegments(key) &&
                    LastSegment(key).size() + kSidecarSuffix.size() <= kMaxNameBytes;
  if (!safe || IsReserved(FirstSegment(key))) return PathKind::kFallback;
  if (!key.ends_with(kSidecarSuffix)) return PathKind::kNatural;
  return rename_collisions && CanTake(kUserDataSuffix, key) ? PathKind::kUserData
                                                            : PathKind::kFallback;
}

PathKind KindBesideLines(Slice key, PathKind kind) {
  return FirstSegment(key) == kObjectLinesName ? PathKind::kFallback : kind;
}

std::string PathOf(Slice key, PathKind kind) {
  if (kind == PathKind::kFallback) return FallbackName(key);
  return std::string(key).append(SuffixOf(kind));
}

Slice KeymapKind(PathKind kind) {
  if (kind == PathKind::kLeafData) return "s3-leaf-data";
  return kind == PathKind::kUserData ? Slice("meta-suffix-rename") : kKeymapShaFallback;
}

bool HasRenameSuffix(Slice name) {
  return name.ends_with(kSidecarSuffix) || name.ends_with(kLeafDataSuffix) ||
         name.ends_with(kUserDataSuffix);
}

void NamePass::Begin() {
  moved_.Reset();
  open_.clear();
  current_.clear();
  any_ = false;
  more_ = false;
}

PathKind NamePass::AfterStepB(const Open& open) const {
  if (open.kind != PathKind::kNatural || !open.is_folder) return open.kind;
  return CanTake(kLeafDataSuffix, Slice(current_).substr(0, open.length)) ? PathKind::kLeafData
                                                                          : PathKind::kFallback;
}

// No later key begins with this one.
Status NamePass::Close(const Open& open) {
  const PathKind kind = AfterStepB(open);
  if (kind == open.kind && !open.is_relevant) return {};
  const char payload = static_cast<char>(kind);
  return moved_.Add(Slice(current_).substr(0, open.length), Slice(&payload, 1));
}

Status NamePass::CloseUnlessPrefixOf(Slice key) {
  const size_t common = CommonPrefix(current_, key);
  while (!open_.empty() && open_.back().length > common) {
    SNAPTREE_TRY(Close(open_.back()));
    open_.pop_back();
  }
  return {};
}

// Two paths can only be one where a key goes on with a suffix that we put behind another key: the
// other one is a prefix of it, and earlier.
void NamePass::MarkForStepC(Slice key) {
  bool relevant = false;
  for (Open& open : open_) {
    const Slice rest = key.substr(open.length);
    if (!rest.starts_with(kLeafDataSuffix) && !rest.starts_with(kUserDataSuffix) &&
        !rest.starts_with(kSidecarSuffix)) {
      continue;
    }
    open.is_relevant = true;
    relevant = true;
  }
  if (relevant) open_.back().is_relevant = true;
}

Status NamePass::Add(Slice key) {
  const PathKind kind = LocalPathKind(key, rename_collisions_);
  if (kind == PathKind::kFallback) return {};
  SNAPTREE_TRY(CloseUnlessPrefixOf(key));
  for (Open& open : open_) {
    if (GoesOnAsFolder(key.substr(open.length))) open.is_folder = true;
  }
  current_.assign(key);
  open_.push_back({key.size(), kind, false, false});
  MarkForStepC(current_);
  return {};
}

Status NamePass::EndOfKeys() {
  for (; !open_.empty(); open_.pop_back()) SNAPTREE_TRY(Close(open_.back()));
  current_.clear();
  SNAPTREE_TRY(moved_.Finish());
  any_ = moved_.size() > 0;
  return any_ ? Advance() : Status::Ok();
}

// Whether the paths of an earlier key, which is a prefix of this one, take what this one needs.
bool NamePass::Collides(Slice key, PathKind kind) const {
  const std::string path = PathOf(key, kind);
  return std::any_of(open_.begin(), open_.end(), [&](const Open& open) {
    if (open.kind == PathKind::kFallback) return false;
    const std::string body = PathOf(key.substr(0, open.length), open.kind);
    if (!Slice(path).starts_with(body)) return false;
    const Slice rest = Slice(path).substr(body.size());
    return rest.empty() || GoesOnAsFolder(rest) ||
           (rest.starts_with(kSidecarSuffix) && GoesOnAsFolder(rest.substr(kSidecarSuffix.size())));
  });
}

// Step C for the next key that it concerns.
Status NamePass::Advance() {
  Slice key;
  Slice payload;
  SNAPTREE_ASSIGN(more_, moved_.Next(&key, &payload));
  if (!more_) return {};
  const size_t common = CommonPrefix(current_, key);
  while (!open_.empty() && open_.back().length > common) open_.pop_back();
  PathKind kind = static_cast<PathKind>(payload[0]);
  if (kind != PathKind::kFallback && Collides(key, kind)) kind = PathKind::kFallback;
  current_.assign(key);
  open_.push_back({key.size(), kind, false, false});
  return {};
}

Result<PathKind> NamePass::KindOf(Slice key) {
  const PathKind local = LocalPathKind(key, rename_collisions_);
  if (!any_ || local == PathKind::kFallback) return local;
  while (more_ && Slice(current_) < key) SNAPTREE_TRY(Advance());
  return more_ && current_ == key ? open_.back().kind : local;
}

}  // namespace snaptree::s3
