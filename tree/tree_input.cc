#include "tree/tree_input.h"

#include <algorithm>
#include <utility>

#include "base/cancel.h"
#include "base/text.h"
#include "tree/hash_zeros.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;
constexpr size_t kTasksBehind = 8;

Status Changed(Slice path, uint64_t expected, std::string found) {
  return EnvironmentError("ChangedWhileReading", "the file changed while it was read")
      .At(path)
      .Expected(std::to_string(expected) + " bytes, as it had when it was opened")
      .Found(std::move(found))
      .Next("let no program write into the tree, then run again");
}

}  // namespace

TreeInputFile::TreeInputFile(TreeInput* input, std::string path,
                             std::unique_ptr<TreeContent> content, size_t piece_bytes)
    : input_(input),
      path_(std::move(path)),
      content_(std::move(content)),
      piece_bytes_(piece_bytes),
      hash_(std::make_shared<Sha256>()) {}

TreeInputFile::~TreeInputFile() = default;

Result<SharedBytes> TreeInputFile::ReadPiece(uint64_t rest) {
  SNAPTREE_TRY(CheckCancelled());
  const std::shared_ptr<std::string> piece = pool_.Take();
  piece->resize(static_cast<size_t>(std::min<uint64_t>(rest, piece_bytes_)));
  SNAPTREE_ASSIGN(const size_t n, content_->ReadAt(position_, piece->data(), piece->size()));
  if (n < piece->size()) return Changed(path_, size(), "fewer");
  position_ += n;
  const SharedBytes bytes = piece;
  input_->HashBehind(hash_, bytes);
  return bytes;
}

Status TreeInputFile::End() {
  if (ended_) return {};
  char more = 0;
  SNAPTREE_ASSIGN(const size_t n, content_->ReadAt(position_, &more, 1));
  if (n > 0) return Changed(path_, size(), "more");
  ended_ = true;
  input_->FinishBehind(hash_, path_, position_);
  return {};
}

Result<SharedBytes> TreeInputFile::Next() {
  if (position_ < size()) return ReadPiece(size() - position_);
  SNAPTREE_TRY(End());
  return std::make_shared<const std::string>();
}

Result<TreeInputFile::Stretch> TreeInputFile::NextStretch() {
  const uint64_t data = content_->NextData(position_);
  if (data > position_) {
    const uint64_t hole = data - position_;
    position_ = data;
    input_->HashHole(hash_, hole);
    return Stretch{nullptr, hole};
  }
  SNAPTREE_ASSIGN(SharedBytes bytes, Next());
  return Stretch{std::move(bytes), 0};
}

TreeInput::TreeInput(const TreeSource& source, Options options)
    : source_(source),
      digests_(std::move(options.digests)),
      hasher_(options.hash_behind ? std::make_unique<TaskThread>(kTasksBehind) : nullptr) {}

TreeInput::~TreeInput() = default;

Result<std::unique_ptr<TreeInputFile>> TreeInput::Open(Slice path) {
  SNAPTREE_ASSIGN(std::unique_ptr<TreeContent> content, source_.Open(path));
  return Take(path, std::move(content));
}

std::unique_ptr<TreeInputFile> TreeInput::Take(Slice path, std::unique_ptr<TreeContent> content) {
  return std::unique_ptr<TreeInputFile>(
      new TreeInputFile(this, std::string(path), std::move(content), kPieceBytes));
}

Status TreeInput::Add(Slice path, const Sha256Digest& digest, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  ++files_;
  bytes_ += bytes;
  return digests_.Add(path, AsSlice(digest));
}

uint64_t TreeInput::files() const {
  const std::lock_guard lock(mutex_);
  return files_;
}

uint64_t TreeInput::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void TreeInput::HashBehind(const std::shared_ptr<Sha256>& hash, const SharedBytes& bytes) {
  if (hasher_ == nullptr) {
    hash->Update(*bytes);
    return;
  }
  hasher_->Post([hash, bytes] { hash->Update(*bytes); });
}

void TreeInput::HashHole(const std::shared_ptr<Sha256>& hash, uint64_t size) {
  const auto work = [hash, size] {
    const Status cancelled = HashZeros(hash.get(), size);  // the reader hears of it itself
  };
  if (hasher_ == nullptr) {
    work();
  } else {
    hasher_->Post(work);
  }
}

void TreeInput::FinishBehind(const std::shared_ptr<Sha256>& hash, const std::string& path,
                             uint64_t bytes) {
  const auto work = [this, hash, path, bytes] {
    Status added = Add(path, hash->Finish(), bytes);
    if (added.ok()) return;
    const std::lock_guard lock(mutex_);
    if (failed_.ok()) failed_ = std::move(added);
  };
  if (hasher_ == nullptr) {
    work();
  } else {
    hasher_->Post(work);
  }
}

Status TreeInput::ForEachDigest(const TakeDigest& take) {
  if (hasher_ != nullptr) hasher_->Wait();
  SNAPTREE_TRY(failed_);
  SNAPTREE_TRY(digests_.Finish());
  std::string last_path;
  Sha256Digest last{};
  bool has_last = false;
  for (;;) {
    Slice path;
    Slice payload;
    SNAPTREE_ASSIGN(const bool more, digests_.Next(&path, &payload));
    if (!more) break;
    const Sha256Digest digest = DigestIn(payload);
    if (has_last && path == last_path) {
      if (digest == last) continue;
      return EnvironmentError("ChangedWhileReading", "the file was read twice and changed between")
          .At(path)
          .Next("let no program write into the tree, then run again");
    }
    has_last = true;
    last_path.assign(path);
    last = digest;
    SNAPTREE_TRY(take(last_path, digest));
  }
  return {};
}

Status TreeReader::Open(Slice path) {
  path_.assign(path);
  SNAPTREE_ASSIGN(content_, input_.source().Open(path));
  return {};
}

Result<Slice> TreeReader::ReadAll() {
  const auto size = static_cast<size_t>(content_->size());
  // One byte more than the file should have tells whether it grew.
  if (buffer_.size() < size + 1 + kPadding) buffer_.resize(size + 1 + kPadding);
  SNAPTREE_ASSIGN(const size_t n, content_->ReadAt(0, buffer_.data(), size + 1));
  if (n != size) return Changed(path_, size, n < size ? "fewer" : "more");
  const Slice content(buffer_.data(), size);
  hash_.Reset();
  hash_.Update(content);
  SNAPTREE_TRY(input_.Add(path_, hash_.Finish(), size));
  content_.reset();
  return content;
}

std::unique_ptr<TreeInputFile> TreeReader::Stream() {
  return input_.Take(path_, std::move(content_));
}

Result<Slice> TreeReader::ReadSmall(Slice path, uint64_t limit) {
  SNAPTREE_TRY(Open(path));
  if (size() > limit) {
    return DataError("FileTooLarge", "the file is larger than any of its kind can be")
        .At(path)
        .Expected("at most " + HumanBytes(limit))
        .Found(HumanBytes(size()));
  }
  return ReadAll();
}

}  // namespace snaptree
