#include "adapters/common/scope_pieces.h"

#include <algorithm>
#include <map>
#include <optional>

#include "adapters/common/pieces.h"
#include "formats/mvcc_view.h"

namespace snaptree {
namespace {

bool HasRows(const ScanResult& scan, FamilyId family) { return !scan.extents[family].empty(); }

// Families that have a prefix are not mixed, but in files that no node writes.
bool CanCut(const ScanResult& scan, std::span<const FamilyId> families) {
  return std::none_of(families.begin(), families.end(), [&](FamilyId family) {
    return std::any_of(scan.extents[family].begin(), scan.extents[family].end(),
                       [](const FamilyExtent& extent) { return extent.mixed; });
  });
}

// From the first row of a family to the last one; others may stand between them in odd files.
Extent Reach(const ScanResult& scan, FamilyId family) {
  return {scan.extents[family].front().extent.begin, scan.extents[family].back().extent.end};
}

std::span<const uint64_t> PlacesIn(const ScanResult& scan, const Extent& extent) {
  const auto begin = std::lower_bound(scan.places.begin(), scan.places.end(), extent.begin);
  const auto end = std::lower_bound(begin, scan.places.end(), extent.end);
  return {begin, end};
}

// Moves what stands behind a position to another list.
void Split(uint64_t position, std::vector<FamilyExtent>* before,
           std::vector<FamilyExtent>* behind) {
  while (!before->empty() && before->back().extent.begin >= position) {
    behind->insert(behind->begin(), before->back());
    before->pop_back();
  }
  if (before->empty() || before->back().extent.end <= position) return;
  FamilyExtent rest = before->back();
  rest.extent.begin = before->back().extent.end = position;
  behind->insert(behind->begin(), rest);
}

class Cutter {
 public:
  Cutter(const DecodeContext& context, std::span<const FamilyId> families, ScopeSegment segment)
      : context_(context), families_(families), segment_(segment) {}

  Result<std::vector<ScopePiece>> Run();

 private:
  // Where a scope begins in each family.
  struct Cut {
    std::string begin;
    std::vector<uint64_t> positions;  // by index of families_
  };

  ScanResult WithoutRows() const;
  FamilyId LargestFamily() const;
  Status ChooseScopes(size_t pieces);
  Result<std::string> KeyAt(uint64_t place, uint64_t end);
  Result<std::optional<Cut>> FindCut(const std::string& scope);
  Result<std::optional<uint64_t>> FindFirst(FamilyId family, const std::string& scope);

  const DecodeContext& context_;
  const std::span<const FamilyId> families_;
  const ScopeSegment segment_;
  std::vector<std::string> scopes_;            // at which to cut, ascending
  std::map<uint64_t, std::string> place_key_;  // raw keys that were read
};

// What a walk needs of the scan, but for where the rows are.
ScanResult Cutter::WithoutRows() const {
  ScanResult scan;
  scan.extents.resize(context_.scan.extents.size());
  scan.without_keys = context_.scan.without_keys;
  scan.read_ts = context_.scan.read_ts;
  return scan;
}

FamilyId Cutter::LargestFamily() const {
  return *std::max_element(families_.begin(), families_.end(), [&](FamilyId a, FamilyId b) {
    return context_.scan.of(a).live_bytes < context_.scan.of(b).live_bytes;
  });
}

Result<std::string> Cutter::KeyAt(uint64_t place, uint64_t end) {
  if (const auto known = place_key_.find(place); known != place_key_.end()) return known->second;
  const std::unique_ptr<RowCursor> cursor = context_.source.OpenCursor({place, end});
  SNAPTREE_ASSIGN(const auto rows, cursor->NextBatch());
  if (rows.empty()) {
    return EnvironmentError("ChangedWhileReading", "a row is gone")
        .At(context_.source.name(), place);
  }
  return place_key_.emplace(place, rows.front().key).first->second;
}

// The scopes that stand at equal distances in the largest family.
Status Cutter::ChooseScopes(size_t pieces) {
  const FamilyId family = LargestFamily();
  if (!HasRows(context_.scan, family)) return {};
  const Extent extent = Reach(context_.scan, family);
  const std::span<const uint64_t> places = PlacesIn(context_.scan, extent);
  if (places.empty()) return {};
  const Slice prefix = Families()[family].prefix;
  for (size_t i = 1; i < pieces; ++i) {
    SNAPTREE_ASSIGN(const std::string key, KeyAt(places[places.size() * i / pieces], extent.end));
    if (!key.starts_with(prefix)) continue;
    const Slice scope = segment_(Slice(key).substr(prefix.size()));
    if (!scope.empty() && (scopes_.empty() || scopes_.back() < scope)) scopes_.emplace_back(scope);
  }
  return {};
}

// The position of the first row that is not below prefix + scope, whatever its family; nullopt: a
// user key of the family has rows on both sides of it.
Result<std::optional<uint64_t>> Cutter::FindFirst(FamilyId family, const std::string& scope) {
  if (!HasRows(context_.scan, family)) return std::optional<uint64_t>(0);
  const Slice prefix = Families()[family].prefix;
  const std::string key = std::string(prefix) + scope;
  const Extent extent = Reach(context_.scan, family);
  std::span<const uint64_t> places = PlacesIn(context_.scan, extent);
  uint64_t from = extent.begin;
  while (!places.empty()) {
    const size_t middle = places.size() / 2;
    SNAPTREE_ASSIGN(const std::string at, KeyAt(places[middle], extent.end));
    if (at < key) {
      from = places[middle];
      places = places.subspan(middle + 1);
    } else {
      places = places.first(middle);
    }
  }
  const std::unique_ptr<RowCursor> cursor = context_.source.OpenCursor({from, extent.end});
  OpenKeys<bool> keys;
  PreviousKey previous;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const auto rows, cursor->NextBatch());
    if (rows.empty()) return std::optional<uint64_t>(extent.end);
    for (const Row& row : rows) {
      const size_t common = CommonPrefix(previous.get(), row.key);
      if (row.key >= key) {
        if (keys.AnyBegins(common, prefix.size())) return std::optional<uint64_t>();
        return std::optional<uint64_t>(row.position);
      }
      if (row.key.size() < kTimestampBytes) continue;
      keys.Find(row.key.size() - kTimestampBytes, common);
      previous.Set(row.key);
    }
    previous.Detach();
  }
}

