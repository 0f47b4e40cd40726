#include "cli/inspect_report.h"

#include <algorithm>

#include "cli/exit_codes.h"
#include "decode/decoder.h"
#include "formats/family_table.h"

namespace snaptree::cli {

uint64_t InspectReport::MetadataRows() const {
  return scan.of(RawMetadataFamily()).rows + scan.of(RegistryFamily()).rows;
}

FamilyCounts InspectReport::Totals() const {
  FamilyCounts totals;
  for (size_t i = 0; i < scan.families.size(); ++i) {
    const auto id = static_cast<FamilyId>(i);
    if (id != RawMetadataFamily() && id != RegistryFamily()) totals.Merge(scan.families[i]);
  }
  return totals;
}

uint64_t InspectReport::OldestCommit() const {
  uint64_t oldest = UINT64_MAX;
  for (size_t i = 0; i < scan.families.size(); ++i) {
    // Service rows may stand at timestamp 1 in any store.
    const FamilyClass c = Families()[i].family_class;
    if (c == FamilyClass::kData || c == FamilyClass::kUnknown)
      oldest = std::min(oldest, scan.families[i].min_commit_ts);
  }
  return oldest == UINT64_MAX ? 0 : oldest;
}

std::vector<GroupCounts> InspectReport::ByAdapter() const {
  std::vector<GroupCounts> groups;
  for (size_t i = 0; i < kAdapterCount; ++i) {
    const auto id = static_cast<AdapterId>(i);
    groups.push_back({AdapterName(id), {}});
  }
  groups.push_back({"unknown", {}});
  for (size_t i = 0; i < scan.families.size(); ++i) {
    const Family& family = Families()[i];
    const bool unknown = family.family_class == FamilyClass::kUnknown;
    groups[unknown ? kAdapterCount : static_cast<size_t>(family.adapter)].counts.Merge(
        scan.families[i]);
  }
  std::erase_if(groups, [](const GroupCounts& g) { return g.counts.rows == 0; });
  return groups;
}

int InspectReport::ExitCode() const {
  if (!status.ok()) return ExitCodeOf(status);
  if (listed_only()) {
    if (findings.by_code().count("group_unreadable") != 0) return kExitData;
    return findings.HasWarning() ? kExitIncomplete : kExitDone;
  }
  if (scan.DamagedRows() != 0 || !salvage.empty()) return kExitData;
  return UnknownRows() != 0 || findings.HasWarning() ? kExitIncomplete : kExitDone;
}

}  // namespace snaptree::cli
