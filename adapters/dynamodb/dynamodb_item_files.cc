#include "adapters/dynamodb/dynamodb_item_files.h"

#include <memory>
#include <string>

namespace snaptree::dynamodb {

void ItemFiles::Begin(Slice folder) { lines_.Begin(std::string(folder) + "data-", 1); }

Status ItemFiles::Write(Slice path, ItemReader& item) {
  return layout_.jsonl ? WriteLine(item) : WriteFile(path, item);
}

Status ItemFiles::WriteFile(Slice path, ItemReader& item) {
  if (item.is_whole()) return sink_.WriteFile(path, item.text());
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, sink_.CreateFile(path));
  SNAPTREE_TRY(item.Stream([&](Slice text) { return file->Append(text); }));
  return file->Close();
}

Status ItemFiles::WriteLine(ItemReader& item) {
  SNAPTREE_TRY(lines_.BeginLine(item.text_bytes() + 1));
  if (item.is_whole()) {
    SNAPTREE_TRY(lines_.Append(item.text()));
  } else {
    SNAPTREE_TRY(item.Stream([&](Slice text) { return lines_.Append(text); }));
  }
  return lines_.Append("\n");
}

}  // namespace snaptree::dynamodb
