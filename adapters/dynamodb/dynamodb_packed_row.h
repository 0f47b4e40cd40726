// A row as the payload of a sorter: what it takes to come back to it later, and its value when that
// is small.
#pragma once

#include <string>

#include "base/coding.h"
#include "formats/view_cursor.h"

namespace snaptree::dynamodb {

inline constexpr uint64_t kPackedValueBytes = 4096;

// `note`: a number of the caller's.
inline void PackRow(const ViewRow& row, uint64_t note, std::string* out) {
  out->clear();
  for (const uint64_t v : {note, row.commit_ts, row.position, row.end, row.body.position,
                           row.body.size, uint64_t{row.key.size()}}) {
    AppendLe64(out, v);
  }
  out->append(row.key);
  if (row.body.IsResident() && row.body.size <= kPackedValueBytes) out->append(row.body.resident);
}

struct PackedRow {
  uint64_t note = 0;
  ViewRow row;  // views into the payload
};

// REQUIRES: PackRow() made it.
inline PackedRow UnpackRow(Slice payload) {
  uint64_t v[7];
  std::memcpy(v, payload.data(), sizeof v);
  payload.remove_prefix(sizeof v);
  PackedRow packed;
  packed.note = v[0];
  packed.row.key = payload.substr(0, v[6]);
  packed.row.commit_ts = v[1];
  packed.row.position = v[2];
  packed.row.end = v[3];
  packed.row.body = {payload.substr(v[6]), v[5], v[4]};
  return packed;
}

}  // namespace snaptree::dynamodb
