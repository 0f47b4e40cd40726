#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "check/diff/diff_side.h"
#include "check/diff/line_splitter.h"
#include "check/json_scan.h"
#include "check/record_facts.h"
#include "encode/canonical_json.h"

#include "base/cancel.h"
#include "tree/hash_zeros.h"
#include "tree/path_check.h"

namespace snaptree {
namespace {

constexpr std::array<Slice, 1> kContentTypeName = {"content_type"};

bool TellsExpiry(FactSource source) {
  return source != FactSource::kNone && source != FactSource::kSidecar &&
         source != FactSource::kInodes;
}

bool HasLines(Slice path) {
  const std::optional<CanonicalRules> rules = CanonicalRulesOf(path);
  return rules && rules->lines;
}

// What is learned of a file by reading it, front to back.
class Content {
 public:
  Content(DiffSide& side, const DiffSinkOptions& options, const FactScan::Take& take_facts,
          Slice path)
      : side_(side), path_(path), wanted_(options.wanted(path)) {
    const FactSource source = FactSourceOf(path);
    if (options.expiries && TellsExpiry(source)) facts_.emplace(source, path, take_facts);
    if (options.content_types && source == FactSource::kSidecar) {
      content_type_.emplace(JsonScan::Form::kDocument, kContentTypeName,
                            [this] { return TakeContentType(); });
    }
    if (options.lines && wanted_ && HasLines(path)) {
      lines_.emplace([this](const LineSplitter::Line& line) {
        return side_.AddLine(path_, line.name, line.digest);
      });
    }
  }
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  bool wanted() const { return wanted_; }
  bool is_read() const { return facts_ || content_type_ || lines_; }

  Status Append(Slice bytes) {
    if (facts_) SNAPTREE_TRY(facts_->Append(bytes));
    if (content_type_) SNAPTREE_TRY(content_type_->Append(bytes));
    return lines_ ? lines_->Append(bytes) : Status::Ok();
  }
  Status Finish() { return lines_ ? lines_->Finish() : Status::Ok(); }

 private:
  Status TakeContentType() {
    const std::optional<std::string> type = content_type_->Text(0);
    return type ? side_.AddContentType(BodyOfSidecar(path_), *type) : Status::Ok();
  }

  DiffSide& side_;
  const std::string path_;
  const bool wanted_;
  std::optional<FactScan> facts_;
  std::optional<JsonScan> content_type_;
  std::optional<LineSplitter> lines_;
};

class DiffSink : public TreeSink {
 public:
  DiffSink(DiffSide& side, DiffSinkOptions options)
      : side_(side),
        options_(std::move(options)),
        take_facts_([this](Slice path, const RecordFacts& facts) {
          return facts.expires_at_ms ? side_.AddExpiry(path, *facts.expires_at_ms) : Status::Ok();
        }) {}

  Status WriteFile(Slice path, Slice content) override {
    SNAPTREE_TRY(CheckTreePath(path));
    Content reader(side_, options_, take_facts_, path);
    SNAPTREE_TRY(reader.Append(content));
    SNAPTREE_TRY(reader.Finish());
    if (!reader.wanted()) return CheckCancelled();
    return FileEnded(path, Sha256::Of(content), content.size());
  }
  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override;
  Status CreateDirectory(Slice path) override { return CheckTreePath(path); }
  bool CanHold(uint64_t file_bytes) const override { return file_bytes <= INT64_MAX; }
  Status Flush() override { return CheckCancelled(); }
  Status Finish() override { return CheckCancelled(); }
  TreeTotals totals() const override { return {files_, 0, bytes_}; }

  Status FileEnded(Slice path, const Sha256Digest& digest, uint64_t bytes) {
    files_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    return side_.AddFile(path, bytes, digest);
  }

 private:
  friend class DiffFile;

  DiffSide& side_;
  const DiffSinkOptions options_;
  const FactScan::Take take_facts_;
  std::atomic<uint64_t> files_{0};
  std::atomic<uint64_t> bytes_{0};
};

// A file that comes in pieces.
class DiffFile : public TreeFile {
 public:
  DiffFile(DiffSink* sink, Slice path)
      : sink_(*sink), path_(path), content_(sink->side_, sink->options_, sink->take_facts_, path) {}

  Status Append(Slice bytes) override {
    bytes_ += bytes.size();
    if (content_.wanted()) hash_.Update(bytes);
    SNAPTREE_TRY(content_.Append(bytes));
    return CheckCancelled();
  }
  Status AppendHole(uint64_t size) override {
    if (!content_.is_read()) {
      bytes_ += size;
      return content_.wanted() ? HashZeros(&hash_, size) : Status::Ok();
    }
    // Nobody writes text with holes; they are read like any other bytes.
    const std::string zeros(size_t{64} << 10, '\0');
    while (size > 0) {
      const uint64_t n = std::min<uint64_t>(size, zeros.size());
      SNAPTREE_TRY(Append(Slice(zeros).substr(0, n)));
      size -= n;
    }
    return {};
  }
  Status Close() override {
    SNAPTREE_TRY(content_.Finish());
    return content_.wanted() ? sink_.FileEnded(path_, hash_.Finish(), bytes_) : Status::Ok();
  }

 private:
  DiffSink& sink_;
  const std::string path_;
  Content content_;
  Sha256 hash_;
  uint64_t bytes_ = 0;
};

Result<std::unique_ptr<TreeFile>> DiffSink::CreateFile(Slice path) {
  SNAPTREE_TRY(CheckTreePath(path));
  return std::unique_ptr<TreeFile>(std::make_unique<DiffFile>(this, path));
}

}  // namespace

std::unique_ptr<TreeSink> NewDiffSink(DiffSide& side, DiffSinkOptions options) {
  return std::make_unique<DiffSink>(side, std::move(options));
}

}  // namespace snaptree
