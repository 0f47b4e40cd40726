#include "encode/row_output.h"

#include <memory>
#include <utility>

#include "base/cancel.h"
#include "base/coding.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

constexpr size_t kMaxDuplicates = 10000;
constexpr uint64_t kCancelCheckMask = 0xfff;

// Rows of one encoder of bodies that come when its bodies are done.
struct LateRows {
  LateRows(BodyEncoder* e, uint64_t n, SorterOptions options)
      : encoder(e), bodies_left(n), sorter(std::move(options)) {}

  BodyEncoder* const encoder;
  uint64_t bodies_left;
  ExternalSorter sorter;
  bool open = false;  // bodies are done: there is a current row
  Slice raw_key;
  Slice body;

  Slice user_key() const { return raw_key.substr(0, raw_key.size() - kTimestampBytes); }
};

class Output : public BodyRows {
 public:
  Output(const RowOutputOptions& options, RowSorter& rows, FsmWriter& writer,
         std::vector<std::string>* duplicates)
      : options_(options), rows_(rows), writer_(writer), duplicates_(*duplicates) {}

  Status Run();

  // Rows of the body that is being written.
  Status Put(Slice user_key, Slice body) override {
    SNAPTREE_TRY(Begin(user_key, body.size()));
    return writer_.Append(body);
  }
  Status Begin(Slice user_key, uint64_t body_bytes) override {
    SNAPTREE_TRY(WriteOthersBefore(user_key));
    return BeginRow(user_key, body_bytes);
  }
  Status Append(Slice bytes) override { return writer_.Append(bytes); }
  Status PutLate(Slice user_key, Slice body) override {
    raw_key_.assign(user_key);
    AppendBe64(&raw_key_, ~options_.commit_ts);
    return late_->sorter.Add(raw_key_, body);
  }

 private:
  Status EndBodies(LateRows* late);
  Status AdvanceLate(LateRows* late);
  LateRows* SmallestLate();
  Status WriteLateBefore(Slice raw_key);
  Status WriteOthersBefore(Slice user_key);
  Status BeginRow(Slice user_key, uint64_t body_bytes) {
    Remember(user_key);
    return writer_.BeginRow(user_key, body_bytes, 0);
  }
  Status Advance();
  // REQUIRES: no body.
  Status WriteEntry(const SortedEntry& entry);
  Status WriteFile(const SortedEntry& entry);
  Status WriteBody();
  void Tell(Slice user_key);
  bool IsNew(Slice key);
  void Remember(Slice key) {
    last_key_.assign(key);
    has_last_ = true;
  }

  const RowOutputOptions& options_;
  RowSorter& rows_;
  FsmWriter& writer_;
  std::vector<std::string>& duplicates_;
  std::vector<std::unique_ptr<LateRows>> all_late_;  // by encoder
  LateRows* late_ = nullptr;                         // of the body that is being written
  SortedEntry next_;                                 // that was not written yet
  bool has_next_ = false;
  uint64_t count_ = 0;
  std::string raw_key_;   // scratch
  std::string body_key_;  // scratch
  std::string last_key_;
  bool has_last_ = false;
};

// Two rows with one key are told once, and only the first is written.
bool Output::IsNew(Slice key) {
  if (!has_last_ || key != last_key_) return true;
  Tell(key);
  return false;
}

void Output::Tell(Slice user_key) {
  const bool told = !duplicates_.empty() && duplicates_.back() == user_key;
  if (!told && duplicates_.size() < kMaxDuplicates) duplicates_.emplace_back(user_key);
}

Status Output::AdvanceLate(LateRows* late) {
  SNAPTREE_ASSIGN(late->open, late->sorter.Next(&late->raw_key, &late->body));
  return {};
}

Status Output::EndBodies(LateRows* late) {
  late_ = late;
  SNAPTREE_TRY(options_.findings.TakeError(late->encoder->Finish(*this)));
  SNAPTREE_TRY(late->sorter.Finish());
  return AdvanceLate(late);
}

LateRows* Output::SmallestLate() {
  LateRows* smallest = nullptr;
  for (const std::unique_ptr<LateRows>& late : all_late_) {
    if (late->open && (smallest == nullptr || late->raw_key < smallest->raw_key))
      smallest = late.get();
  }
  return smallest;
}

