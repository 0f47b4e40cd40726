#include "decode/route_groups.h"

#include "base/coding.h"
#include "formats/view_cursor.h"

namespace snaptree {
namespace {

constexpr size_t kGroupAt = 9;  // of a route: behind its version byte and its own id

}  // namespace

Status CollectGroups(const RowSource& source, const ScanResult& scan, std::set<uint64_t>* groups) {
  ViewCursor cursor(source, scan, FamilyOf("!dist|route|"));
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    const Slice route = row.body.resident;
    if (route.size() >= kGroupAt + sizeof(uint64_t)) {
      groups->insert(LoadBe64(route.data() + kGroupAt));
    }
  }
}

}  // namespace snaptree