Result<std::optional<Cutter::Cut>> Cutter::FindCut(const std::string& scope) {
  Cut cut;
  cut.begin = scope;
  for (const FamilyId family : families_) {
    SNAPTREE_ASSIGN(const std::optional<uint64_t> position, FindFirst(family, scope));
    if (!position) return std::optional<Cut>();
    cut.positions.push_back(*position);
  }
  return std::optional<Cut>(std::move(cut));
}

Result<std::vector<ScopePiece>> Cutter::Run() {
  uint64_t bytes = 0;
  for (const FamilyId family : families_) bytes += context_.scan.of(family).live_bytes;
  const size_t count = PieceCount(context_, bytes);
  std::vector<ScopePiece> pieces;
  pieces.push_back({"", WithoutRows()});
  for (const FamilyId family : families_) {
    pieces[0].scan.extents[family] = context_.scan.extents[family];
  }
  if (count == 1 || !CanCut(context_.scan, families_)) return pieces;
  SNAPTREE_TRY(ChooseScopes(count));
  for (const std::string& scope : scopes_) {
    SNAPTREE_ASSIGN(const std::optional<Cut> cut, FindCut(scope));
    if (!cut) continue;
    ScopePiece behind{cut->begin, WithoutRows()};
    for (size_t i = 0; i < families_.size(); ++i) {
      Split(cut->positions[i], &pieces.back().scan.extents[families_[i]],
            &behind.scan.extents[families_[i]]);
    }
    pieces.push_back(std::move(behind));
  }
  return pieces;
}

}  // namespace

Result<std::vector<ScopePiece>> CutScopes(const DecodeContext& context,
                                          std::span<const FamilyId> families,
                                          ScopeSegment segment) {
  return Cutter(context, families, segment).Run();
}

size_t PieceOf(std::span<const ScopePiece> pieces, Slice scope) {
  const auto after =
      std::upper_bound(pieces.begin(), pieces.end(), scope,
                       [](Slice wanted, const ScopePiece& piece) { return wanted < piece.begin; });
  return static_cast<size_t>(after - pieces.begin()) - 1;
}

Result<AdapterTotals> RunScopePieces(
    const DecodeContext& context, std::span<const ScopePiece> pieces,
    const std::function<Result<AdapterTotals>(const DecodeContext& own, size_t piece)>& decode) {
  std::vector<AdapterTotals> totals(pieces.size());
  std::vector<Piece> work;
  for (size_t i = 0; i < pieces.size(); ++i) {
    work.push_back({&pieces[i].scan, [&, i](const DecodeContext& own) -> Status {
                      SNAPTREE_ASSIGN(totals[i], decode(own, i));
                      return {};
                    }});
  }
  SNAPTREE_TRY(RunPieces(context, work));
  AdapterTotals sum;
  for (AdapterTotals& part : totals) sum.Add(std::move(part));
  return sum;
}

}  // namespace snaptree
