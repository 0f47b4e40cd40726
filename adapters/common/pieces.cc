#include "adapters/common/pieces.h"

#include <algorithm>
#include <deque>
#include <vector>

namespace snaptree {
namespace {

constexpr uint64_t kPiecesPerThread = 4;
constexpr uint64_t kMaxPieces = 256;

// What one piece books and finds.
struct Accounts {
  explicit Accounts(const RowLedger& other) : ledger(other.Empty()) {}

  RowLedger ledger;
  Findings findings;
};

DecodeContext ContextOf(const DecodeContext& all, const Piece& piece, Accounts* accounts,
                        double share) {
  return {all.source,
          piece.scan != nullptr ? *piece.scan : all.scan,
          all.sink,
          accounts->findings,
          accounts->ledger,
          all.progress,
          [&all, share](double of) { return all.sorter_options(of * share); },
          all.filter,
          all.unknown,
          all.workers,
          all.least_piece_bytes,
          all.salvage,
          all.bare_rows_as_redis,
          all.extensions,
          all.all_groups_given};
}

}  // namespace

size_t PieceCount(const DecodeContext& context, uint64_t bytes) {
  if (context.workers.threads() == 1) return 1;
  const uint64_t most = std::min(context.workers.threads() * kPiecesPerThread, kMaxPieces);
  const uint64_t worth = bytes / std::max<uint64_t>(1, context.least_piece_bytes);
  return static_cast<size_t>(std::clamp<uint64_t>(worth, 1, most));
}

Status RunPieces(const DecodeContext& context, std::span<const Piece> pieces) {
  const size_t beside = std::min<size_t>(context.workers.threads(), pieces.size());
  if (pieces.size() == 1 && pieces[0].scan == nullptr) return pieces[0].work(context);
  const double share = 1.0 / static_cast<double>(std::max<size_t>(1, beside));
  std::deque<Accounts> accounts;
  std::vector<WorkerPool::Job> jobs;
  for (const Piece& piece : pieces) {
    Accounts& own = accounts.emplace_back(context.ledger);
    jobs.emplace_back([&context, &piece, &own, share] {
      return piece.work(ContextOf(context, piece, &own, share));
    });
  }
  SNAPTREE_TRY(context.workers.Run(jobs));
  for (const Accounts& own : accounts) {
    context.ledger.Merge(own.ledger);
    context.findings.Merge(own.findings);
  }
  return {};
}

}  // namespace snaptree
