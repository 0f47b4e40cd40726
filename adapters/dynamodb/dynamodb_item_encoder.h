// From the JSON of an item to its rows: the item's own, and one for each index that has it (spec 03
// sections 6.3 and 6.4). Keeps its buffers from item to item; one thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/common/encode_context.h"
#include "adapters/dynamodb/dynamodb_encoder.h"
#include "adapters/dynamodb/dynamodb_item_json.h"
#include "adapters/dynamodb/dynamodb_item_message.h"
#include "adapters/dynamodb/dynamodb_table_plan.h"

namespace snaptree::dynamodb {

class ItemEncoder {
 public:
  ItemEncoder(const EncodeContext& context, const EncodeDynamodbOptions& options);

  // The item in a file of its own. Errors of the item come back with the path.
  Status File(const TablePlan& table, Slice path);
  // The item in a line of a file. REQUIRES: TreeReader::kPadding readable bytes behind the text.
  Status Line(const TablePlan& table, Slice path, uint64_t line, Slice text);

  // A row that is no item's, from a whole file: "DdbEncodeKeyTooLarge", "DdbEncodeRowTooLarge".
  Status PutRow(Slice path, Slice key, Slice body);
  uint64_t items() const { return items_; }  // encoded so far

 private:
  // Where an item stands.
  struct Place {
    Slice path;
    uint64_t line = 0;  // 0: it has a file of its own
    std::string Text() const;
  };

  Status Emit(const TablePlan& table, const Place& place);
  Status Remark(const Place& place);
  Status InvalidKey(const Place& place, const std::string& attribute, const char* defect);
  Status TakeKeyPart(const Place& place, const std::string& attribute, KeyValue* out);
  Status CheckTypes(const TablePlan& table, const Place& place, const PrimaryKey& key);
  Status CheckType(const Place& place, const std::string& attribute, char type, char declared,
                   Slice component);
  Status CheckName(const TablePlan& table, const Place& place, const PrimaryKey& key);
  Status Rename(const TablePlan& table, const Place& place);
  Status PutIndexRow(const TablePlan& table, const Place& place, const TablePlan::Index& index);
  Status IndexDefect(const Place& place, const TablePlan::Index& index,
                     const std::string& attribute, const char* defect);
  Status Put(Slice key, Slice body);
  Status Warn(const Place& place, const char* code, const char* text, bool changes_tree);
  static Status At(const Place& place, Status error);

  const EncodeContext& context_;
  const EncodeDynamodbOptions& options_;
  TreeReader reader_;
  const std::unique_ptr<RowWriter> rows_;
  ItemJson json_;
  ItemMessage message_;
  uint64_t items_ = 0;
  std::string key_;        // of the item's row
  std::string tail_;       // of it: the segments of the primary key
  std::string index_key_;  // of an index's row
  std::string name_;       // that the item's file would have
  bool left_out_ = false;  // the item is not to be encoded, which was told
};

// As many encoders as there are threads at work.
class ItemEncoders {
 public:
  ItemEncoders(const EncodeContext& context, const EncodeDynamodbOptions& options)
      : context_(context), options_(options) {}

  // Calls work(encoder) -> Status with an encoder that nobody else uses.
  template <class Work>
  Status With(Work work) {
    std::unique_ptr<ItemEncoder> encoder = Take();
    Status status = work(*encoder);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(encoder));
    return status;
  }
  uint64_t items() const;  // encoded by all of them. REQUIRES: none is in use

 private:
  std::unique_ptr<ItemEncoder> Take();

  const EncodeContext& context_;
  const EncodeDynamodbOptions& options_;
  std::mutex mutex_;  // of idle_
  std::vector<std::unique_ptr<ItemEncoder>> idle_;
};

}  // namespace snaptree::dynamodb
