// Files with one line a row: rawkv/data.jsonl, unknown/rows.jsonl, unknown/damaged/rows.jsonl (spec
// 06 sections 3.2 and 8). Values above 64 KiB stand in files of their own beside them, named by the
// SHA-256 of the key.
#pragma once

#include <string>

#include "adapters/common/json_value.h"
#include "base/result.h"
#include "formats/view_cursor.h"
#include "tree/tree_sink.h"

namespace snaptree {

inline constexpr uint64_t kMaxLineValueBytes = 65536;

class RowLinesFile {
 public:
  // folder: "rawkv"; name: "data.jsonl". The file is created with the first row.
  RowLinesFile(const RowSource& source, TreeSink& sink, std::string folder, Slice name)
      : source_(source),
        sink_(sink),
        folder_(std::move(folder)),
        path_(folder_ + "/" + std::string(name)),
        file_(sink, JsonStyle::kCompact, HtmlEscape::kOff) {}

  // Begins a line with "key" and "value" (or "value_file" and "value_size"). The caller adds
  // members through json() and then calls EndRow().
  Status BeginRow(Slice key, const ValueRef& value) { return BeginRow(key, value, key); }
  // The same for keys that may come more than once: the name of a value's file is made from
  // blob_name.
  Status BeginRow(Slice key, const ValueRef& value, Slice blob_name);
  JsonWriter& json() { return file_.json(); }
  Status EndRow();
  Status Finish();
  uint64_t rows() const { return rows_; }

 private:
  Status WriteBlob(Slice blob_name, const ValueRef& value, std::string* name);

  const RowSource& source_;
  TreeSink& sink_;
  std::string folder_;
  std::string path_;
  JsonFile file_;
  uint64_t rows_ = 0;
};

// Copies a value into a file of its own.
Status WriteValueFile(const RowSource& source, TreeSink& sink, Slice path, const ValueRef& value,
                      uint64_t from);

}  // namespace snaptree
