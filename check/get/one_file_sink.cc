#include "check/get/one_file_sink.h"

#include <algorithm>
#include <memory>

#include "base/cancel.h"

namespace snaptree {
namespace {

constexpr size_t kMaxKeptBytes = size_t{1} << 20;

}  // namespace

class OneFileSink::File : public TreeFile {
 public:
  explicit File(OneFileSink& sink) : sink_(sink) {}

  Status Append(Slice bytes) override { return sink_.Take(bytes); }
  Status AppendHole(uint64_t size) override {
    const std::string zeros(static_cast<size_t>(std::min<uint64_t>(size, 256 << 10)), '\0');
    while (size > 0) {
      SNAPTREE_TRY(CheckCancelled());
      const uint64_t n = std::min<uint64_t>(size, zeros.size());
      SNAPTREE_TRY(sink_.Take(Slice(zeros).substr(0, static_cast<size_t>(n))));
      size -= n;
    }
    return {};
  }
  Status Close() override {
    sink_.complete_ = true;
    return {};
  }

 private:
  OneFileSink& sink_;
};

class OneFileSink::Kept : public TreeFile {
 public:
  explicit Kept(std::string& kept) : kept_(kept) {}
  Status Append(Slice bytes) override {
    kept_ += bytes.substr(0, kMaxKeptBytes - kept_.size());
    return {};
  }
  Status AppendHole(uint64_t /*size*/) override { return {}; }
  Status Close() override { return {}; }

 private:
  std::string& kept_;
};

class OneFileSink::Nowhere : public TreeFile {
 public:
  Status Append(Slice /*bytes*/) override { return {}; }
  Status AppendHole(uint64_t /*size*/) override { return {}; }
  Status Close() override { return {}; }
};

Status OneFileSink::Take(Slice bytes) {
  bytes_ += bytes.size();
  return take_(bytes);
}

Status OneFileSink::WriteFile(Slice path, Slice content) {
  if (!kept_path_.empty() && path == kept_path_) return Kept(kept_).Append(content);
  if (path != path_) return {};
  SNAPTREE_TRY(Take(content));
  complete_ = true;
  return {};
}

Result<std::unique_ptr<TreeFile>> OneFileSink::CreateFile(Slice path) {
  std::unique_ptr<TreeFile> file;
  if (path == path_) {
    file = std::make_unique<File>(*this);
  } else if (!kept_path_.empty() && path == kept_path_) {
    file = std::make_unique<Kept>(kept_);
  } else {
    file = std::make_unique<Nowhere>();
  }
  return file;
}

}  // namespace snaptree
