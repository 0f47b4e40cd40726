// What the items of a table need to know of it while they are encoded: the same for all of them, so
// it is made once. Immutable; any thread.
#pragma once

#include <string>
#include <vector>

#include "adapters/dynamodb/dynamodb_item_key.h"
#include "adapters/dynamodb/dynamodb_schema.h"

namespace snaptree::dynamodb {

struct TablePlan {
  struct Index {
    std::string name;
    KeySchema key;
    std::string prefix;  // what the keys of its rows begin with
  };

  // items_folder: "dynamodb/orders/items".
  TablePlan(TableSchema table, std::string folder);

  const TableSchema schema;
  const DeclaredTypes declared;
  const std::string items_folder;
  std::string item_prefix;  // what the keys of its items begin with
  std::vector<Index> indexes;
};

}  // namespace snaptree::dynamodb
