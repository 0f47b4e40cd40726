#include "adapters/dynamodb/dynamodb_table_writer.h"

#include "adapters/dynamodb/dynamodb_keys.h"
#include "manifest/file_name_codec.h"

namespace snaptree::dynamodb {

std::string TableFolder(const Table& table) {
  return "dynamodb/" + EncodeDirectorySegment(table.name).name + "/";
}

TableWriter::TableWriter(const DecodeContext& context)
    : context_(context),
      table_family_(FamilyOf(kTablePrefix)),
      counter_family_(FamilyOf(kCounterPrefix)) {}

bool TableWriter::MayWant(const Table& table) const {
  return context_.filter.MaySelectBelow(TableFolder(table));
}

Result<bool> TableWriter::Write(const Table& table, uint64_t items) {
  const std::string folder = TableFolder(table);
  const std::string schema = folder + "_schema.json";
  const std::string extension = folder + "_schema_ext.json";
  const bool with_schema = items > 0 || context_.filter.Selects(schema);
  const bool with_extension =
      context_.extensions && (items > 0 || context_.filter.Selects(extension));
  if (!with_schema && !with_extension) {
    Exclude(table);
    return false;
  }
  if (with_schema) {
    SNAPTREE_TRY(context_.sink.WriteFile(schema, SchemaText(table.name, table.schema)));
  }
  if (with_extension) {
    SNAPTREE_TRY(context_.sink.WriteFile(extension, ExtensionText(table.schema, table.counter)));
  }
  if (items == 0) SNAPTREE_TRY(context_.sink.CreateDirectory(folder + "items"));
  wrote_extensions_ = wrote_extensions_ || with_extension;
  Book(table, RowLedger::Place::kEmitted);
  Report(table);
  return true;
}

void TableWriter::Exclude(const Table& table) { Book(table, RowLedger::Place::kExcluded); }

void TableWriter::BookCounterOnly(const Table& table) {
  if (table.counter) context_.ledger.Add(counter_family_, RowLedger::Place::kOperational);
}

void TableWriter::Book(const Table& table, RowLedger::Place place) {
  context_.ledger.Add(table_family_, place);
  if (table.counter) context_.ledger.Add(counter_family_, place);
}

void TableWriter::Warn(const char* code, const char* text, const Table& table) {
  context_.findings.Warn(code, text, TableFolder(table));
}

void TableWriter::Report(const Table& table) {
  const TableSchema& schema = table.schema;
  if (schema.name != table.name) {
    Warn("ddb_table_name_mismatch", "tables whose record has another name than its key", table);
  }
  if (table.counter != schema.generation) {
    Warn("ddb_generation_mismatch",
         "tables whose generation counter is missing or is not their generation", table);
  }
  if (!schema.has_ordered_keys() && schema.migrating_from != 0) {
    Warn("ddb_migration_state",
         "tables with legacy keys that are said to be migrated: read as not migrated", table);
  }
  if (schema.from_json) {
    Warn("ddb_json_value", "values in the JSON form of old servers, which a node cannot read",
         table);
  }
}

}  // namespace snaptree::dynamodb
