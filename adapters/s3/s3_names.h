// The path of every object of a bucket: spec 04 section 5.3.
//
// Step A looks at one key alone. Steps B and C, which move a key because of other keys, need to see
// all keys of the bucket first: NamePass is given them once, in ascending order, and then answers
// for each, again in ascending order. It holds the few keys that other keys move (more than fit:
// in sorted runs), never all of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/external_sorter.h"
#include "base/result.h"

namespace snaptree::s3 {

inline constexpr Slice kSidecarSuffix = ".elastickv-meta.json";
// Of a bucket, with what sidecars say as lines (spec 08).
inline constexpr Slice kObjectLinesName = "_objects.jsonl";

enum class PathKind : uint8_t {
  kNatural,   // the key itself
  kFallback,  // F(K)
  kLeafData,  // K and ".elastickv-leaf-data"
  kUserData,  // K and ".user-data"
};

// Step A: kNatural, kFallback or kUserData.
PathKind LocalPathKind(Slice key, bool rename_collisions);

// In a tree whose sidecars are lines, of the kind that a key has in one whose sidecars are files:
// the name of the lines' file is taken (spec 00 decision 19).
PathKind KindBesideLines(Slice key, PathKind kind);

// Of the body, relative to the bucket's folder.
std::string PathOf(Slice key, PathKind kind);
// For KEYMAP.jsonl. REQUIRES: not kNatural.
Slice KeymapKind(PathKind kind);

// Whether a name ends as one that we make of another: only such folders can be in the way of files.
bool HasRenameSuffix(Slice name);

class NamePass {
 public:
  NamePass(SorterOptions sorter, bool rename_collisions)
      : rename_collisions_(rename_collisions), moved_(std::move(sorter)) {}

  // Forgets the bucket before.
  void Begin();
  // All keys, ascending.
  Status Add(Slice key);
  Status EndOfKeys();
  // Keys that were added, ascending.
  Result<PathKind> KindOf(Slice key);

 private:
  // A key that begins the current one, or is it. Its bytes are those of the current key.
  struct Open {
    size_t length;
    PathKind kind;     // after step A; in the second half, the final one
    bool is_folder;    // step B: another key's path goes through it
    bool is_relevant;  // to step C
  };

  Status Close(const Open& open);
  Status CloseUnlessPrefixOf(Slice key);
  void MarkForStepC(Slice key);
  PathKind AfterStepB(const Open& open) const;
  Status Advance();
  bool Collides(Slice key, PathKind kind) const;

  const bool rename_collisions_;
  ExternalSorter moved_;  // key to (kind after step B), for all that B moves or C may move

  std::string current_;     // the key before
  std::vector<Open> open_;  // ascending by length
  bool any_ = false;
  bool more_ = false;  // current_ is a key of moved_ whose kind is open_.back().kind
};

}  // namespace snaptree::s3
