#include "adapters/fs/fs_lost_entries.h"

#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_paths.h"

namespace snaptree::fs {

LostEntries::LostEntries(const DecodeContext& context)
    : context_(context), sorter_(context.sorter_options(0.02)) {}

Status LostEntries::Add(const Link& link) {
  const bool kept = context_.salvage && context_.filter.Selects(kLostEntriesPath);
  context_.ledger.Add(FamilyOf(kEntryPrefix),
                      kept ? RowLedger::Place::kEmitted : RowLedger::Place::kOperational);
  if (!kept) return {};
  PackByParent(link, &key_, &payload_);
  return sorter_.Add(key_, payload_);
}

Status LostEntries::Write() {
  if (sorter_.size() == 0) return {};
  JsonFile file(context_.sink, JsonStyle::kCompact, HtmlEscape::kOff);
  file.Begin(kLostEntriesPath);
  SortedRecords entries;
  SNAPTREE_TRY(entries.Begin(&sorter_));
  while (!entries.at_end()) {
    const Link link = UnpackByParent(entries.key(), entries.payload());
    file.json().StartObject();
    file.json().Member("parent", link.parent);
    file.json().Key("name");
    file.json().Bytes(link.name);
    file.json().Member("inode", link.child);
    file.json().EndObject();
    SNAPTREE_TRY(file.EndLine());
    SNAPTREE_TRY(entries.Next());
  }
  return file.Finish();
}

}  // namespace snaptree::fs
