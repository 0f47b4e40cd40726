// What a JSON text says, as a digest that does not depend on how it is written: white space,
// escapes, the order of members, and of those arrays and lines whose order means nothing. Two files
// of a tree with one digest hold the same records (spec 07 section 8.4, "canonical").
//
// Members that are null count as absent, and {"base64": "..."} as the bytes that it stands for.
// Memory: some bytes for each level of nesting.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/sha256.h"
#include "base/slice.h"

namespace snaptree {

// How the text of one file of a tree is compared.
struct CanonicalRules {
  bool lines = false;  // one value a line, in no order
  bool all_numbers_are_doubles = false;
  Slice unordered[2];  // members of the outermost object whose arrays have no order
  Slice ignored;       // a member of the outermost object that does not count
};
// By the file's path in the tree; nullopt: its bytes are what counts. jsonl: the tree's layout
// (spec 08), in which _objects.jsonl is no object of its bucket.
std::optional<CanonicalRules> CanonicalRulesOf(Slice path, bool jsonl = false);

// Digests add up: the digest of several files of lines is the sum of theirs.
class CanonicalSum {
 public:
  void Add(const Sha256Digest& digest);
  const Sha256Digest& digest() const { return sum_; }

 private:
  Sha256Digest sum_{};
};

class CanonicalJson {
 public:
  explicit CanonicalJson(const CanonicalRules& rules);
  ~CanonicalJson();
  CanonicalJson(const CanonicalJson&) = delete;
  CanonicalJson& operator=(const CanonicalJson&) = delete;

  // The text comes in pieces of any size.
  void Append(Slice text);
  // nullopt: it was no JSON.
  std::optional<Sha256Digest> Finish();

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace snaptree
