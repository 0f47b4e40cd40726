#include "cli/ls_printer.h"

#include <string>

#include "base/text.h"
#include "base/time_text.h"
#include "cli/path_text.h"
#include "manifest/json_writer.h"

namespace snaptree::cli {
namespace {

// "2026-11-20T03:12:44.917Z"
constexpr size_t kTimeWidth = 24;

void AppendTime(std::string* out, const std::optional<uint64_t>& ms) {
  const std::string text = ms ? Rfc3339(*ms) : "-";
  out->append(text);
  if (text.size() < kTimeWidth) out->append(kTimeWidth - text.size(), ' ');
}

void AppendTimeMember(std::string* out, Slice name, Slice ms_name,
                      const std::optional<uint64_t>& ms) {
  out->append(",\"").append(name).append("\":");
  if (ms) {
    out->append("\"").append(Rfc3339(*ms)).append("\"");
  } else {
    out->append("null");
  }
  out->append(",\"").append(ms_name).append("\":");
  out->append(ms ? std::to_string(*ms) : "null");
}

}  // namespace

LsPrinter::LsPrinter(StdoutWriter& out, LsForm form, bool end_with_null, uint64_t largest)
    : out_(out),
      form_(form),
      end_with_null_(end_with_null),
      size_width_(std::to_string(largest).size()) {}

void LsPrinter::AppendLong(const RecordLine& line) {
  std::string& out = out_.buffer();
  const std::string size = std::to_string(line.size);
  out.append(size_width_ - size.size(), ' ').append(size).append("  ");
  AppendTime(&out, line.facts.modified_ms);
  out.append("  ");
  AppendTime(&out, line.facts.expires_at_ms);
  out.append("  ");
}

void LsPrinter::AppendJson(const RecordLine& line) {
  std::string& out = out_.buffer();
  out.append("{\"address\":");
  if (IsUtf8(line.path)) {
    AppendJsonString(&out, line.path, HtmlEscape::kOff);
  } else {
    out.append("{\"base64\":\"");
    AppendBase64Url(&out, line.path);
    out.append("\"}");
  }
  out.append(",\"size\":").append(std::to_string(line.size));
  AppendTimeMember(&out, "modified", "modified_ms", line.facts.modified_ms);
  AppendTimeMember(&out, "expires", "expires_at_ms", line.facts.expires_at_ms);
  out.append("}\n");
}

Status LsPrinter::Print(const RecordLine& line) {
  std::string& out = out_.buffer();
  if (form_ == LsForm::kJson) {
    AppendJson(line);
    return out_.FlushIfFull();
  }
  if (form_ == LsForm::kLong) AppendLong(line);
  if (end_with_null_) {
    out.append(line.path);
    out.push_back('\0');
  } else {
    if (NeedsEscape(line.path)) out.push_back('\\');
    AppendPath(&out, line.path);
    out.push_back('\n');
  }
  return out_.FlushIfFull();
}

}  // namespace snaptree::cli
