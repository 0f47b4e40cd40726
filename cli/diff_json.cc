#include "cli/address_options.h"
#include "cli/diff_printer.h"
#include "cli/exit_codes.h"
#include "cli/json_text.h"
#include "cli/report_back_ends.h"

namespace snaptree::cli {
namespace {

const char* NameOf(RecordChange change) {
  switch (change) {
    case RecordChange::kChanged:
      return "changed";
    case RecordChange::kAdded:
      return "added";
    case RecordChange::kRemoved:
      break;
  }
  return "removed";
}

void AppendSize(Slice name, uint64_t size, bool is_there, JsonText* json) {
  json->Key(name);
  if (is_there) {
    json->Uint64(size);
  } else {
    json->Null();
  }
}

void AppendValue(Slice name, const std::optional<std::string>& value, JsonText* json) {
  json->Key(name);
  if (value) {
    json->Text(*value);
  } else {
    json->Null();
  }
}

void AppendFields(const FieldDifferences& fields, JsonText* json) {
  json->Key("fields");
  json->StartArray();
  for (const DiffField& field : fields.fields) {
    json->StartObject();
    json->TextMember("path", field.path);
    AppendValue("a", field.a, json);
    AppendValue("b", field.b, json);
    json->EndObject();
  }
  json->EndArray();
  json->Member("more_fields", fields.more);
}

void AppendLines(const LineDifferences& lines, JsonText* json) {
  json->Key("lines");
  json->StartObject();
  json->Member("changed", lines.changed);
  json->Member("added", lines.added);
  json->Member("removed", lines.removed);
  json->Key("first");
  json->StartArray();
  for (const LineDifferences::Named& line : lines.first) {
    json->StartObject();
    json->Member("change", NameOf(line.change));
    json->TextMember("name", line.name);
    json->EndObject();
  }
  json->EndArray();
  json->EndObject();
}

void AppendSide(Slice name, const std::string& input, const RecordsReport& side, JsonText* json) {
  json->Key(name);
  json->StartObject();
  json->TextMember("input", input);
  json->Member("kind", NameOf(side.kind));
  if (side.read_ts != 0) json->MemberTimestamp("read_ts", side.read_ts);
  json->MemberBool("complete", side.complete);
  json->Key("findings");
  AppendFindings(side.findings, json);
  json->EndObject();
}

}  // namespace

int DiffResult::ExitCode() const {
  if (!status.ok()) return ExitCodeOf(status);
  const bool same = report.counts.Different() == 0;
  return same && report.complete() && report.unmatched.empty() ? kExitDone : kExitIncomplete;
}

std::string DifferenceJson(const RecordDifference& difference) {
  JsonText json(JsonStyle::kCompact);
  json.StartObject();
  json.Member("change", NameOf(difference.change));
  json.Key("address");
  json.Bytes(difference.address);
  AppendSize("size_a", difference.size_a, difference.change != RecordChange::kAdded, &json);
  AppendSize("size_b", difference.size_b, difference.change != RecordChange::kRemoved, &json);
  if (difference.same_content) json.MemberBool("same_content", true);
  if (!difference.fields.fields.empty()) AppendFields(difference.fields, &json);
  if (difference.lines.Sum() > 0) AppendLines(difference.lines, &json);
  if (difference.expired_at_ms) json.Member("expired_at_ms", *difference.expired_at_ms);
  if (!difference.content_type.empty()) json.TextMember("content_type", difference.content_type);
  json.EndObject();
  return json.text();
}

std::string ScopeJson(const DiffScope& scope) {
  JsonText json(JsonStyle::kCompact);
  json.StartObject();
  json.TextMember("adapter", scope.adapter);
  json.Key("scope");
  json.Bytes(scope.name);
  json.Member("changed", scope.counts.changed);
  json.Member("added", scope.counts.added);
  json.Member("removed", scope.counts.removed);
  json.Member("same", scope.counts.same);
  json.EndObject();
  return json.text();
}

std::string DiffSummary(const std::string& a, const std::string& b, const DiffResult& result) {
  const DiffReport& report = result.report;
  JsonText json(JsonStyle::kCompact);
  json.StartObject();
  json.Member("schema", "snaptree.diff/1");
  if (result.status.ok()) {
    AppendSide("a", a, report.a, &json);
    AppendSide("b", b, report.b, &json);
    json.Member("changed", report.counts.changed);
    json.Member("added", report.counts.added);
    json.Member("removed", report.counts.removed);
    json.Member("same", report.counts.same);
    json.Member("not_compared", report.not_compared);
    AppendUnmatched(report.unmatched, &json);
  } else {
    AppendError(result.status, &json);
  }
  json.Member("exit_code", static_cast<uint64_t>(result.ExitCode()));
  json.EndObject();
  return json.text();
}

}  // namespace snaptree::cli
