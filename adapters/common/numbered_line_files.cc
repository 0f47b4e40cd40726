#include "adapters/common/numbered_line_files.h"

namespace snaptree {
namespace {

constexpr size_t kDigits = 5;

}  // namespace

std::string NumberedLinePath(Slice stem, uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string path(stem);
  if (digits.size() < kDigits) path.append(kDigits - digits.size(), '0');
  return path.append(digits).append(".jsonl");
}

void NumberedLineFiles::Begin(Slice stem, uint64_t first_number) {
  stem_ = stem;
  next_number_ = first_number;
}

Status NumberedLineFiles::BeginLine(uint64_t bytes) {
  if (file_ == nullptr || bytes > most_bytes_ || bytes_ > most_bytes_ - bytes) {
    SNAPTREE_TRY(Finish());
    file_ = std::make_unique<LineFile>(sink_, NumberedLinePath(stem_, next_number_++));
    bytes_ = 0;
  }
  bytes_ += bytes;
  return {};
}

Status NumberedLineFiles::Finish() {
  const std::unique_ptr<LineFile> last = std::move(file_);
  return last == nullptr ? Status::Ok() : last->Close();
}

}  // namespace snaptree
