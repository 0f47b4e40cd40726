#include "adapters/dynamodb/dynamodb_item_files.h"

namespace snaptree::dynamodb {
namespace {

constexpr size_t kPartDigits = 5;

}  // namespace

void ItemFiles::Begin(Slice folder) {
  folder_ = folder;
  parts_ = 0;
}

Status ItemFiles::Write(Slice path, ItemReader& item) {
  return layout_.jsonl ? WriteLine(item) : WriteFile(path, item);
}

Status ItemFiles::WriteFile(Slice path, ItemReader& item) {
  if (item.is_whole()) return sink_.WriteFile(path, item.text());
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, sink_.CreateFile(path));
  SNAPTREE_TRY(item.Stream([&](Slice text) { return file->Append(text); }));
  return file->Close();
}

Status ItemFiles::BeginPart() {
  if (part_ != nullptr) SNAPTREE_TRY(part_->Close());
  std::string number = std::to_string(++parts_);
  if (number.size() < kPartDigits) number.insert(0, kPartDigits - number.size(), '0');
  part_ = std::make_unique<LineFile>(sink_, folder_ + "data-" + number + ".jsonl");
  part_bytes_ = 0;
  return {};
}

Status ItemFiles::WriteLine(ItemReader& item) {
  const uint64_t bytes = item.text_bytes() + 1;
  if (part_ == nullptr || part_bytes_ + bytes > layout_.bundle_bytes) SNAPTREE_TRY(BeginPart());
  part_bytes_ += bytes;
  if (item.is_whole()) {
    SNAPTREE_TRY(part_->Append(item.text()));
  } else {
    SNAPTREE_TRY(item.Stream([&](Slice text) { return part_->Append(text); }));
  }
  return part_->Append("\n");
}

Status ItemFiles::Finish() {
  const std::unique_ptr<LineFile> last = std::move(part_);
  return last == nullptr ? Status::Ok() : last->Close();
}

}  // namespace snaptree::dynamodb
