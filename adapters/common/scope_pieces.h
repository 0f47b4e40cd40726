// Pieces of an adapter's families that hold whole scopes (tables, buckets), for pieces.h. Only for
// families that stand in the order of their scopes: where the key of a row begins, behind the
// family's prefix, with a segment that names the scope and ends itself.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "adapters/common/decode_context.h"

namespace snaptree {

struct ScopePiece {
  // The segment of the first scope that may be in the piece, which ends where the next one begins;
  // "" for the first piece.
  std::string begin;
  // For walks over the families that were cut, and for nothing else: where the piece's rows are.
  ScanResult scan;
};

// The segment at the beginning of `tail` (a logical key without the family's prefix), its end
// included; empty: there is none.
using ScopeSegment = Slice (*)(Slice tail);

// At least one piece. A piece's rows are judged as they are in a walk over the whole family: no
// user key has rows in two pieces, not even one that is no key of the adapter. REQUIRES: no
// family's prefix begins that of another.
Result<std::vector<ScopePiece>> CutScopes(const DecodeContext& context,
                                          std::span<const FamilyId> families, ScopeSegment segment);

// The index of the piece that has a scope.
size_t PieceOf(std::span<const ScopePiece> pieces, Slice scope);

// Decodes the pieces by their index, as RunPieces() does. The sum of what was written, in the order
// of the pieces, which must outlive the run.
Result<AdapterTotals> RunScopePieces(
    const DecodeContext& context, std::span<const ScopePiece> pieces,
    const std::function<Result<AdapterTotals>(const DecodeContext& own, size_t piece)>& decode);

}  // namespace snaptree
