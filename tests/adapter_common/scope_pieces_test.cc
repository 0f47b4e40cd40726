#include "adapters/common/scope_pieces.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "adapters/common/pieces.h"
#include "formats/view_cursor.h"
#include "tests/support/memory_tree.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {
namespace {

using Texts = std::vector<std::string>;

const std::string kHeads = "!s3|obj|head|";
const std::string kItems = "!ddb|item|";
const std::vector<FamilyId> kFamilies = {FamilyOf(kHeads), FamilyOf(kItems)};

// "name|" at the beginning of a key.
Slice UpToBar(Slice tail) {
  const size_t bar = tail.find('|');
  return bar == Slice::npos ? Slice() : tail.substr(0, bar + 1);
}

ScanOptions PlaceAtEachRow() {
  ScanOptions options;
  options.least_place_bytes = 1;
  return options;
}

// An opened snapshot, and a context with four threads for it.
struct Fixture {
  explicit Fixture(const SnapshotBuilder& rows, uint64_t least_piece_bytes = 1)
      : bytes(rows.Bytes()),
        file(bytes),
        opened(OpenPath(file.path(), {}, PlaceAtEachRow())),
        ledger(opened.source(),
               [](FamilyId, const ViewRow&, const Status&) { return Status::Ok(); }),
        unknown(SorterOptions{}),
        context{.source = opened.source(),
                .scan = opened.scan,
                .sink = sink,
                .findings = findings,
                .ledger = ledger,
                .progress = progress,
                .sorter_options = [](double) { return SorterOptions(); },
                .filter = filter,
                .unknown = unknown,
                .workers = workers,
                .memory_bytes = uint64_t{512} << 20,
                .least_piece_bytes = least_piece_bytes} {}

  std::vector<ScopePiece> Cut() {
    Result<std::vector<ScopePiece>> pieces = CutScopes(context, kFamilies, UpToBar);
    REQUIRE(pieces.ok());
    return *std::move(pieces);
  }

