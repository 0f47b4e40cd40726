#include "adapters/dynamodb/dynamodb_table_encoder.h"

#include <algorithm>
#include <utility>

#include "adapters/dynamodb/dynamodb_item_folder.h"
#include "adapters/dynamodb/dynamodb_item_lines.h"
#include "adapters/dynamodb/dynamodb_keys.h"
#include "adapters/dynamodb/dynamodb_schema_reader.h"
#include "adapters/dynamodb/dynamodb_tree_entries.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"

namespace snaptree::dynamodb {
namespace {

constexpr Slice kSchemaName = "_schema.json";
constexpr Slice kExtensionName = "_schema_ext.json";
constexpr Slice kItemsName = "items";

}  // namespace

Result<TableEncoder::Parts> TableEncoder::Look() {
  Parts parts;
  const auto take = [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      const std::string path = folder_ + "/" + entry.name;
      if (entry.kind == EntryKind::kOther) {
        SNAPTREE_TRY(RefuseSpecial(context_, path));
      } else if (entry.kind == EntryKind::kFile && entry.name == kSchemaName) {
        parts.schema = true;
      } else if (entry.kind == EntryKind::kFile && entry.name == kExtensionName) {
        parts.extension = true;
      } else if (entry.kind == EntryKind::kFolder && entry.name == kItemsName) {
        parts.items = true;
      } else {
        SNAPTREE_TRY(
            UnexpectedFile(context_, path, "_schema.json, _schema_ext.json and the folder items"));
      }
    }
    return {};
  };
  SNAPTREE_TRY(context_.input.source().List(folder_, take));
  return parts;
}

Status TableEncoder::ReadTableSchema(TableSchema* schema) {
  SNAPTREE_ASSIGN(const Slice text, reader_.ReadSmall(schema_path_, kMaxTableBytes));
  SchemaRemarks remarks;
  Status read = ReadSchema(text, schema, &remarks);
  if (!read.ok()) return std::move(read).At(schema_path_);
  const std::string name = EncodeDirectorySegment(schema->name).name;
  if (folder_.substr(folder_.find('/') + 1) != name) {
    return DataError("DdbEncodeInvalidSchema",
                     "the folder is not named for the table in its schema")
        .At(schema_path_)
        .Expected("dynamodb/" + name)
        .Found(Printable(folder_, kMaxUserKeyBytes))
        .Next("rename the folder, or mend \"table_name\"");
  }
  if (remarks.definition_added)
    Warn("ddb_definition_added", "tables with a key attribute that only its key gives a type");
  if (remarks.unusual_key_type)
    Warn("ddb_key_type_unusual", "tables with a key attribute that is not of type S, N or B");
  if (remarks.unused_attributes) {
    Warn("ddb_projection_attributes",
         "indexes that name attributes although their projection is not INCLUDE");
  }
  TellIgnored(schema_path_, remarks.ignored);
  if (SameJson(text, SchemaText(schema->name, *schema))) return {};
  return context_.differences.Add(schema_path_);
}

void TableEncoder::TellIgnored(const std::string& path, const std::vector<std::string>& ignored) {
  for (const std::string& member : ignored) {
    context_.findings.Warn("ddb_member_ignored",
                           "members of the tree's files that no row holds were left out",
                           path + ": " + member);
  }
}

Status TableEncoder::CheckGeneration(uint64_t generation) const {
  if (generation < kGenerationLimit) return {};
  return DataError("DdbEncodeInvalidSchema", "a generation that no table can have")
      .At(options_.generation ? schema_path_ : extension_path_)
      .Expected("1 to " + std::to_string(kGenerationLimit - 1))
      .Found(std::to_string(generation))
      .Next(options_.generation ? "give --ddb-generation a smaller number"
                                : "mend \"generation\"; encode --ddb-generation gives one");
}

// Without the file the table is as the Go tools would restore it.
Status TableEncoder::ReadTableExtension(bool is_there, TableSchema* schema, uint64_t* counter) {
  SchemaExtension extension;
  std::string text;
  if (is_there) {
    SNAPTREE_ASSIGN(text, reader_.ReadSmall(extension_path_, kMaxTableBytes));
    Result<SchemaExtension> read = ReadExtension(text);
    if (!read.ok()) return std::move(read).status().At(extension_path_);
    extension = *std::move(read);
    TellIgnored(extension_path_, extension.ignored);
  }
  schema->key_encoding_version = kUsualKeyEncoding;
  schema->generation = std::max<uint64_t>(1, options_.generation.value_or(extension.generation));
  SNAPTREE_TRY(CheckGeneration(schema->generation));
  schema->unknown_fields = std::move(extension.unknown_fields);
  *counter = std::max(schema->generation, extension.counter);
  if (extension.counter != 0 && extension.counter < schema->generation) {
    context_.findings.Note("ddb_counter_raised",
                           "generation counters below their table's generation were raised to it",
                           extension_path_);
  }
  if (extension.key_encoding_version < kUsualKeyEncoding || extension.migrating_from != 0) {
    context_.findings.Note("ddb_table_migrated",
                           "tables with keys of old servers, written as a node of today would "
                           "have migrated them",
                           extension_path_);
  }
  if (is_there && SameJson(text, ExtensionText(*schema, *counter))) return {};
  return context_.differences.Add(extension_path_);
}

Status TableEncoder::PutRows(const TableSchema& schema, uint64_t counter) {
  const std::string name = Base64Url(schema.name);
  return encoders_.With([&](ItemEncoder& encoder) -> Status {
    SNAPTREE_TRY(
        encoder.PutRow(schema_path_, std::string(kTablePrefix) + name, TableMessage(schema)));
    return encoder.PutRow(schema_path_, std::string(kCounterPrefix) + name,
                          std::to_string(counter));
  });
}

Status TableEncoder::operator()(Slice folder, Slice /*detail*/) {
  folder_.assign(folder);
  schema_path_ = folder_ + "/" + std::string(kSchemaName);
  extension_path_ = folder_ + "/" + std::string(kExtensionName);
  SNAPTREE_ASSIGN(const Parts parts, Look());
  if (!parts.schema) {
    return DataError("DdbEncodeInvalidSchema", "the table has no schema")
        .At(schema_path_)
        .Next("bring _schema.json back, or take the folder out of the tree");
  }
  TableSchema schema;
  uint64_t counter = 0;
  SNAPTREE_TRY(ReadTableSchema(&schema));
  SNAPTREE_TRY(ReadTableExtension(parts.extension, &schema, &counter));
  const TablePlan plan(std::move(schema), folder_ + "/" + std::string(kItemsName));
  if (parts.items) {
    SNAPTREE_TRY(context_.manifest.dynamodb_jsonl ? EncodeItemLines(context_, plan, &encoders_)
                                                  : EncodeItemFiles(context_, plan, &encoders_));
  }
  // Last, as their keys are: rows that come in order cost no sorting.
  return PutRows(plan.schema, counter);
}

}  // namespace snaptree::dynamodb
