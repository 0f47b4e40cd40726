#include "check/diff/diff_contents.h"

#include <algorithm>
#include <optional>

#include "check/diff/diff.h"
#include "check/record_facts.h"
#include "encode/canonical_json.h"

#include "base/cancel.h"

namespace snaptree {
namespace {

constexpr uint64_t kShortValue = 1024;

bool IsRedisString(Slice path) {
  return path.starts_with("redis/") && path.find("/strings/") != Slice::npos &&
         path.ends_with(".bin");
}

bool IsDocument(Slice path) {
  const std::optional<CanonicalRules> rules = CanonicalRulesOf(path);
  return rules && !rules->lines;
}

}  // namespace

// Collects the wanted files and hands them on whole.
class DiffContents::Sink : public TreeSink {
 public:
  using Take = Status (DiffContents::*)(Record* record, Slice content);
  Sink(DiffContents* contents, Take take) : contents_(*contents), take_(take) {}

  Status WriteFile(Slice path, Slice content) override {
    Record* const record = contents_.Find(path);
    return record == nullptr ? CheckCancelled() : (contents_.*take_)(record, content);
  }
  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override {
    return std::unique_ptr<TreeFile>(std::make_unique<File>(this, contents_.Find(path)));
  }
  Status CreateDirectory(Slice /*path*/) override { return {}; }
  bool CanHold(uint64_t /*file_bytes*/) const override { return true; }
  Status Flush() override { return CheckCancelled(); }
  Status Finish() override { return CheckCancelled(); }
  TreeTotals totals() const override { return {}; }

 private:
  class File : public TreeFile {
   public:
    File(Sink* sink, Record* record) : sink_(*sink), record_(record) {}

    Status Append(Slice bytes) override {
      if (record_ == nullptr) return CheckCancelled();
      content_.append(bytes);
      // It was smaller at the first look.
      if (content_.size() > DiffOptions::kMaxDocumentBytes) GiveUp();
      return {};
    }
    // Documents have none.
    Status AppendHole(uint64_t /*size*/) override {
      GiveUp();
      return {};
    }
    Status Close() override {
      if (record_ == nullptr) return {};
      return (sink_.contents_.*sink_.take_)(record_, content_);
    }

   private:
    void GiveUp() {
      record_ = nullptr;
      content_.clear();
    }

    Sink& sink_;
    Record* record_;  // null: nobody wants it
    std::string content_;
  };

  DiffContents& contents_;
  const Take take_;
};

bool DiffContents::CanCompare(Slice path, uint64_t size_a, uint64_t size_b) {
  const uint64_t larger = std::max(size_a, size_b);
  return IsRedisString(path) ? larger <= kShortValue
                             : larger <= DiffOptions::kMaxDocumentBytes && IsDocument(path);
}

void DiffContents::Add(Slice path, const Sha256Digest& a, const Sha256Digest& b) {
  Record record;
  record.path = path;
  record.a = a;
  record.b = b;
  records_.push_back(std::move(record));
}

std::vector<std::string> DiffContents::Addresses() const {
  std::vector<std::string> addresses;
  for (const Record& record : records_) {
    addresses.push_back(record.path);
    // Of a snapshot, sidecars come with their bodies only.
    if (FactSourceOf(record.path) == FactSource::kSidecar)
      addresses.emplace_back(BodyOfSidecar(record.path));
  }
  return addresses;
}

DiffContents::Record* DiffContents::Find(Slice path) {
  const auto at =
      std::lower_bound(records_.begin(), records_.end(), path,
                       [](const Record& record, Slice text) { return record.path < text; });
  return at != records_.end() && at->path == path ? &*at : nullptr;
}

Status DiffContents::TakeA(Record* record, Slice content) {
  if (Sha256::Of(content) != record->a) return {};
  record->content.assign(content);
  record->has_content = true;
  return {};
}

Status DiffContents::TakeB(Record* record, Slice content) {
  if (!record->has_content || Sha256::Of(content) != record->b) return {};
  std::optional<FieldDifferences> fields;
  if (IsRedisString(record->path)) {
    fields = CompareValues(record->content, content);
  } else {
    const std::lock_guard lock(comparing_);
    fields = CompareJson(record->path, record->content, content);
  }
  std::string().swap(record->content);
  record->has_content = false;
  return fields ? take_(record->path, *fields) : Status::Ok();
}

std::unique_ptr<TreeSink> DiffContents::SinkForA() {
  return std::make_unique<Sink>(this, &DiffContents::TakeA);
}

std::unique_ptr<TreeSink> DiffContents::SinkForB() {
  return std::make_unique<Sink>(this, &DiffContents::TakeB);
}

}  // namespace snaptree
