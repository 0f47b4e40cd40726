// One table's folder to rows: its record and its counter, then its items (spec 03 sections 6.1 and
// 6.2). Any thread; what it needs outlives it.
#pragma once

#include <string>
#include <vector>

#include "adapters/common/encode_context.h"
#include "adapters/dynamodb/dynamodb_encoder.h"
#include "adapters/dynamodb/dynamodb_item_encoder.h"

namespace snaptree::dynamodb {

class TableEncoder {
 public:
  TableEncoder(const EncodeContext& context, const EncodeDynamodbOptions& options,
               ItemEncoders* encoders)
      : context_(context), options_(options), encoders_(*encoders), reader_(context.input) {}

  // folder: "dynamodb/orders". A wrong schema comes back as an error: without it nothing of the
  // table can be read.
  Status operator()(Slice folder, Slice detail);

 private:
  // Which of its files a table has.
  struct Parts {
    bool schema = false;
    bool extension = false;
    bool items = false;
  };

  Result<Parts> Look();
  Status ReadTableSchema(TableSchema* schema);
  Status ReadTableExtension(bool is_there, TableSchema* schema, uint64_t* counter);
  Status PutRows(const TableSchema& schema, uint64_t counter);
  Status CheckGeneration(uint64_t generation) const;
  void TellIgnored(const std::string& path, const std::vector<std::string>& ignored);
  void Warn(const char* code, const char* text) {
    context_.findings.Warn(code, text, schema_path_);
  }

  const EncodeContext& context_;
  const EncodeDynamodbOptions& options_;
  ItemEncoders& encoders_;
  TreeReader reader_;
  std::string folder_;
  std::string schema_path_;
  std::string extension_path_;
};

}  // namespace snaptree::dynamodb
