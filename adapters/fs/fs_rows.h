// Walks the small rows of the filesystem: those whose key is a prefix and an inode number (inodes,
// homes, directory versions), live ones only, ascending by the number.
#pragma once

#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_values.h"
#include "formats/view_cursor.h"

namespace snaptree::fs {

// A value that is to be JSON, in *storage or resident. What is larger than any JSON value comes out
// empty, which no parser takes.
Status LoadJson(const RowSource& source, const ValueRef& value, std::string* storage, Slice* json);

class NumberedRows {
 public:
  NumberedRows(const DecodeContext& context, Slice prefix);

  // Moves to the next row; false at the end.
  Result<bool> Next();
  const ViewRow& row() const { return row_; }
  FamilyId family() const { return family_; }
  bool has_number() const { return has_number_; }  // false: `FsMalformedKey`
  uint64_t number() const { return number_; }
  // Until the next call of either.
  Status Json(Slice* json) { return LoadJson(source_, row_.body, &storage_, json); }

 private:
  const RowSource& source_;
  const Slice prefix_;
  const FamilyId family_;
  ViewCursor cursor_;
  ViewRow row_;
  bool has_number_ = false;
  uint64_t number_ = 0;
  std::string storage_;
};

Status MalformedKey();

// What a walk does with damaged rows: they are booked once, however often the rows are walked.
enum class Damage : uint8_t { kBook, kSkip };

// Inode rows that can be read. The first walk, which books, also warns of what is odd in them.
class InodeRows {
 public:
  InodeRows(const DecodeContext& context, Damage damage)
      : context_(context), damage_(damage), rows_(context, kInodePrefix) {}

  Result<bool> Next(Inode* out);

 private:
  Status Parse(Inode* out, Status* why);
  void WarnOfOddities(const Inode& inode);

  const DecodeContext& context_;
  const Damage damage_;
  NumberedRows rows_;
  FsValueParser parser_;
};

}  // namespace snaptree::fs
