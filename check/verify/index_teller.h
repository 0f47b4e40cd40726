// Says what an IndexJoin found, in words: goes over both sides once more, and stops at the places
// that were kept. One thread.
#pragma once

#include <map>
#include <string>

#include "check/verify/index_join.h"

#include "adapters/common/tree_findings.h"
#include "formats/row.h"

namespace snaptree {

class IndexTeller : public IndexTaker {
 public:
  IndexTeller(const RowSource& source, const IndexWalk& walk, const IndexJoin& join,
              TreeFindings* problems)
      : source_(source), walk_(walk), join_(join), problems_(*problems) {}

  Status Expect(const IndexRules& rules, Slice record, const ViewRow& at, Slice row_key,
                Slice value, Absence absence) override;
  Status Exists(Slice /*record*/) override { return {}; }
  Status Unjudged(Slice /*record*/) override { return {}; }
  Status Row(const IndexRules& rules, Slice record, const ViewRow& row, Slice value) override;

  // What was counted and not kept: problems by code to `more`, notes to the findings. Last call.
  void AddMore(std::map<std::string, uint64_t>* more);

 private:
  Status AtRow(Status error, const ViewRow& row) const;
  void NoteAbsent(const IndexRules& rules, std::string_view example, uint64_t count);
  void NoteWithoutRecord(const IndexRules& rules, std::string_view example, uint64_t count);
  uint64_t NotKept(IndexDefect kind) const {
    return join_.of(kind).count() - join_.of(kind).kept();
  }

  const RowSource& source_;
  const IndexWalk& walk_;
  const IndexJoin& join_;
  TreeFindings& problems_;
  // Of the rows that were noted: an index has one kind of each.
  const IndexRules* absent_ = nullptr;
  const IndexRules* without_record_ = nullptr;
};

}  // namespace snaptree
