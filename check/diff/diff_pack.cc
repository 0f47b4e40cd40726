#include "check/diff/diff_pack.h"

#include "base/coding.h"

namespace snaptree {
namespace {

void AppendText(std::string* out, Slice text) {
  AppendLe64(out, text.size());
  out->append(text);
}

void AppendOptional(std::string* out, const std::optional<std::string>& text) {
  out->push_back(text ? 1 : 0);
  if (text) AppendText(out, *text);
}

uint64_t TakeNumber(ByteReader* in) {
  uint64_t v = 0;
  in->ReadLe64(&v);
  return v;
}

bool TakeFlag(ByteReader* in) {
  uint8_t v = 0;
  in->ReadU8(&v);
  return v != 0;
}

std::string TakeText(ByteReader* in) {
  Slice text;
  in->ReadBytes(TakeNumber(in), &text);
  return std::string(text);
}

std::optional<std::string> TakeOptional(ByteReader* in) {
  return TakeFlag(in) ? std::optional(TakeText(in)) : std::nullopt;
}

RecordChange TakeChange(ByteReader* in) {
  uint8_t v = 0;
  in->ReadU8(&v);
  return static_cast<RecordChange>(v);
}

}  // namespace

std::string PackDifference(const RecordDifference& difference) {
  std::string out(1, static_cast<char>(difference.change));
  AppendLe64(&out, difference.size_a);
  AppendLe64(&out, difference.size_b);
  out.push_back(difference.same_content ? 1 : 0);
  out.push_back(difference.expired_at_ms ? 1 : 0);
  AppendLe64(&out, difference.expired_at_ms.value_or(0));
  AppendLe64(&out, difference.as_of_ms);
  AppendText(&out, difference.content_type);
  const LineDifferences& lines = difference.lines;
  for (const uint64_t n : {lines.changed, lines.added, lines.removed}) AppendLe64(&out, n);
  AppendLe64(&out, lines.first.size());
  for (const LineDifferences::Named& line : lines.first) {
    out.push_back(static_cast<char>(line.change));
    AppendText(&out, line.name);
  }
  return out;
}

void UnpackDifference(Slice bytes, RecordDifference* difference) {
  ByteReader in(bytes);
  difference->change = TakeChange(&in);
  difference->size_a = TakeNumber(&in);
  difference->size_b = TakeNumber(&in);
  difference->same_content = TakeFlag(&in);
  const bool expired = TakeFlag(&in);
  const uint64_t expired_at_ms = TakeNumber(&in);
  difference->expired_at_ms = expired ? std::optional(expired_at_ms) : std::nullopt;
  difference->as_of_ms = TakeNumber(&in);
  difference->content_type = TakeText(&in);
  LineDifferences& lines = difference->lines;
  lines.changed = TakeNumber(&in);
  lines.added = TakeNumber(&in);
  lines.removed = TakeNumber(&in);
  lines.first.resize(TakeNumber(&in));
  for (LineDifferences::Named& line : lines.first) {
    line.change = TakeChange(&in);
    line.name = TakeText(&in);
  }
}

std::string PackFields(const FieldDifferences& fields) {
  std::string out;
  AppendLe64(&out, fields.more);
  AppendLe64(&out, fields.fields.size());
  for (const DiffField& field : fields.fields) {
    AppendText(&out, field.path);
    AppendOptional(&out, field.a);
    AppendOptional(&out, field.b);
  }
  return out;
}

FieldDifferences UnpackFields(Slice bytes) {
  ByteReader in(bytes);
  FieldDifferences fields;
  fields.more = TakeNumber(&in);
  fields.fields.resize(TakeNumber(&in));
  for (DiffField& field : fields.fields) {
    field.path = TakeText(&in);
    field.a = TakeOptional(&in);
    field.b = TakeOptional(&in);
  }
  return fields;
}

}  // namespace snaptree
