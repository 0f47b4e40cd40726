// Several row sources as one container: rows of all of them in one ascending stream, for inputs
// that belong together (the groups of a cluster) and for rows that transactions add (spec 06
// chapter 5).
//
// Nothing is copied: a cursor merges the cursors of its inputs. Positions of merged rows count the
// bytes of all rows before them; places that are remembered on the way lead from a position back
// into the inputs. A value's position says in its upper byte from which input it is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/container.h"
#include "formats/row.h"

namespace snaptree {

inline constexpr size_t kMaxInputs = 200;

// Where the values of added rows begin: of rows that stand in no input.
inline constexpr uint64_t kAddedRows = uint64_t{0xff} << 56;
inline bool IsAddedRow(const Row& row) { return row.value_position >= kAddedRows; }

struct MergedInputs {
  // At most kMaxInputs; each must outlive the container.
  std::vector<const RowSource*> sources;
  // Rows of no input, or null. A row with the raw key of an input's row is left out.
  const RowSource* added = nullptr;
  // The view at which no key may stand in two inputs (HLC).
  uint64_t read_ts = 0;
  bool may_overlap = false;  // unless this is set: then the newest version counts
};

// Equal raw keys of two inputs stand one behind the other. Its scan is refused with
// "KeyInTwoInputs" when a key of user data is live in two of them.
std::unique_ptr<Container> NewMergedContainer(const MergedInputs& inputs, ContainerInfo info);

}  // namespace snaptree
