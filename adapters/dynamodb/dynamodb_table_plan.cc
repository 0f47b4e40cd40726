#include "adapters/dynamodb/dynamodb_table_plan.h"

#include <utility>

#include "adapters/dynamodb/dynamodb_keys.h"
#include "base/text.h"

namespace snaptree::dynamodb {

TablePlan::TablePlan(TableSchema table, std::string folder)
    : schema(std::move(table)),
      declared(DeclaredTypes::Of(schema)),
      items_folder(std::move(folder)) {
  const std::string scope = Base64Url(schema.name) + "|" + std::to_string(schema.generation) + "|";
  item_prefix = std::string(kItemPrefix) + scope;
  for (const auto& [name, index] : schema.indexes) {
    indexes.push_back({name, index.key, std::string(kIndexPrefix) + scope + Base64Url(name) + "|"});
  }
}

}  // namespace snaptree::dynamodb
