// Reads the value of an item row, whatever its form, and gives its JSON text. One thread.
#pragma once

#include <string>

#include "adapters/dynamodb/dynamodb_item_renderer.h"
#include "adapters/dynamodb/dynamodb_json_item.h"
#include "formats/value_ref.h"

namespace snaptree::dynamodb {

class ItemReader {
 public:
  ItemReader(const RowSource& source, JsonStyle style) : source_(source), renderer_(style) {}

  // See ItemRenderer.
  void SetKeySchema(const KeySchema* schema);

  // False: the item cannot be read, or lacks a key that the schema has; why() tells. The error is
  // one of reading the file.
  Result<bool> Read(const ValueRef& value);
  const Status& why() const { return why_; }  // "DdbInvalidItem"

  // Of the item that was read last. Keys live until the next Read().
  bool from_json() const { return from_json_; }
  const PrimaryKey& key() const { return renderer_.key(); }
  const ItemRemarks& remarks() const { return renderer_.remarks(); }

  uint64_t text_bytes() const { return renderer_.text_bytes(); }
  bool is_whole() const { return renderer_.is_whole(); }
  const std::string& text() const { return renderer_.text(); }  // REQUIRES: is_whole()
  // The text in pieces. To be called once, when it is not whole.
  Status Stream(const ItemRenderer::TakeText& take) { return renderer_.Stream(message_, take); }

 private:
  Status Render(Slice value);

  const RowSource& source_;
  ItemRenderer renderer_;
  bool needs_key_ = false;
  JsonItem json_;
  std::string storage_;  // of a value that was not in memory
  std::string converted_;
  Slice message_;
  bool from_json_ = false;
  Status why_;
};

}  // namespace snaptree::dynamodb
