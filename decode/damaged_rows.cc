#include "decode/damaged_rows.h"

#include "base/text.h"
#include "formats/fsm_format.h"
#include "formats/mvcc_view.h"

namespace snaptree {
namespace {

constexpr size_t kReported = 1000;

const char* ReasonOf(Slice defect) {
  if (defect == "RowKeyShort") return "the raw key is too short to hold a commit timestamp";
  if (defect == "RowValueShort") return "the value is shorter than its header";
  if (defect == "RowEncrypted") return "the row is encrypted, and there is no key for it";
  return "the value's header has reserved bits set";
}

}  // namespace

Status DamagedRows::Keep(FamilyId family, const ViewRow& row, const Status& why) {
  SNAPTREE_TRY(file_.BeginRow(row.key, row.body));
  file_.json().Member("commit_ts", row.commit_ts);
  file_.json().Member("family", FamilyName(family));
  file_.json().Member("offset", row.position);
  file_.json().Member("code", Slice(why.code()));
  file_.json().Member("reason", Slice(why.info().what));
  return file_.EndRow();
}

Status DamagedRows::KeepUnreadable(const ScanResult& scan, std::vector<DamagedRecord>* report) {
  if (scan.DamagedRows() == 0) return {};
  const std::unique_ptr<RowCursor> cursor = source_.OpenCursor(source_.extent());
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const auto rows, cursor->NextBatch());
    if (rows.empty()) return {};
    for (const Row& row : rows) {
      const char* defect = MvccDefect(row.key.size(), row.value_size, row.value, scan.without_keys);
      if (defect == nullptr || ClassifyRawKey(row.key) >= 0) continue;
      SNAPTREE_TRY(file_.BeginRow(row.key, {row.value, row.value_size, row.value_position}));
      file_.json().MemberBool("raw", true);  // key and value as they stand in the file
      file_.json().Member("offset", row.position);
      file_.json().Member("code", defect);
      file_.json().Member("reason", ReasonOf(defect));
      SNAPTREE_TRY(file_.EndRow());
      if (report->size() < kReported) {
        report->push_back(
            {"raw row \"" + Printable(row.key) + "\"", defect, ReasonOf(defect), row.position});
      }
    }
  }
}

}  // namespace snaptree
