// The reporter's back ends.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cli/reporter.h"

namespace snaptree::cli {

// "snaptree: FILE: offset N: what, expected E, found F [Code]" and "next: ...".
std::unique_ptr<ReportBackEnd> NewTerminalBackEnd(StatusLines& lines, bool color);
// One object a line.
std::unique_ptr<ReportBackEnd> NewJsonBackEnd(StatusLines& lines);
// The terminal's text with a UTC time before each line, appended to a file.
Result<std::unique_ptr<ReportBackEnd>> NewFileBackEnd(const std::string& path);

class JsonText;

// "code", "what", "source", "offset", "address", "expected", "found", "hint", "exit_code" of an
// error, inside an object.
void AppendErrorMembers(const Status& error, JsonText* json);
// The member "error", an object.
void AppendError(const Status& error, JsonText* json);
// Ends the document of a run that an error ended: "error", "exit_code". Its text.
std::string EndWithError(const Status& error, JsonText* json);
// An array of findings.
void AppendFindings(const Findings& findings, JsonText* json);

// "warning: code: text (12 times; first: example)".
std::string FindingText(const std::string& code, const Finding& finding);

}  // namespace snaptree::cli
