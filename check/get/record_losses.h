// Which warnings say that a record is not all that the store holds of it, or that nobody can tell.
// All others are about book-keeping, or about what a node does not answer either: a record that
// comes with them is whole.
#pragma once

#include <string>

#include "check/get/get_parts.h"

#include "base/findings.h"

namespace snaptree {

// `kind`: of the address that was asked for. Warnings about one record say nothing about a file
// that tells of many.
bool MeansLoss(const std::string& code, AddressKind kind);

// Adds what a run found; what does not mean loss becomes a note.
void AddRecordFindings(const Findings& from, AddressKind kind, Findings* into);

}  // namespace snaptree
