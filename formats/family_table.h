// The key families of a store (spec 06 chapter 1, spec 01 chapter 10): which prefix belongs to
// whom, and what class its rows have. This is a table of names, not of meanings: what a row of a
// family holds is its adapter's business.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/slice.h"

namespace snaptree {

enum class AdapterId : uint8_t { kDynamodb, kS3, kRedis, kSqs, kRawkv, kFs, kInternal };
inline constexpr size_t kAdapterCount = 7;
const char* AdapterName(AdapterId adapter);  // "dynamodb", ..., "internal"

enum class FamilyClass : uint8_t {
  kData,           // user data, and the configuration that its output needs (classes U and C)
  kDerived,        // D: an encoder rebuilds it
  kOperational,    // I: never restored
  kTransactional,  // T: may hold committed data that is not at its key yet
  kUnknown,        // reserved root without a family: written by a newer server, or by hand
};

// An index into Families().
using FamilyId = uint8_t;

struct Family {
  Slice prefix;  // what the logical key starts with; for the last four, a name in angle brackets
  FamilyClass family_class;
  AdapterId adapter;
  bool newest_at_any_time =
      false;  // the newest version counts whatever the read timestamp is (spec 01 section 7.5)
};

// All families: those with a prefix in ascending byte order, then the four below.
std::span<const Family> Families();
inline constexpr size_t kPrefixFamilies = 65;

// Families without a prefix of their own.
constexpr FamilyId BareFamily() {
  return kPrefixFamilies;
}  // keys of no known root: raw KV, or very old Redis strings (06 chapter 3)
constexpr FamilyId UnknownFamily() {
  return kPrefixFamilies + 1;
}  // a reserved root with an unknown rest (06 chapter 2 rule 4)
constexpr FamilyId RawMetadataFamily() {
  return kPrefixFamilies + 2;
}  // the four `_meta_*` rows, which are not MVCC rows (01 section 7.6)
constexpr FamilyId RegistryFamily() {
  return kPrefixFamilies + 3;
}  // `!encryption|writers|` rows, which are not MVCC rows

// REQUIRES: the prefix is in the table.
FamilyId FamilyOf(Slice prefix);
// The name as people type and read it: the prefix itself, or "<bare>" and so on.
inline Slice FamilyName(FamilyId id) { return Families()[id].prefix; }
// A family by name; also without the leading '!' and the trailing '|', and "bare", "unknown". -1:
// no such family.
int FindFamily(Slice name);

// Raw rows that are not MVCC rows, recognised by their exact raw key; -1 for all others.
int ClassifyRawKey(Slice raw_key);
// The family of a logical key (raw key without its timestamp).
FamilyId ClassifyLogicalKey(Slice key);

inline constexpr Slice kMetaLastCommitTs = "_meta_last_commit_ts";
inline constexpr Slice kMetaMinRetainedTs = "_meta_min_retained_ts";
inline constexpr Slice kMetaPendingMinRetainedTs = "_meta_pending_min_retained_ts";
inline constexpr Slice kMetaAppliedIndex = "_meta_applied_index";

}  // namespace snaptree
