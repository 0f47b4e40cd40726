#include "decode/route_groups.h"

#include "base/coding.h"
#include "formats/view_cursor.h"

namespace snaptree {
namespace {

// Of a route: version byte, u64be id, u64be group, u8 state.
constexpr size_t kGroupAt = 9;
constexpr size_t kStateAt = 17;
constexpr char kMigratingSource = 2;
constexpr char kMigratingTarget = 3;

bool HoldsData(const ScanResult& scan) {
  for (size_t i = 0; i < Families().size(); ++i) {
    if (Families()[i].family_class == FamilyClass::kData && scan.families[i].rows > 0) return true;
  }
  return false;
}

}  // namespace

Status CollectRoutes(const RowSource& source, const ScanResult& scan, RouteCatalog* catalog) {
  ViewCursor cursor(source, scan, FamilyOf("!dist|route|"));
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.Next(&row));
    if (!more) return {};
    catalog->unreadable = catalog->unreadable || row.verdict == Verdict::kDamaged;
    if (!row.IsLive()) continue;
    const Slice route = row.body.resident;
    if (route.size() <= kStateAt) continue;
    catalog->groups.insert(LoadBe64(route.data() + kGroupAt));
    const char state = route[kStateAt];
    catalog->splits = catalog->splits || state == kMigratingSource || state == kMigratingTarget;
    catalog->keeper_without_data = !HoldsData(scan);
  }
}

}  // namespace snaptree
