// Whether a table is of the version that its footer names: no checksum covers the footer, and the
// version decides how every value is read (spec 01b sections 2.1, 2.5).
#pragma once

#include <span>

#include "formats/table/table_parts.h"

namespace snaptree {

// Version 4 is the only one with property `obsolete-key`. Of other tables of Pebble all rows are
// read: the lengths of their values must add up to what the properties tell. "TableCorrupt" names
// the version byte. Blocks that cannot be read prove nothing: that is for those who read them.
Status CheckVersion(const TableBytes& table, const TableFooter& footer,
                    const TableContents& contents, std::span<const BlockHandle> blocks);

}  // namespace snaptree