// All of them, when there is no key.
Status Output::WriteLateBefore(Slice raw_key) {
  for (;;) {
    LateRows* late = SmallestLate();
    if (late == nullptr || (!raw_key.empty() && late->raw_key > raw_key)) return {};
    if (IsNew(late->user_key())) {
      SNAPTREE_TRY(BeginRow(late->user_key(), late->body.size()));
      SNAPTREE_TRY(writer_.Append(late->body));
    }
    SNAPTREE_TRY(AdvanceLate(late));
  }
}

Status Output::WriteFile(const SortedEntry& entry) {
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeInputFile> file, options_.input.Open(entry.path));
  if (file->size() != entry.file_bytes) {
    return EnvironmentError("ChangedWhileReading", "the file changed while the tree was read")
        .At(entry.path)
        .Expected(std::to_string(entry.file_bytes) + " bytes")
        .Found(std::to_string(file->size()));
  }
  SNAPTREE_TRY(
      writer_.BeginRow(entry.user_key, entry.body.size() + entry.file_bytes, entry.expire_at));
  SNAPTREE_TRY(writer_.Append(entry.body));
  for (;;) {
    SNAPTREE_ASSIGN(const SharedBytes piece, file->Next());
    if (piece->empty()) return {};
    SNAPTREE_TRY(writer_.Append(*piece));
  }
}

// Rows of others may stand between those of a body: rows of unknown families, for one.
Status Output::WriteOthersBefore(Slice user_key) {
  body_key_.assign(user_key);
  AppendBe64(&body_key_, ~options_.commit_ts);
  SNAPTREE_TRY(WriteLateBefore(body_key_));
  while (has_next_ && next_.raw_key <= body_key_) {
    if (next_.user_key == user_key || next_.kind == SortedEntry::Kind::kBody) {
      Tell(next_.user_key);
    } else if (IsNew(next_.user_key)) {
      SNAPTREE_TRY(WriteEntry(next_));
    }
    SNAPTREE_TRY(Advance());
  }
  if (has_last_ && last_key_ == user_key) Tell(user_key);
  return {};
}

// What the entry says is kept: the next one is looked at while the body is written.
Status Output::WriteBody() {
  const std::string payload(next_.payload);
  LateRows* const late = all_late_[next_.encoder].get();
  late_ = late;
  SNAPTREE_TRY(Advance());
  SNAPTREE_TRY(options_.findings.TakeError(late->encoder->Write(payload, *this)));
  if (--late->bodies_left > 0) return {};
  return EndBodies(late);
}

Status Output::Advance() {
  SNAPTREE_ASSIGN(has_next_, rows_.Next(&next_));
  if ((++count_ & kCancelCheckMask) != 0) return {};
  options_.progress.done = writer_.bytes();
  return CheckCancelled();
}

Status Output::WriteEntry(const SortedEntry& entry) {
  Remember(entry.user_key);
  if (entry.kind == SortedEntry::Kind::kFile) return options_.findings.TakeError(WriteFile(entry));
  SNAPTREE_TRY(writer_.BeginRow(entry.user_key, entry.body.size(), entry.expire_at));
  return writer_.Append(entry.body);
}

Status Output::Run() {
  for (size_t i = 0; i < rows_.encoders().size(); ++i) {
    all_late_.push_back(std::make_unique<LateRows>(
        rows_.encoders()[i].get(), rows_.bodies_of(static_cast<uint32_t>(i)), options_.late_rows));
    if (all_late_.back()->bodies_left == 0) SNAPTREE_TRY(EndBodies(all_late_.back().get()));
  }
  SNAPTREE_TRY(Advance());
  while (has_next_) {
    SNAPTREE_TRY(WriteLateBefore(next_.raw_key));
    if (next_.kind == SortedEntry::Kind::kBody && IsNew(next_.user_key)) {
      SNAPTREE_TRY(WriteBody());
      continue;
    }
    if (IsNew(next_.user_key)) SNAPTREE_TRY(WriteEntry(next_));
    SNAPTREE_TRY(Advance());
  }
  return WriteLateBefore({});
}

}  // namespace

Status WriteSortedRows(const RowOutputOptions& options, RowSorter& rows, FsmWriter& writer,
                       std::vector<std::string>* duplicates, std::vector<std::string>* claims) {
  SNAPTREE_TRY(Output(options, rows, writer, duplicates).Run());
  std::string claim;
  while (claims->size() < kMaxDuplicates) {
    SNAPTREE_ASSIGN(const bool more, rows.NextDoubleClaim(&claim));
    if (!more) break;
    claims->push_back(claim);
  }
  return {};
}

}  // namespace snaptree
