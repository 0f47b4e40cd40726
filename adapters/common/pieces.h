// Parts of one adapter's work that need nothing of one another (its scopes, mostly), on the threads
// of the run. What each books and finds is added up in a fixed order: the tree and the report do
// not depend on how many threads there are.
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

// Runs the pieces. Each has a context with accounts of its own, and is not to use the adapter's; of
// `progress`, which is the adapter's, it only adds to `done`. A piece is given such a share of the
// memory that all pieces that run at a time have together what the adapter would have alone.
Status RunPieces(const DecodeContext& context, std::span<const Piece> pieces);

}  // namespace snaptree
