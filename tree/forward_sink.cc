#include "tree/forward_sink.h"

#include <utility>

namespace snaptree {
namespace {

class LeftOutFile : public TreeFile {
 public:
  Status Append(Slice /*bytes*/) override { return {}; }
  Status AppendHole(uint64_t /*size*/) override { return {}; }
  Status Close() override { return {}; }
};

class ForwardSink : public TreeSink {
 public:
  ForwardSink(TreeSink& target, TakesFile takes) : target_(target), takes_(std::move(takes)) {}

  Status WriteFile(Slice path, Slice content) override {
    SNAPTREE_ASSIGN(const bool takes, takes_(path));
    return takes ? target_.WriteFile(path, content) : Status::Ok();
  }
  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override {
    SNAPTREE_ASSIGN(const bool takes, takes_(path));
    if (takes) return target_.CreateFile(path);
    return std::unique_ptr<TreeFile>(std::make_unique<LeftOutFile>());
  }
  Result<std::unique_ptr<TreeFile>> CreateSizedFile(Slice path, uint64_t size) override {
    SNAPTREE_ASSIGN(const bool takes, takes_(path));
    if (takes) return target_.CreateSizedFile(path, size);
    return std::unique_ptr<TreeFile>(std::make_unique<LeftOutFile>());
  }
  Status CreateDirectory(Slice path) override { return target_.CreateDirectory(path); }
  bool CanHold(uint64_t file_bytes) const override { return target_.CanHold(file_bytes); }
  Status Flush() override { return target_.Flush(); }
  Status Finish() override { return target_.Flush(); }
  TreeTotals totals() const override { return target_.totals(); }

 private:
  TreeSink& target_;
  const TakesFile takes_;
};

}  // namespace

std::unique_ptr<TreeSink> NewForwardSink(TreeSink& target, TakesFile takes) {
  return std::make_unique<ForwardSink>(target, std::move(takes));
}

}  // namespace snaptree
