#include "adapters/common/pieces.h"

#include <algorithm>
#include <deque>
#include <vector>

namespace snaptree {
namespace {

constexpr uint64_t kPiecesPerThread = 4;
constexpr uint64_t kMaxPieces = 256;
// With less memory for its sorters a piece writes more runs than its thread is worth.
constexpr uint64_t kPieceMemory = uint64_t{8} << 20;

// What one piece books and finds.
struct Accounts {
  explicit Accounts(const RowLedger& other) : ledger(other.Empty()) {}

  RowLedger ledger;
  Findings findings;
};

// How many pieces may run at a time.
size_t PiecesBeside(const DecodeContext& context) {
  return static_cast<size_t>(
      std::clamp<uint64_t>(context.memory_bytes / kPieceMemory, 1, context.workers.threads()));
}

DecodeContext ContextOf(const DecodeContext& all, const ScanResult& scan, Accounts* own,
                        size_t beside) {
  const double share = 1.0 / static_cast<double>(beside);
  return {.source = all.source,
          .scan = scan,
          .sink = all.sink,
          .findings = own->findings,
          .ledger = own->ledger,
          .progress = all.progress,
          .sorter_options = [&all, share](double of) { return all.sorter_options(of * share); },
          .filter = all.filter,
          .unknown = all.unknown,
          .workers = all.workers,
          .memory_bytes = all.memory_bytes / beside,
          .least_piece_bytes = all.least_piece_bytes,
          .salvage = all.salvage,
          .bare_rows_as_redis = all.bare_rows_as_redis,
          .extensions = all.extensions,
          .all_groups_given = all.all_groups_given};
}

}  // namespace

size_t PieceCount(const DecodeContext& context, uint64_t bytes) {
  const size_t beside = PiecesBeside(context);
  if (beside == 1) return 1;
  const uint64_t most = std::min(beside * kPiecesPerThread, kMaxPieces);
  const uint64_t worth = bytes / std::max<uint64_t>(1, context.least_piece_bytes);
  return static_cast<size_t>(std::clamp<uint64_t>(worth, 1, most));
}

Status RunPieces(const DecodeContext& context, std::span<const Piece> pieces) {
  if (pieces.size() == 1) return pieces[0].work(context);
  if (pieces.empty()) return {};
  const size_t beside = std::min(PiecesBeside(context), pieces.size());
  std::deque<Accounts> accounts;
  std::vector<WorkerPool::Job> jobs;
  for (const Piece& piece : pieces) {
    Accounts& own = accounts.emplace_back(context.ledger);
    jobs.emplace_back([&context, &piece, &own, beside] {
      const ScanResult& scan = piece.scan != nullptr ? *piece.scan : context.scan;
      return piece.work(ContextOf(context, scan, &own, beside));
    });
  }
  SNAPTREE_TRY(context.workers.Run(jobs, beside));
  for (const Accounts& own : accounts) {
    context.ledger.Merge(own.ledger);
    context.findings.Merge(own.findings);
  }
  return {};
}

}  // namespace snaptree
