#include "adapters/sqs/sqs_queue_folder.h"

#include <span>
#include <string>

namespace snaptree::sqs {
namespace {

constexpr const char* kInternals = "_internals";
constexpr const char* kSideRecordsFile = "side_records.jsonl";

// Calls take(entry) -> bool: whether it belongs there.
template <class Take>
Status ListEntries(const EncodeContext& context, const std::string& folder, bool tell,
                   const char* expected, Take take) {
  return context.input.source().List(folder, [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      if (take(entry) || !tell) continue;
      const std::string path = folder + "/" + entry.name;
      SNAPTREE_TRY(entry.kind == EntryKind::kOther
                       ? context.findings.TakeError(context.input.source().Open(path).status())
                       : UnexpectedFile(context, path, expected));
    }
    return {};
  });
}

bool TakeFile(const TreeEntry& entry, Slice name, bool* found) {
  if (entry.kind != EntryKind::kFile || entry.name != name) return false;
  *found = true;
  return true;
}

}  // namespace

Status ListQueueFolder(const EncodeContext& context, Slice folder, bool tell, QueueFolder* found) {
  bool has_internals = false;
  SNAPTREE_TRY(ListEntries(context, std::string(folder), tell,
                           "_queue.json, _queue_ext.json, messages.jsonl, _internals/",
                           [&](const TreeEntry& entry) {
                             if (entry.kind == EntryKind::kFolder && entry.name == kInternals) {
                               has_internals = true;
                               return true;
                             }
                             return TakeFile(entry, kQueueFile, &found->queue) ||
                                    TakeFile(entry, kExtensionFile, &found->extension) ||
                                    TakeFile(entry, kMessagesFile, &found->messages);
                           }));
  if (!has_internals) return {};
  return ListEntries(context, std::string(folder) + "/" + kInternals, tell, kSideRecordsFile,
                     [&](const TreeEntry& entry) {
                       return TakeFile(entry, kSideRecordsFile, &found->side_records);
                     });
}

}  // namespace snaptree::sqs
