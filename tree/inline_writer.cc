#include <utility>

#include "base/cancel.h"
#include "tree/tree_writer.h"

namespace snaptree {
namespace {

constexpr uint64_t kCancelCheckMask = 0x3f;

class InlineWriter : public TreeWriter {
 public:
  explicit InlineWriter(std::unique_ptr<FileCreator> creator) : creator_(std::move(creator)) {}

  Status WriteFile(Slice path, Slice content) override {
    SNAPTREE_TRY(Ready());
    path_.assign(path);
    return Keep(creator_->Write(path_, content));
  }

  Status MakeDirectory(Slice path) override {
    SNAPTREE_TRY(Ready());
    return Keep(creator_->MakeDirectory(path));
  }

  Status Create(const std::shared_ptr<LargeFile>& file) override {
    SNAPTREE_TRY(Ready());
    return Keep(creator_->Create(file.get()));
  }

  Status Append(const std::shared_ptr<LargeFile>& file, Slice bytes) override {
    SNAPTREE_TRY(Ready());
    return Keep(creator_->Append(file.get(), bytes));
  }

  Status AppendHole(const std::shared_ptr<LargeFile>& file, uint64_t size) override {
    SNAPTREE_TRY(Ready());
    return Keep(creator_->AppendHole(file.get(), size));
  }

  Status Close(const std::shared_ptr<LargeFile>& file) override {
    SNAPTREE_TRY(Ready());
    return Keep(creator_->Close(file.get()));
  }

  Status Flush() override { return Ready(); }
  uint64_t directories() const override { return creator_->directories(); }

 private:
  Status Ready() {
    if (error_.ok() && (++calls_ & kCancelCheckMask) == 0) error_ = CheckCancelled();
    return error_;
  }

  Status Keep(Status status) {
    if (!status.ok()) error_ = status;
    return status;
  }

  const std::unique_ptr<FileCreator> creator_;
  std::string path_;  // with the NUL that the creator wants
  uint64_t calls_ = 0;
  Status error_;
};

}  // namespace

std::unique_ptr<TreeWriter> NewInlineWriter(std::unique_ptr<FileCreator> creator) {
  return std::make_unique<InlineWriter>(std::move(creator));
}

}  // namespace snaptree
