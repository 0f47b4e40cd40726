// Tables of a tree as people and snaptree write them, for tests of the encoder.
#pragma once

#include <map>
#include <string>

#include "tests/support/memory_tree.h"

namespace snaptree::test::ddb {

// _schema.json of a table; types of 0 are left out, a range of "" too.
inline std::string SchemaFile(const std::string& name, const std::string& hash, char hash_type,
                              const std::string& range = "", char range_type = 0,
                              const std::string& indexes = "") {
  const auto attribute = [](const std::string& attribute_name, char type) -> std::string {
    if (attribute_name.empty()) return "{}";
    return "{\"name\":\"" + attribute_name + "\"" +
           (type == 0 ? "" : std::string(",\"type\":\"") + type + "\"") + "}";
  };
  std::string definitions;
  if (hash_type != 0) definitions = attribute(hash, hash_type);
  if (range_type != 0)
    definitions += (definitions.empty() ? "" : ",") + attribute(range, range_type);
  return "{\"format_version\":1,\"table_name\":\"" + name +
         "\",\"primary_key\":{\"hash_key\":" + attribute(hash, hash_type) +
         ",\"range_key\":" + attribute(range, range_type) + "},\"attribute_definitions\":[" +
         definitions + "]" +
         (indexes.empty() ? "" : ",\"global_secondary_indexes\":[" + indexes + "]") + "}";
}

inline std::string IndexText(const std::string& name, const std::string& hash,
                             const std::string& range = "") {
  return "{\"name\":\"" + name + "\",\"key_schema\":{\"hash_key\":{\"name\":\"" + hash +
         "\"},\"range_key\":" + (range.empty() ? "{}" : "{\"name\":\"" + range + "\"}") +
         "},\"projection\":{\"type\":\"ALL\"}}";
}

// Table "t" with the hash key "h" of type S, and one item.
inline Files OneItem(const std::string& item, const std::string& path = "a.json") {
  return {{"dynamodb/t/_schema.json", SchemaFile("t", "h", 'S')},
          {"dynamodb/t/items/" + path, item}};
}

// Table `orders` of the specification's vectors.
inline constexpr const char* kOrdersSchema = R"({
  "format_version": 1,
  "table_name": "orders",
  "primary_key": {
    "hash_key": {
      "name": "customer",
      "type": "S"
    },
    "range_key": {
      "name": "ts",
      "type": "N"
    }
  },
  "attribute_definitions": [
    {
      "name": "customer",
      "type": "S"
    },
    {
      "name": "region",
      "type": "S"
    },
    {
      "name": "ts",
      "type": "N"
    }
  ],
  "global_secondary_indexes": [
    {
      "name": "by-region",
      "key_schema": {
        "hash_key": {
          "name": "region",
          "type": "S"
        },
        "range_key": {
          "name": "ts",
          "type": "N"
        }
      },
      "projection": {
        "type": "INCLUDE",
        "non_key_attributes": [
          "total",
          "note"
        ]
      }
    }
  ]
})";

}  // namespace snaptree::test::ddb
