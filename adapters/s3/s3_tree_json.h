// What _bucket.json and sidecars have in common as JSON that people may have edited: names that
// stand once, the member "snaptree" (spec 04 sections 5.2, 5.4, 7.2).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/common/stored_json.h"
#include "base/result.h"

namespace snaptree::s3 {

// Errors are data errors without a place, with the code that the caller gives.

// One object whose names stand once each, with "format_version" 1.
Status ParseTreeObject(Slice text, const char* code, StoredJson* json,
                       size_t max_bytes = StoredJson::kMaxBytes);

Status WrongType(const char* code, Slice member, const char* expected);

struct SnaptreeMember {
  std::optional<uint64_t> generation;
  std::optional<std::vector<uint64_t>> part_sizes;
  std::string extra;                 // members of x_extra as a row has them: ,"name":value ...
  std::vector<std::string> unknown;  // names of other members
  bool has_empty = false;            // it, or x_extra, has no members, and does not come out
};
// known: names that a row's own members have, which x_extra must not.
Result<SnaptreeMember> ReadSnaptree(const char* code, const simdjson::dom::element& value,
                                    Slice raw, std::span<const Slice> known);

}  // namespace snaptree::s3
