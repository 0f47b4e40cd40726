// Writes the items of a table, one a file or one a line (spec 03 sections 4.1, 4.3, 4.4). One
// thread.
#pragma once

#include <memory>
#include <string>

#include "adapters/dynamodb/dynamodb_item_reader.h"
#include "adapters/dynamodb/dynamodb_line_file.h"
#include "tree/tree_sink.h"

namespace snaptree::dynamodb {

struct ItemLayout {
  bool jsonl = false;
  uint64_t bundle_bytes = 0;  // of one file of lines
};

class ItemFiles {
 public:
  ItemFiles(TreeSink& sink, ItemLayout layout) : sink_(sink), layout_(layout) {}

  // folder: "dynamodb/orders/items/".
  void Begin(Slice folder);
  // path: of the item's own file; not used in the layout of lines.
  Status Write(Slice path, ItemReader& item);
  Status Finish();

 private:
  Status WriteFile(Slice path, ItemReader& item);
  Status WriteLine(ItemReader& item);
  Status BeginPart();

  TreeSink& sink_;
  const ItemLayout layout_;
  std::string folder_;
  uint64_t parts_ = 0;
  uint64_t part_bytes_ = 0;
  std::unique_ptr<LineFile> part_;
};

}  // namespace snaptree::dynamodb