  const std::string bytes;
  const MemoryFile file;
  const OpenedSnapshot opened;
  MemoryTree sink;
  Findings findings;
  RowLedger ledger;
  Progress progress;
  AddressFilter filter;
  SortedRows unknown;
  WorkerPool workers{4};
  DecodeContext context;
};

// Live keys of a family as a walk gives them.
Texts LiveKeys(const RowSource& source, const ScanResult& scan, FamilyId family) {
  Texts keys;
  ViewCursor cursor(source, scan, family);
  for (ViewRow row; *cursor.NextLive(&row);) keys.emplace_back(row.key);
  return keys;
}

// All pieces together have what the whole has, and each the scopes that it says.
void CheckPieces(const Fixture& fixture, const std::vector<ScopePiece>& pieces) {
  CHECK(pieces.front().begin.empty());
  for (size_t i = 1; i < pieces.size(); ++i) CHECK(pieces[i].begin > pieces[i - 1].begin);
  for (const FamilyId family : kFamilies) {
    Texts keys;
    for (size_t i = 0; i < pieces.size(); ++i) {
      for (const std::string& key : LiveKeys(fixture.opened.source(), pieces[i].scan, family)) {
        CHECK(PieceOf(pieces, Slice(key).substr(FamilyName(family).size())) == i);
        keys.push_back(key);
      }
    }
    CHECK(keys == LiveKeys(fixture.opened.source(), fixture.opened.scan, family));
  }
}

TEST_CASE("pieces are cut between scopes, in all families alike") {
  SnapshotBuilder rows;
  for (const char* scope : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    for (int i = 0; i < 20; ++i) {
      const std::string key = std::string(scope) + "|" + std::to_string(i);
      rows.Put(kItems + key, kT0, "old").Put(kItems + key, kT1, std::string(100, 'x'));
      if (*scope % 2 == 0) rows.Put(kHeads + key, kT0, "x");
    }
  }
  Fixture fixture(rows);
  const std::vector<ScopePiece> pieces = fixture.Cut();
  CHECK(pieces.size() >= 7);
  CheckPieces(fixture, pieces);
}

TEST_CASE("one scope is one piece, however large it is") {
  SnapshotBuilder rows;
  for (int i = 100; i < 400; ++i) rows.Put(kItems + "a|" + std::to_string(i), kT0, "x");
  Fixture fixture(rows);
  const std::vector<ScopePiece> pieces = fixture.Cut();
  CheckPieces(fixture, pieces);
  const auto has_rows = [&](const ScopePiece& piece) {
    return !LiveKeys(fixture.opened.source(), piece.scan, kFamilies[1]).empty();
  };
  CHECK(std::count_if(pieces.begin(), pieces.end(), has_rows) == 1);
}

TEST_CASE("little is not cut") {
  SnapshotBuilder rows;
  for (const char* scope : {"a", "b", "c", "d"}) rows.Put(kItems + scope + "|1", kT0, "x");
  CHECK(Fixture(rows, 1000).Cut().size() == 1);
  CHECK(Fixture(rows).Cut().size() > 1);
}

TEST_CASE("as many pieces as share the memory well") {
  SnapshotBuilder rows;
  for (int i = 100; i < 400; ++i) rows.Put(kItems + std::to_string(i) + "|1", kT0, "x");
  Fixture fixture(rows);
  CHECK(PieceCount(fixture.context, uint64_t{1} << 40) == 16);
  CHECK(fixture.Cut().size() == 16);
  fixture.context.memory_bytes = uint64_t{16} << 20;
  CHECK(PieceCount(fixture.context, uint64_t{1} << 40) == 8);
  fixture.context.memory_bytes = uint64_t{4} << 20;
  CHECK(fixture.Cut().size() == 1);
}

TEST_CASE("no rows at all") {
  SnapshotBuilder rows;
  rows.Put("other", kT0, "x");
  Fixture fixture(rows);
  const std::vector<ScopePiece> pieces = fixture.Cut();
  CHECK(pieces.size() == 1);
  CheckPieces(fixture, pieces);
}

// A key that ends in front of a scope's name has a version in front of all scopes and one behind
// them: cut in between, its old version would come back.
TEST_CASE("a malformed key with versions on both sides of every scope") {
  constexpr uint64_t kInverted = ~uint64_t{0};
  SnapshotBuilder rows;
  rows.Put(kItems, kInverted - 0x3030303030303030, "new");  // stands where "00000000" does
  rows.Put(kItems, kInverted - 0x7a7a7a7a7a7a7a7a, "old");  // where "zzzzzzzz" does
  for (const char* scope : {"a", "b", "c", "d", "e", "f"}) {
    for (int i = 0; i < 20; ++i) {
      rows.Put(kItems + scope + "|" + std::to_string(i), kT0, std::string(50, 'x'));
    }
  }
  Fixture fixture(rows);
  const std::vector<ScopePiece> pieces = fixture.Cut();
  CHECK(pieces.size() == 1);
  CheckPieces(fixture, pieces);
  CHECK(LiveKeys(fixture.opened.source(), fixture.opened.scan, kFamilies[1]).size() == 121);
}

TEST_CASE("what pieces book and find is added up in their order") {
  SnapshotBuilder rows;
  for (const char* scope : {"a", "b", "c", "d", "e", "f"}) {
    rows.Put(kItems + scope + "|1", kT0, std::string(50, 'x'));
  }
  Fixture fixture(rows);
  const std::vector<ScopePiece> pieces = fixture.Cut();
  REQUIRE(pieces.size() > 3);
  const auto decode = [&](const DecodeContext& own, size_t piece) -> Result<AdapterTotals> {
    AdapterTotals totals;
    ViewCursor cursor(own.source, own.scan, kFamilies[1]);
    for (ViewRow row;;) {
      SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
      if (!more) break;
      ++totals.records;
      totals.scopes.emplace_back(row.key);
      own.ledger.Add(kFamilies[1], RowLedger::Place::kEmitted);
      own.findings.Note("code", "text", row.key);
    }
    // The first ones end last.
    std::this_thread::sleep_for(std::chrono::milliseconds(pieces.size() - piece));
    return totals;
  };
  const Result<AdapterTotals> totals = RunScopePieces(fixture.context, pieces, decode);
  REQUIRE(totals.ok());
  const Texts keys = LiveKeys(fixture.opened.source(), fixture.opened.scan, kFamilies[1]);
  CHECK(totals->records == 6);
  CHECK(totals->scopes == keys);
  CHECK(fixture.ledger.count(kFamilies[1], RowLedger::Place::kEmitted) == 6);
  const Finding& finding = fixture.findings.by_code().at("code");
  CHECK(finding.count == 6);
  REQUIRE(finding.examples.size() == 6);
  for (size_t i = 0; i < keys.size(); ++i) CHECK(finding.examples[i].first == keys[i]);
}

TEST_CASE("the error of the first piece that has one") {
  SnapshotBuilder rows;
  for (const char* scope : {"a", "b", "c", "d"}) rows.Put(kItems + scope + "|1", kT0, "x");
  Fixture fixture(rows);
  const std::vector<ScopePiece> pieces = fixture.Cut();
  REQUIRE(pieces.size() > 2);
  const Result<AdapterTotals> totals = RunScopePieces(
      fixture.context, pieces, [](const DecodeContext&, size_t piece) -> Result<AdapterTotals> {
        if (piece == 0) return AdapterTotals();
        return DataError("Piece" + std::to_string(piece), "no");
      });
  CHECK(totals.status().code() == "Piece1");
}

}  // namespace
}  // namespace snaptree::test
