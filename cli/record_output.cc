#include "cli/record_output.h"

#include <unistd.h>

#include <algorithm>

#include "cli/stdout_writer.h"
#include "cli/terminal.h"

namespace snaptree::cli {
namespace {

bool IsBinary(Slice bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7f;
  });
}

}  // namespace

Result<RecordOutput> RecordOutput::Open(const std::string& path, bool replace) {
  RecordOutput output;
  if (path == "-") {
    output.to_terminal_ = IsTerminal(STDOUT_FILENO);
    return output;
  }
  SNAPTREE_ASSIGN(StagedFiles staged, StagedFiles::Create(path, replace));
  SNAPTREE_ASSIGN(output.fd_, staged.CreateFile(""));
  output.staged_.emplace(std::move(staged));
  return output;
}

Status RecordOutput::Take(Slice bytes) {
  if (staged_) return WriteFully(fd_.get(), bytes, staged_->PathOf(""));
  if (to_terminal_ && IsBinary(bytes)) {
    return UsageError("OutputIsTerminal", "the record is binary, and not for a terminal")
        .Next("name a file with -o, or send standard output to one");
  }
  return PrintToStdout(bytes);
}

Status RecordOutput::Publish() {
  if (!staged_) return {};
  SNAPTREE_TRY(CloseWritten(std::move(fd_), staged_->PathOf("")));
  return staged_->Publish();
}

}  // namespace snaptree::cli
