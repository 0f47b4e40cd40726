#include "adapters/redis/redis_line_files.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/common/line_batches.h"
#include "adapters/common/line_reader.h"
#include "adapters/common/numbered_line_files.h"
#include "adapters/redis/redis_line_encoder.h"
#include "adapters/redis/redis_line_path.h"
#include "adapters/redis/redis_long_value.h"
#include "base/cancel.h"
#include "base/coding.h"

namespace snaptree::redis {
namespace {

// Of the memory budget.
constexpr double kFilesShare = 0.01;
// Longer lines are read piece by piece.
constexpr uint64_t kWholeLineBytes = uint64_t{16} << 20;

struct Worker {
  explicit Worker(const EncodeContext& context)
      : rows(context.rows.Borrow()), encoder(context, *rows) {}
  const std::unique_ptr<RowWriter> rows;
  LineEncoder encoder;
};

// What became of the lines of one batch.
class BatchKeys {
 public:
  enum class Kind : uint8_t { kKey, kPart, kFailed };
  struct Line {
    Kind kind = Kind::kKey;
    size_t index = 0;  // in the batch
    uint64_t expire_at_ms = 0;
    size_t key_end = 0;
  };

  void Clear() {
    keys_.clear();
    lines_.clear();
  }
  void Add(Kind kind, size_t index, Slice key, uint64_t expire_at_ms) {
    keys_.append(key);
    lines_.push_back({kind, index, expire_at_ms, keys_.size()});
  }
  const std::vector<Line>& lines() const { return lines_; }
  Slice key(size_t i) const {
    const size_t begin = i == 0 ? 0 : lines_[i - 1].key_end;
    return Slice(keys_).substr(begin, lines_[i].key_end - begin);
  }

 private:
  std::string keys_;
  std::vector<Line> lines_;
};

class Reading {
 public:
  Reading(const EncodeContext& context, KeyIndex* index)
      : context_(context),
        index_(*index),
        long_values_(context.rows.AddBodyEncoder(
            std::make_unique<LongValueEncoder>(context.input.source()))),
        parts_(context),
        batches_(
            context,
            [this](const LineBatch& batch, size_t slot) { return EncodeBatch(batch, slot); },
            [this](const LineBatch& batch, size_t slot) { return TakeBatch(batch, slot); }),
        keys_(batches_.slots()) {}

  Status File(TypeFolder folder, uint64_t number);
  Status EndType();

 private:
  Status EndParts();
  Status CheckGap(TypeFolder folder, uint64_t number);
  Status ReadLines();
  Status LongLine(LineReader* lines);
  Status EncodeBatch(const LineBatch& batch, size_t slot);
  Status TakeBatch(const LineBatch& batch, size_t slot);
  Status TakeOutcome(const Result<LineOutcome>& outcome, uint64_t line);
  Status TakeKey(Slice key, uint64_t expire_at_ms, uint64_t line);
  LinePlace PlaceOf(uint64_t line) const { return {folder_, path_, line}; }
  std::unique_ptr<Worker> TakeWorker();

  const EncodeContext& context_;
  KeyIndex& index_;
  const uint32_t long_values_;  // encoder of bodies
  Worker parts_;                // for lines that one thread must see
  LineBatches batches_;
  std::vector<BatchKeys> keys_;  // by slot
  std::mutex mutex_;             // of idle_
  std::vector<std::unique_ptr<Worker>> idle_;

