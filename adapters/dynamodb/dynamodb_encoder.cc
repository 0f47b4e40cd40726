#include "adapters/dynamodb/dynamodb_encoder.h"

#include <memory>

#include "adapters/common/file_jobs.h"
#include "adapters/dynamodb/dynamodb_orphan_rows.h"
#include "adapters/dynamodb/dynamodb_table_encoder.h"
#include "adapters/dynamodb/dynamodb_tree_entries.h"

namespace snaptree::dynamodb {
namespace {

constexpr Slice kRoot = "dynamodb";

// A file beside the folders of tables.
Status File(const EncodeContext& context, const std::string& path) {
  if (path != kOrphanRowsPath) {
    return UnexpectedFile(context, path, "a folder for each table");
  }
  context.findings.Note("ddb_orphan_rows_left_out",
                        "rows without a table are kept in the tree, not encoded", path);
  return context.differences.Add(path);
}

}  // namespace

Result<EncodeTotals> EncodeDynamodb(const EncodeContext& context,
                                    const EncodeDynamodbOptions& options) {
  ItemEncoders encoders(context, options);
  FileJobs<TableEncoder> jobs(
      context, [&] { return std::make_unique<TableEncoder>(context, options, &encoders); });
  const auto take = [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      const std::string path = std::string(kRoot) + "/" + entry.name;
      if (entry.kind == EntryKind::kFolder) {
        SNAPTREE_TRY(jobs.Add(path));
      } else if (entry.kind == EntryKind::kFile) {
        SNAPTREE_TRY(File(context, path));
      } else {
        SNAPTREE_TRY(RefuseSpecial(context, path));
      }
    }
    return {};
  };
  SNAPTREE_TRY(context.input.source().List(kRoot, take));
  SNAPTREE_TRY(jobs.Finish());
  return EncodeTotals{encoders.items()};
}

}  // namespace snaptree::dynamodb
