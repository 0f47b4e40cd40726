// An archive is refused with an error of the data, or gives entries whose paths stay in the tree
// and whose contents are as long as they say; in whatever pieces it is read.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "base/sha256.h"
#include "manifest/tree_path.h"
#include "tree/archive_limits.h"
#include "tree/archive_path.h"
#include "tree/tar_reader.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

constexpr uint64_t kMaxEntries = 2000;
constexpr uint64_t kMaxBytes = uint64_t{4} << 20;

class MemoryFeed : public ArchiveFeed {
 public:
  MemoryFeed(Slice bytes, size_t piece, bool skips) : bytes_(bytes), piece_(piece), skips_(skips) {}

  Result<size_t> Read(char* out, size_t n) override {
    n = bytes_.substr(position_).copy(out, std::min(n, piece_));
    position_ += n;
    return n;
  }
  uint64_t Skip(uint64_t n) override {
    if (!skips_) return 0;
    n = std::min<uint64_t>(n, bytes_.size() - position_);
    position_ += static_cast<size_t>(n);
    return n;
  }
  uint64_t position() const override { return position_; }
  const std::string& name() const override { return name_; }

 private:
  const Slice bytes_;
  const size_t piece_;
  const bool skips_;
  size_t position_ = 0;
  const std::string name_ = "memory";
};

// A line for each entry; or nothing when there is an error. How far it was seen before that may
// differ: a frame is damaged when its checksum says so.
class Reading {
 public:
  std::optional<std::string> Of(std::unique_ptr<ArchiveFeed> feed, bool copies) {
    const Status status = Read(std::move(feed), copies);
    if (status.ok()) return text_;
    Require(status.kind() == ErrorKind::kData);
    return std::nullopt;
  }

 private:
  Status Read(std::unique_ptr<ArchiveFeed> feed, bool copies) {
    SNAPTREE_ASSIGN(const auto reader, TarReader::Open(std::move(feed)));
    ArchiveMeter meter("memory", {kMaxEntries, kMaxBytes});
    TarEntry entry;
    for (;;) {
      SNAPTREE_ASSIGN(const bool more, reader->Next(&entry));
      if (!more) return {};
      SNAPTREE_TRY(meter.Take(entry));
      SNAPTREE_ASSIGN(const Slice path, TreePathOf(entry, "memory"));
      Require(path.empty() || IsSafeTreePath(path));
      text_.append(path).append(" ").append(std::to_string(entry.size)).append("\n");
      if (entry.kind == TarEntry::Kind::kFile && copies)
        SNAPTREE_TRY(CopyContent(*reader, entry, meter));
    }
  }

  Status CopyContent(TarReader& reader, const TarEntry& entry, const ArchiveMeter& meter) {
    std::string content(static_cast<size_t>(entry.size), '\0');
    SNAPTREE_TRY(reader.Copy([&](uint64_t offset, Slice bytes) -> Status {
      SNAPTREE_TRY(meter.CheckPiece(entry, offset, bytes));
      bytes.copy(content.data() + offset, bytes.size());
      return {};
    }));
    text_.append(Sha256::HexOf(content));
    return {};
  }

  std::string text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice bytes(reinterpret_cast<const char*>(data), size);
  constexpr size_t kWhole = size_t{1} << 20;
  const std::optional<std::string> whole =
      Reading().Of(std::make_unique<MemoryFeed>(bytes, kWhole, true), true);
  Require(whole == Reading().Of(std::make_unique<MemoryFeed>(bytes, 7, false), true));
  // Contents that nobody wants are passed over.
  Reading().Of(std::make_unique<MemoryFeed>(bytes, kWhole, true), false);
  return 0;
}
