#include "adapters/dynamodb/dynamodb_orphan_rows.h"

#include "adapters/dynamodb/dynamodb_keys.h"
#include "adapters/dynamodb/dynamodb_packed_row.h"
#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

constexpr double kRowsShare = 0.02;

}  // namespace

OrphanRows::OrphanRows(const DecodeContext& context)
    : context_(context),
      family_(FamilyOf(kItemPrefix)),
      selected_(context.filter.Selects(kOrphanRowsPath)),
      rows_(context.sorter_options(kRowsShare)),
      file_(context.sink, std::string(kOrphanRowsPath)),
      item_(context.source, JsonStyle::kCompact) {}

Status OrphanRows::Keep(RowLedger* ledger, const ViewRow& row) {
  ledger->Add(family_, selected_ ? RowLedger::Place::kUnknown : RowLedger::Place::kExcluded);
  return selected_ ? Add(row) : Status::Ok();
}

Status OrphanRows::Salvage(const ViewRow& row) {
  return context_.salvage && selected_ ? Add(row) : Status::Ok();
}

Status OrphanRows::Add(const ViewRow& row) {
  std::string position;
  AppendBe64(&position, row.position);
  const std::lock_guard lock(mutex_);
  PackRow(row, 0, &packed_);
  return rows_.Add(position, packed_);
}

Status OrphanRows::Write() {
  SNAPTREE_TRY(rows_.Finish());
  Slice position;
  Slice payload;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, rows_.Next(&position, &payload));
    if (!more) return file_.Close();
    SNAPTREE_TRY(WriteRow(UnpackRow(payload).row));
  }
}

Status OrphanRows::WriteRow(const ViewRow& row) {
  ItemKey key;
  SplitItemKey(row.key, &key);
  line_ = "{\"table\":";
  AppendJsonString(&line_, *ParseTableSegment(key.table), HtmlEscape::kOn);
  line_.append(",\"generation\":").append(key.generation);
  line_.append(",\"key_hex\":\"");
  AppendHex(&line_, row.key);
  line_.append("\",");
  SNAPTREE_TRY(file_.Append(line_));
  SNAPTREE_ASSIGN(const bool readable, item_.Read(row.body));
  SNAPTREE_TRY(readable ? AddItem() : AddBytes(row.body));
  return file_.Append("}\n");
}

Status OrphanRows::AddItem() {
  SNAPTREE_TRY(file_.Append("\"item\":"));
  if (item_.is_whole()) return file_.Append(item_.text());
  return item_.Stream([&](Slice text) { return file_.Append(text); });
}

Status OrphanRows::AddBytes(const ValueRef& value) {
  SNAPTREE_TRY(file_.Append("\"value_b64\":\""));
  std::string carry;  // base64 goes by groups of three bytes
  SNAPTREE_TRY(ForEachPiece(context_.source, value, 0, [&](Slice piece) -> Status {
    carry.append(piece);
    const size_t whole = carry.size() / 3 * 3;
    line_.clear();
    AppendBase64Url(&line_, Slice(carry).substr(0, whole));
    carry.erase(0, whole);
    return file_.Append(line_);
  }));
  line_.clear();
  AppendBase64Url(&line_, carry);
  return file_.Append(line_.append("\""));
}

}  // namespace snaptree::dynamodb
