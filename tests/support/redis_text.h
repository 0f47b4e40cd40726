// The files of redis/db_0/ as spec 02 chapters 4 and 5 describe them, written down once more: what
// a test expects to find in a tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/slice.h"
#include "tests/support/redis_rows.h"

namespace snaptree::test {

using Expiry = std::optional<uint64_t>;

// A string or {"base64":...}; indent < 0: compact, else the column at which the value's line
// begins.
std::string Bv(Slice bytes, int indent = -1);

std::string HashText(const Pairs& fields, Expiry expiry = std::nullopt);
std::string ListText(const Strings& items, Expiry expiry = std::nullopt);
std::string SetText(const Strings& members, Expiry expiry = std::nullopt);
// Scores as JSON text.
std::string ZSetText(const Pairs& members, Expiry expiry = std::nullopt);

struct EntryText {
  std::string id;
  Strings names_and_values;
};
std::string StreamText(const std::vector<EntryText>& entries, uint64_t last_ms, uint64_t last_seq,
                       Expiry expiry = std::nullopt);

// Names without the SHA-256 fallback: for keys that need none.
std::string PlainName(Slice key);
std::string TtlLine(Slice key, uint64_t expire_at_ms);

// Paths.
std::string InDb(Slice rest);
std::string StringPath(Slice key);
std::string HllPath(Slice key);
std::string HashPath(Slice key);
std::string ListPath(Slice key);
std::string SetPath(Slice key);
std::string ZSetPath(Slice key);
std::string StreamPath(Slice key);

}  // namespace snaptree::test
