// Trees that keep records as lines of a few files (spec 08): which of their files are no record's
// own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/slice.h"
#include "manifest/manifest.h"

namespace snaptree {

// Adapters of which some or all records stand as lines; their files come out of a snapshot that is
// made of the tree, so that names and lists are those of the layout with one file for each record.
std::vector<std::string> AdaptersWithLines(const Manifest& manifest);

// Whether the file stands in the tree as decode wrote it in any layout: it belongs to no adapter
// with lines, or it is for people and never encoded.
bool StandsForItself(Slice path, const std::vector<std::string>& adapters_with_lines);

// Whether an address can be of another file in a tree with lines than in one without.
bool DependsOnLayout(Slice address);

}  // namespace snaptree
