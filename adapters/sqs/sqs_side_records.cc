#include "adapters/sqs/sqs_side_records.h"

#include "base/text.h"
#include "formats/view_cursor.h"

namespace snaptree::sqs {

Status SideRecords::AddRun(const Head& run, Slice queue_segment) {
  const FamilyId family = FamilyIdOf(run.family);
  const FamilyExtent extent{run.place, context_.scan.extents[family].size() > 1};
  ViewCursor cursor(context_.source, context_.scan, {&extent, 1}, family);
  SqsKeyParser parser(run.family);
  ViewRow row;
  SqsKey key;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    if (!parser.Parse(row.key, &key) || key.queue != queue_segment) continue;
    SNAPTREE_TRY(rows_.Add(row));
  }
}

Status SideRecords::Write(Slice path) {
  SNAPTREE_TRY(rows_.Finish());
  file_.Begin(path);
  std::string hex;
  SortedRow row;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, rows_.Next(&row));
    if (!more) break;
    hex.clear();
    AppendHex(&hex, row.key);
    JsonWriter& json = file_.json();
    json.StartObject();
    json.Member("prefix", FamilyName(ClassifyLogicalKey(row.key)));
    json.Member("key_hex", Slice(hex));
    json.Key("value_b64");
    SNAPTREE_TRY(file_.Base64(context_.source, row.value));
    json.EndObject();
    SNAPTREE_TRY(file_.EndLine());
  }
  rows_.Reset();
  return file_.Finish();
}

}  // namespace snaptree::sqs
