// The items of one table at a time: which of its rows count, and which of several rows that want
// one place gets it (spec 03 sections 3.1, 3.2, 3.4).
//
// Rows with ordered keys stand in the order in which they are written, and go straight through.
// Rows with legacy keys, and rows whose key is not that of their item, are set aside in a sorter by
// the ordered key that their item has; when all rows of the table have come they are merged with
// the ordered ones. No more than one item is held. One thread.
#pragma once

#include <set>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/dynamodb/dynamodb_item_files.h"
#include "adapters/dynamodb/dynamodb_item_key.h"
#include "adapters/dynamodb/dynamodb_item_reader.h"
#include "adapters/dynamodb/dynamodb_keys.h"
#include "adapters/dynamodb/dynamodb_orphan_rows.h"
#include "adapters/dynamodb/dynamodb_packed_row.h"
#include "adapters/dynamodb/dynamodb_tables.h"

namespace snaptree::dynamodb {

class TableItems {
 public:
  TableItems(const DecodeContext& context, ItemLayout layout, OrphanRows* orphans);

  // folder: "dynamodb/orders/items/". REQUIRES: the table's record is there; it lives until
  // Finish().
  void Begin(const Table& table, Slice folder);
  // Whether rows of a generation count (section 3.2).
  bool Counts(uint64_t generation) const;
  // A live row of a generation that counts.
  Status Row(const ViewRow& row, uint64_t generation, Slice tail);
  Status Finish();
  // Items of this table that were written.
  uint64_t written() const { return written_; }

 private:
  // A row that was set aside.
  struct Aside {
    Slice tail;          // that its item would have in an ordered key
    bool right = false;  // a legacy key that is its item's
    ViewRow row;
  };

  bool IsOrderedPlace(uint64_t generation) const;
  Status Damaged(const ViewRow& row, Slice tail, const Status& why);
  Status SetAside(const ViewRow& row, bool right, uint64_t generation);
  Status Emit(bool right);
  void Remark(bool right);
  void RemarkUnknown();
  void MakePath();
  void Warn(const char* code, const char* text) { context_.findings.Warn(code, text, path_); }

  Status Resolve();
  Result<bool> NextAside(Aside* out);
  Status NextOrdered();
  Status TakeOrdered(bool is_wanted);
  Status PassOrderedBefore(Slice tail);
  Status BeginGroup(Slice tail);
  Status TakeAside(const Aside& aside);

  const DecodeContext& context_;
  const FamilyId family_;
  const bool needs_paths_;  // lines have no path of their own, which somebody may ask for
  OrphanRows& orphans_;
  ItemReader item_;
  ItemFiles files_;
  ExternalSorter aside_;

  const Table* table_ = nullptr;
  DeclaredTypes declared_;
  bool merges_ = false;  // ordered rows are written in the merge, not when they come
  std::string folder_;
  uint64_t written_ = 0;
  std::set<uint32_t> unknown_fields_;  // that were reported
  Extent ordered_extent_;              // of the rows in ordered places; empty: none

  // Of the item that was read last.
  std::string tail_;
  bool numeric_ = true;  // its N keys are numbers
  std::string legacy_tail_;
  std::string path_;

  // The merge.
  std::optional<ViewCursor> ordered_;
  std::string ordered_scope_;
  bool ordered_more_ = false;
  ViewRow ordered_row_;
  Slice ordered_tail_;
  std::string group_;         // the tail of rows that may want one place
  bool taken_ = false;        // a row with the right key has it
  std::string right_path_;    // what that row is written to
  std::string written_path_;  // what the last row with a wrong key was written to
  std::string sort_key_;
  std::string payload_;
};

}  // namespace snaptree::dynamodb
