// Parts of one adapter's work that need nothing of one another (its scopes, mostly), on the threads
// of the run. What each books and finds is added up in a fixed order, and the tree and the report
// do not depend on how many threads there are: as long as an example in a finding names its scope,
// so that no two pieces give the same one.
//
// A piece's context has accounts (ledger, findings) of its own; all else in it is shared and may be
// used from any thread, but of `progress` a piece only adds to `done`.
#pragma once

#include <functional>
#include <span>

#include "adapters/common/decode_context.h"

namespace snaptree {

struct Piece {
  // What the piece sees of the input; null: what the adapter sees. Must outlive the run.
  const ScanResult* scan = nullptr;
  std::function<Status(const DecodeContext& context)> work;
};

// How many pieces are worth while for rows of this many bytes: enough for the threads to end
// together, and none so small that it is not worth its own accounts.
size_t PieceCount(const DecodeContext& context, uint64_t bytes);

// Runs the pieces; a single one with the adapter's own context. As many run at a time as there are
// threads, and as can share the adapter's memory: together they get what it would have alone.
Status RunPieces(const DecodeContext& context, std::span<const Piece> pieces);

}  // namespace snaptree
