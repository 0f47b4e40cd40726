#include "adapters/common/scope_pieces.h"

#include <algorithm>
#include <map>
#include <optional>

#include "adapters/common/pieces.h"
#include "formats/mvcc_view.h"

namespace snaptree {
namespace {

bool HasRows(const ScanResult& scan, FamilyId family) { return !scan.extents[family].empty(); }

// Families of every well-formed file have one extent.
bool CanCut(const ScanResult& scan, std::span<const FamilyId> families) {
  return std::all_of(families.begin(), families.end(), [&](FamilyId family) {
    const std::vector<FamilyExtent>& extents = scan.extents[family];
    return extents.empty() || (extents.size() == 1 && !extents[0].mixed);
  });
}

// The places inside one extent.
std::span<const uint64_t> PlacesIn(const ScanResult& scan, const Extent& extent) {
  const auto begin = std::lower_bound(scan.places.begin(), scan.places.end(), extent.begin);
  const auto end = std::lower_bound(begin, scan.places.end(), extent.end);
  return {begin, end};
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

  FamilyId LargestFamily() const;
  Status ChooseScopes(size_t pieces);
  Result<std::string> KeyAt(uint64_t place, uint64_t end);
  Result<std::optional<Cut>> FindCut(const std::string& scope);
  Result<std::optional<uint64_t>> FindFirst(FamilyId family, const std::string& key);

  const DecodeContext& context_;
  const std::span<const FamilyId> families_;
  const ScopeSegment segment_;
  std::vector<std::string> scopes_;            // at which to cut, ascending
  std::map<uint64_t, std::string> place_key_;  // raw keys that were read
};

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
  const Extent extent = context_.scan.extents[family][0].extent;
  const std::span<const uint64_t> places = PlacesIn(context_.scan, extent);
  if (places.empty()) return {};
  for (size_t i = 1; i < pieces; ++i) {
    SNAPTREE_ASSIGN(const std::string key, KeyAt(places[places.size() * i / pieces], extent.end));
    const Slice scope = segment_(Slice(key).substr(Families()[family].prefix.size()));
    if (!scope.empty() && (scopes_.empty() || scopes_.back() < scope)) scopes_.emplace_back(scope);
  }
  return {};
}

// The position of the family's first row that is not below `key`; nullopt: a user key has rows on
// both sides of it.
Result<std::optional<uint64_t>> Cutter::FindFirst(FamilyId family, const std::string& key) {
  if (!HasRows(context_.scan, family)) return std::optional<uint64_t>(0);
  const Extent extent = context_.scan.extents[family][0].extent;
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
        if (keys.AnyBegins(common)) return std::optional<uint64_t>();
        return std::optional<uint64_t>(row.position);
      }
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
    const std::string key = std::string(Families()[family].prefix) + scope;
    SNAPTREE_ASSIGN(const std::optional<uint64_t> position, FindFirst(family, key));
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
  pieces.push_back({"", "", context_.scan});
  if (count == 1 || !CanCut(context_.scan, families_)) return pieces;
  // Each piece has a copy.
  pieces.back().scan.places.clear();
  pieces.back().scan.damaged.clear();
  pieces.back().scan.findings = {};
  SNAPTREE_TRY(ChooseScopes(count));
  for (const std::string& scope : scopes_) {
    SNAPTREE_ASSIGN(const std::optional<Cut> cut, FindCut(scope));
    if (!cut) continue;
    ScopePiece after{cut->begin, "", pieces.back().scan};
    pieces.back().end = cut->begin;
    for (size_t i = 0; i < families_.size(); ++i) {
      if (!HasRows(context_.scan, families_[i])) continue;
      pieces.back().scan.extents[families_[i]][0].extent.end = cut->positions[i];
      after.scan.extents[families_[i]][0].extent.begin = cut->positions[i];
    }
    pieces.push_back(std::move(after));
  }
  return pieces;
}

}  // namespace

Result<std::vector<ScopePiece>> CutScopes(const DecodeContext& context,
                                          std::span<const FamilyId> families,
                                          ScopeSegment segment) {
  return Cutter(context, families, segment).Run();
}

Result<AdapterTotals> RunScopePieces(
    const DecodeContext& context, std::span<const ScopePiece> pieces,
    const std::function<Result<AdapterTotals>(const DecodeContext& own, size_t piece)>& decode) {
  std::vector<AdapterTotals> totals(pieces.size());
  std::vector<Piece> work;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const ScanResult* const scan = pieces.size() == 1 ? nullptr : &pieces[i].scan;
    work.push_back({scan, [&, i](const DecodeContext& own) -> Status {
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
