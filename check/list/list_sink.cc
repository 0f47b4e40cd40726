#include <atomic>
#include <utility>

#include "check/list/list_parts.h"

#include "base/cancel.h"

namespace snaptree {
namespace {

// Counts what it is given; of some files it learns more.
class ListedFile : public TreeFile {
 public:
  ListedFile(const ListChoice& choice, Slice path) : choice_(choice), path_(path) {
    const FactSource source = choice.Reads(path);
    if (source != FactSource::kNone) facts_.emplace(source, path, choice.take_facts());
  }

  Status Append(Slice bytes) override {
    bytes_ += bytes.size();
    SNAPTREE_TRY(CheckCancelled());
    return facts_ ? facts_->Append(bytes) : Status::Ok();
  }
  Status AppendHole(uint64_t size) override {
    bytes_ += size;
    return {};
  }
  Status Close() override {
    return choice_.Lists(path_) ? choice_.table().AddFile(path_, bytes_) : Status::Ok();
  }

 private:
  const ListChoice& choice_;
  const std::string path_;
  std::optional<FactScan> facts_;
  uint64_t bytes_ = 0;
};

class ListSink : public TreeSink {
 public:
  explicit ListSink(const ListChoice& choice) : choice_(choice) {}

  Status WriteFile(Slice path, Slice content) override {
    if (const FactSource source = choice_.Reads(path); source != FactSource::kNone) {
      FactScan facts(source, path, choice_.take_facts());
      SNAPTREE_TRY(facts.Append(content));
    }
    return choice_.Lists(path) ? choice_.table().AddFile(path, content.size()) : Status::Ok();
  }
  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override {
    return std::unique_ptr<TreeFile>(std::make_unique<ListedFile>(choice_, path));
  }
  Status CreateDirectory(Slice /*path*/) override { return {}; }
  bool CanHold(uint64_t file_bytes) const override { return file_bytes <= INT64_MAX; }
  Status Flush() override { return CheckCancelled(); }
  Status Finish() override { return CheckCancelled(); }
  TreeTotals totals() const override {
    return {choice_.table().records(), 0, choice_.table().bytes()};
  }

 private:
  const ListChoice& choice_;
};

}  // namespace

std::unique_ptr<TreeSink> NewListSink(const ListChoice& choice) {
  return std::make_unique<ListSink>(choice);
}

}  // namespace snaptree
