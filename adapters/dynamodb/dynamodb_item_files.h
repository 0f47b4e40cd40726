// Writes the items of a table, one a file or one a line (spec 03 sections 4.1, 4.3, 4.4). One
// thread.
#pragma once

#include "adapters/common/numbered_line_files.h"
#include "adapters/dynamodb/dynamodb_item_reader.h"
#include "tree/tree_sink.h"

namespace snaptree::dynamodb {

struct ItemLayout {
  bool jsonl = false;
  uint64_t bundle_bytes = 0;  // of one file of lines
};

class ItemFiles {
 public:
  ItemFiles(TreeSink& sink, ItemLayout layout)
      : sink_(sink), layout_(layout), lines_(sink, layout.bundle_bytes) {}

  // folder: "dynamodb/orders/items/".
  void Begin(Slice folder);
  // path: of the item's own file; not used in the layout of lines.
  Status Write(Slice path, ItemReader& item);
  Status Finish() { return lines_.Finish(); }

 private:
  Status WriteFile(Slice path, ItemReader& item);
  Status WriteLine(ItemReader& item);

  TreeSink& sink_;
  const ItemLayout layout_;
  NumberedLineFiles lines_;
};

}  // namespace snaptree::dynamodb
