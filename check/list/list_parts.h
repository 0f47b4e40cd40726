// What the ways to list records have in common, and those for trees and archives. Private to
// list_*.cc.
#pragma once

#include <memory>
#include <string>

#include "check/list/list_records.h"

#include "base/scratch_space.h"
#include "tree/tree_sink.h"

namespace snaptree {

// Which files are listed, and which are read for what they tell.
class ListChoice {
 public:
  ListChoice(const ListOptions& options, RecordTable* table);

  // Any thread may ask.
  bool Lists(Slice path) const;
  // kNone: the file need not be read.
  FactSource Reads(Slice path) const;
  const AddressFilter& filter() const { return filter_; }
  RecordTable& table() const { return *table_; }
  const FactScan::Take& take_facts() const { return take_facts_; }

 private:
  const ListOptions& options_;
  const AddressFilter filter_;
  RecordTable* const table_;
  const FactScan::Take take_facts_;
};

// Lists every file that it is given.
std::unique_ptr<TreeSink> NewListSink(const ListChoice& choice);

struct ListRun {
  const ListOptions& options;
  const ListChoice& choice;
  Progress& progress;
  ScratchSpace& scratch;
};

// Each fills the report and says whether that was all: false when records stand as lines (spec 08),
// and then the table holds nothing of use.
Result<bool> ListFolder(const ListRun& run, ListReport* report);
Result<bool> ListArchive(const ListRun& run, ListReport* report);

}  // namespace snaptree
