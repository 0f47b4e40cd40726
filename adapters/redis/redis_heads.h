// Heads: one small record for each thing that the rows know about a user key (a string row, all
// fields of a hash, a TTL row, ...). Families order user keys differently (some have a length field
// before them, and encoded order is not key order), so heads go through a sorter, while the rows
// themselves stay where they are: a head says where.
//
// A decode then takes the heads key by key and has everything that decides about a key side by side
// (spec 02 section 1.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/slice.h"
#include "formats/family_table.h"
#include "formats/row.h"

namespace snaptree::redis {

enum class HeadKind : uint8_t {
  kTtl,     // number = expiry in Unix ms, commit_ts
  kString,  // place = body
  kHll,     // place = body
  kBare,    // place = body
  kListMeta,
  kListDeltas,
  kListItems,
  kHashMeta,
  kHashDeltas,
  kHashFields,
  kSetMeta,
  kSetDeltas,
  kSetMembers,
  kZSetMeta,
  kZSetDeltas,
  kZSetMembers,
  kHashBlob,
  kSetBlob,
  kZSetBlob,  // place = body
  kStreamMeta,
  kStreamEntries,
  kStreamBlob,
};
inline constexpr size_t kHeadKinds = 22;

// The family whose rows a head of this kind stands for.
FamilyId FamilyOfHead(HeadKind kind);

struct Head {
  HeadKind kind = HeadKind::kTtl;
  bool malformed =
      false;  // a meta whose value cannot be read: present all the same (section 6 item 5)
  // Of a group: its live rows stand in the order of their elements' bytes, as they do unless one
  // element is the beginning of another.
  bool in_order = true;
  uint64_t rows = 1;  // live rows that it stands for
  // A single row's body, or the extent of all rows of a group (fields, members, items, entries).
  Extent place;
  uint64_t row_position = 0;  // of a single row
  // TTL rows and deltas only:
  uint64_t commit_ts = 0;  // HLC: of a TTL row; of deltas, the smallest that their keys hold
  int64_t number = 0;      // TTL: expiry; deltas: sum of length deltas
  int64_t head_delta = 0;  // list deltas: sum of head deltas

  // As a sorter's payload; without the last members where they mean nothing.
  Slice AsPayload() const {
    return {reinterpret_cast<const char*>(this),
            HasNumbers() ? sizeof *this : offsetof(Head, commit_ts)};
  }
  static Head FromPayload(Slice payload) {
    Head head;
    std::memcpy(static_cast<void*>(&head), payload.data(), payload.size());
    return head;
  }
  bool HasNumbers() const {
    return kind == HeadKind::kTtl || kind == HeadKind::kListDeltas ||
           kind == HeadKind::kHashDeltas || kind == HeadKind::kSetDeltas ||
           kind == HeadKind::kZSetDeltas;
  }
};
static_assert(std::is_trivially_copyable_v<Head> && std::is_standard_layout_v<Head>);

}  // namespace snaptree::redis
