#include "adapters/fs/fs_decoder.h"

#include "adapters/fs/fs_content.h"
#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_objects.h"
#include "adapters/fs/fs_paths.h"
#include "adapters/fs/fs_places.h"

namespace snaptree::fs {
namespace {

constexpr Slice kDataPrefixes[] = {kChunkPrefix, kEntryPrefix, kHomePrefix, kInodePrefix};

uint64_t LiveRows(const DecodeContext& context) {
  uint64_t rows = 0;
  for (const Slice prefix : kDataPrefixes) rows += context.scan.of(FamilyOf(prefix)).live;
  return rows;
}

void ExcludeAll(const DecodeContext& context) {
  for (const Slice prefix : kDataPrefixes) {
    const FamilyId family = FamilyOf(prefix);
    context.ledger.Add(family, RowLedger::Place::kExcluded, context.scan.of(family).live);
  }
}

}  // namespace

Result<AdapterTotals> DecodeFs(const DecodeContext& context, const FsOptions& options) {
  AdapterTotals totals;
  if (LiveRows(context) == 0) return totals;
  if (!context.filter.MaySelectBelow(kFolder)) {
    ExcludeAll(context);
    return totals;
  }
  Content content(context);
  {
    Places places(context);
    SNAPTREE_TRY(places.Find());
    Objects objects(context, options.include_orphans, places, content);
    SNAPTREE_TRY(objects.Write());
    totals.records = objects.records();
    totals.losses = places.losses() + objects.losses();
  }
  SNAPTREE_TRY(content.Write());
  totals.losses += content.losses();
  if (totals.records + content.losses() > 0) totals.extensions.push_back("fs");
  return totals;
}

}  // namespace snaptree::fs