  TypeFolder folder_ = TypeFolder::kStrings;
  std::optional<uint64_t> number_;  // of the type's last file
  std::string path_;
  std::string last_key_;  // of the type
  bool any_key_ = false;
};

std::unique_ptr<Worker> Reading::TakeWorker() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Worker> worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  return std::make_unique<Worker>(context_);
}

Status Reading::EncodeBatch(const LineBatch& batch, size_t slot) {
  std::unique_ptr<Worker> worker = TakeWorker();
  BatchKeys& keys = keys_[slot];
  keys.Clear();
  for (size_t i = 0; i < batch.size(); ++i) {
    const LinePlace place = PlaceOf(batch.number(i));
    const Result<LineOutcome> outcome = worker->encoder.Encode(place, batch.line(i));
    if (!outcome.ok()) {
      SNAPTREE_TRY(context_.findings.TakeError(outcome.status()));
      keys.Add(BatchKeys::Kind::kFailed, i, {}, 0);
    } else if (*outcome == LineOutcome::kPart) {
      keys.Add(BatchKeys::Kind::kPart, i, {}, 0);
    } else if (*outcome == LineOutcome::kKey) {
      keys.Add(BatchKeys::Kind::kKey, i, worker->encoder.key(), worker->encoder.expire_at_ms());
    }
  }
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
  return {};
}

Status Reading::TakeBatch(const LineBatch& batch, size_t slot) {
  const BatchKeys& keys = keys_[slot];
  for (size_t i = 0; i < keys.lines().size(); ++i) {
    const BatchKeys::Line& line = keys.lines()[i];
    const uint64_t number = batch.number(line.index);
    switch (line.kind) {
      case BatchKeys::Kind::kKey:
        SNAPTREE_TRY(EndParts());
        SNAPTREE_TRY(TakeKey(keys.key(i), line.expire_at_ms, number));
        break;
      case BatchKeys::Kind::kPart:
        SNAPTREE_TRY(CheckCancelled());
        SNAPTREE_TRY(TakeOutcome(parts_.encoder.EncodePart(PlaceOf(number), batch.line(line.index)),
                                 number));
        break;
      case BatchKeys::Kind::kFailed:
        parts_.encoder.parts().Forget();
        break;
    }
  }
  return {};
}

Status Reading::TakeOutcome(const Result<LineOutcome>& outcome, uint64_t line) {
  if (!outcome.ok()) return context_.findings.TakeError(outcome.status());
  if (*outcome != LineOutcome::kKey) return {};
  return TakeKey(parts_.encoder.key(), parts_.encoder.expire_at_ms(), line);
}

Status Reading::TakeKey(Slice key, uint64_t expire_at_ms, uint64_t line) {
  if (any_key_ && key < last_key_) {
    context_.findings.Note("redis_lines_out_of_order",
                           "lines that stand behind one of a greater key; they were sorted", path_);
  }
  any_key_ = true;
  last_key_.assign(key);
  return index_.AddLine(folder_, key, expire_at_ms, *number_, line);
}

Status Reading::LongLine(LineReader* lines) {
  SNAPTREE_TRY(batches_.Run());
  return TakeOutcome(parts_.encoder.EncodeLong(PlaceOf(lines->number()), lines, long_values_),
                     lines->number());
}

Status Reading::ReadLines() {
  SNAPTREE_ASSIGN(std::unique_ptr<TreeInputFile> file, context_.input.Open(path_));
  LineReader lines(std::move(file), kWholeLineBytes);
  for (;;) {
    Slice line;
    bool is_long = false;
    SNAPTREE_ASSIGN(const bool more, lines.NextOrLong(&line, &is_long));
    if (!more) return {};
    SNAPTREE_TRY(is_long ? LongLine(&lines) : batches_.Add(lines.number(), line));
  }
}

Status Reading::CheckGap(TypeFolder folder, uint64_t number) {
  const uint64_t expected = number_ ? *number_ + 1 : 0;
  if (number == expected) return {};
  return context_.findings.TakeError(
      DataError("RedisPartMissing", "a file of lines is missing")
          .At(path_)
          .Expected(NumberedLinePath(LineFileStem(folder), expected) + " before it")
          .Next("bring it back, or rename those behind it if its keys are to be left out"));
}

Status Reading::File(TypeFolder folder, uint64_t number) {
  if (folder != folder_) SNAPTREE_TRY(EndType());
  folder_ = folder;
  path_ = NumberedLinePath(LineFileStem(folder), number);
  SNAPTREE_TRY(CheckGap(folder, number));
  number_ = number;
  Status read = ReadLines();
  // What was read before an error is judged as well.
  SNAPTREE_TRY(batches_.Run());
  context_.progress.done.fetch_add(1, std::memory_order_relaxed);
  return read.ok() ? Status::Ok() : context_.findings.TakeError(std::move(read).At(path_));
}

// What follows goes on with no part that came before.
Status Reading::EndParts() {
  SNAPTREE_TRY(context_.findings.TakeError(parts_.encoder.parts().End()));
  parts_.encoder.parts().BeginKey();
  return {};
}

Status Reading::EndType() {
  SNAPTREE_TRY(EndParts());
  number_.reset();
  any_key_ = false;
  return {};
}

}  // namespace

LineFiles::LineFiles(const EncodeContext& context)
    : context_(context), files_(context.sorter_options(kFilesShare)) {}

Result<bool> LineFiles::Add(Slice name) {
  const std::optional<LineFileName> file = ParseLineFileName(name);
  if (!file) return false;
  std::string key(1, static_cast<char>(file->folder));
  AppendBe64(&key, file->number);
  SNAPTREE_TRY(files_.Add(key, {}));
  return true;
}

Status LineFiles::Encode(KeyIndex* index) {
  SNAPTREE_TRY(files_.Finish());
  if (files_.size() == 0) return {};
  Reading reading(context_, index);
  for (;;) {
    Slice key;
    Slice nothing;
    SNAPTREE_ASSIGN(const bool more, files_.Next(&key, &nothing));
    if (!more) return reading.EndType();
    SNAPTREE_TRY(reading.File(static_cast<TypeFolder>(key[0]), LoadBe64(key.data() + 1)));
  }
}

}  // namespace snaptree::redis
