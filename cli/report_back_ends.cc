#include "cli/report_back_ends.h"

#include <fcntl.h>
#include <unistd.h>

#include <mutex>

#include "base/file.h"
#include "base/time_text.h"
#include "cli/exit_codes.h"
#include "cli/json_text.h"

namespace snaptree::cli {
namespace {

constexpr Slice kProgram = "snaptree: ";

class TerminalBackEnd : public ReportBackEnd {
 public:
  TerminalBackEnd(StatusLines& lines, bool color) : lines_(lines), color_(color) {}

  void Error(const Status& error) override {
    std::string text = Paint("31", kProgram) + WithoutControls(error.Message()) + "\n";
    if (!error.info().next.empty())
      text += Paint("1", "next: ") + WithoutControls(error.info().next) + "\n";
    lines_.Print(text);
  }
  void Finding(const std::string& code, const snaptree::Finding& finding) override {
    std::string text = WithoutControls(FindingText(code, finding));
    if (finding.severity == Severity::kWarning) {
      const size_t colon = text.find(':');
      text = Paint("33", text.substr(0, colon)) + text.substr(colon);
    }
    lines_.Print(text + "\n");
  }
  void Message(Level level, Slice text) override {
    std::string out = level == Level::kVerdict ? std::string(kProgram) : "";
    lines_.Print(out + WithoutControls(text) + "\n");
  }

 private:
  std::string Paint(const char* code, Slice text) const {
    if (!color_) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
  }

  StatusLines& lines_;
  const bool color_;
};

class JsonBackEnd : public ReportBackEnd {
 public:
  explicit JsonBackEnd(StatusLines& lines) : lines_(lines) {}

  void Error(const Status& error) override {
    JsonText json(JsonStyle::kCompact);
    json.StartObject();
    json.Member("severity", "error");
    AppendErrorMembers(error, &json);
    json.EndObject();
    lines_.Print(json.text() + "\n");
  }
  // Findings and verdicts stand in the document.
  void Finding(const std::string& code, const snaptree::Finding& finding) override {
    (void)code;
    (void)finding;
  }
  void Message(Level level, Slice text) override {
    if (level != Level::kDetail) return;
    JsonText json(JsonStyle::kCompact);
    json.StartObject();
    json.Member("severity", "detail");
    json.TextMember("what", text);
    json.EndObject();
    lines_.Print(json.text() + "\n");
  }

 private:
  StatusLines& lines_;
};

class FileBackEnd : public ReportBackEnd {
 public:
  explicit FileBackEnd(UniqueFd fd, std::string path)
      : fd_(std::move(fd)), path_(std::move(path)) {}

  void Error(const Status& error) override {
    Write("error: " + error.Message());
    if (!error.info().next.empty()) Write("next: " + error.info().next);
  }
  void Finding(const std::string& code, const snaptree::Finding& finding) override {
    Write(FindingText(code, finding));
  }
  void Message(Level, Slice text) override {
    for (;;) {
      const size_t newline = text.find('\n');
      Write(std::string(text.substr(0, newline)));
      if (newline == Slice::npos) return;
      text.remove_prefix(newline + 1);
    }
  }

 private:
  // A log that cannot be written must not end the run that it tells about.
  void Write(const std::string& line) {
    const std::lock_guard lock(mutex_);
    const Status ignored =
        WriteFully(fd_.get(), Rfc3339Now() + " " + WithoutControls(line) + "\n", path_);
  }

  std::mutex mutex_;
  UniqueFd fd_;
  const std::string path_;
};

}  // namespace

std::unique_ptr<ReportBackEnd> NewTerminalBackEnd(StatusLines& lines, bool color) {
  return std::make_unique<TerminalBackEnd>(lines, color);
}

std::unique_ptr<ReportBackEnd> NewJsonBackEnd(StatusLines& lines) {
  return std::make_unique<JsonBackEnd>(lines);
}

Result<std::unique_ptr<ReportBackEnd>> NewFileBackEnd(const std::string& path) {
  // Not blocking: a FIFO without a reader is an error, not a wait.
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600));
  if (!fd.valid()) return SystemError(errno, "open the log file", path);
  return std::unique_ptr<ReportBackEnd>(std::make_unique<FileBackEnd>(std::move(fd), path));
}

void AppendErrorMembers(const Status& error, JsonText* json) {
  const ErrorInfo& info = error.info();
  json->TextMember("code", info.code);
  json->TextMember("what", info.what);
  if (!info.source.empty()) json->TextMember("source", info.source);
  if (info.offset) json->Member("offset", *info.offset);
  if (!info.address.empty()) json->TextMember("address", info.address);
  if (!info.expected.empty()) json->TextMember("expected", info.expected);
  if (!info.found.empty()) json->TextMember("found", info.found);
  if (!info.next.empty()) json->TextMember("hint", info.next);
  json->Member("exit_code", static_cast<uint64_t>(ExitCodeOf(error)));
}

// "example" is the first one: most findings have no other.
void AppendExamples(const Finding& finding, JsonText* json) {
  json->TextMember("example", finding.example());
  json->Key("examples");
  json->StartArray();
  for (const auto& [text, count] : finding.examples) {
    json->StartObject();
    json->TextMember("what", text);
    json->Member("count", count);
    json->EndObject();
  }
  json->EndArray();
}

void AppendError(const Status& error, JsonText* json) {
  json->Key("error");
  json->StartObject();
  AppendErrorMembers(error, json);
  json->EndObject();
}

std::string EndWithError(const Status& error, JsonText* json) {
  AppendError(error, json);
  json->Member("exit_code", static_cast<uint64_t>(ExitCodeOf(error)));
  json->EndObject();
  return json->text() + "\n";
}

void AppendFindings(const Findings& findings, JsonText* json) {
  json->StartArray();
  for (const auto& [code, finding] : findings.by_code()) {
    json->StartObject();
    json->Member("severity", finding.severity == Severity::kWarning ? "warning" : "note");
    json->TextMember("code", code);
    json->TextMember("what", finding.text);
    json->Member("count", finding.count);
    if (!finding.examples.empty()) AppendExamples(finding, json);
    json->EndObject();
  }
  json->EndArray();
}

std::string FindingText(const std::string& code, const Finding& finding) {
  std::string text = finding.severity == Severity::kWarning ? "warning: " : "note: ";
  text += code + ": " + finding.text;
  if (finding.count > 1) text += " (" + Thousands(finding.count) + " times";
  if (!finding.example().empty()) {
    text += finding.count > 1 ? "; first: " : " (";
    text += finding.example();
  }
  if (finding.count > 1 || !finding.example().empty()) text += ")";
  return text;
}

}  // namespace snaptree::cli
