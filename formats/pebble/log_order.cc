#include "formats/pebble/log_order.h"

#include <algorithm>

namespace snaptree {
namespace {

// A store's first operation has this number.
constexpr uint64_t kFirstSequence = 10;

constexpr const char* kNext =
    "take the directory from another copy or node; --salvage replays up to there";

std::string AtOffset(const std::string& path, uint64_t offset) {
  return path + ", offset " + std::to_string(offset);
}

}  // namespace

LogOrder::LogOrder(const PebbleVersion& version, Findings* findings)
    : findings_(findings), first_expected_(kFirstSequence) {
  for (const PebbleTable& table : version.tables) {
    if (table.largest_sequence == kMaxSequence) continue;  // not told
    first_expected_ = std::max(first_expected_, table.largest_sequence + 1);
  }
}

void LogOrder::BeginFile(uint64_t log_number, const std::string& path) {
  log_number_ = log_number;
  path_ = path;
  first_in_file_ = true;
}

// The batch before is not known to have been followed by this one.
Status LogOrder::CheckOpenEnd(uint64_t expected, uint64_t base_sequence) const {
  if (!open_end_) return {};
  const bool copied = open_end_->log_number == log_number_;
  if (base_sequence == expected && (copied || !open_end_->data_follows)) return {};
  return DataError("WalCorrupt",
                   "a write-ahead log ends without an end mark, and the next one does not continue "
                   "it")
      .At(open_end_->path, open_end_->offset)
      .Expected("sequence number " + std::to_string(expected) + " next")
      .Found(std::to_string(base_sequence) + " in " + path_)
      .Next(kNext);
}

// No batch came before: the tables tell at least how far the numbers had come.
Status LogOrder::CheckFirst(uint64_t base_sequence) {
  if (!open_end_ || base_sequence <= first_expected_) return {};
  if (open_end_->torn || open_end_->data_follows) {
    return CheckOpenEnd(first_expected_, base_sequence);
  }
  TellGap(first_expected_, base_sequence);
  return {};
}

void LogOrder::TellGap(uint64_t expected, uint64_t base_sequence) {
  findings_->Warn("wal_sequence_gap",
                  "sequence numbers are missing between two write-ahead logs: tables were ingested "
                  "at that time, or a log is missing or empty",
                  path_ + ": expected " + std::to_string(expected) + ", found " +
                      std::to_string(base_sequence));
}

Result<bool> LogOrder::Admit(const BatchHead& batch, uint64_t offset) {
  const uint64_t base = batch.base_sequence;
  if (!expected_) {
    SNAPTREE_TRY(CheckFirst(base));
  } else if (base < *expected_) {
    const bool may_be_copy = first_in_file_ && log_number_ == last_log_;
    if (may_be_copy && base + batch.count <= *expected_) return false;
    return DataError("WalCorrupt", "a batch of a write-ahead log is older than the one before it")
        .At(path_, offset)
        .Expected("sequence number " + std::to_string(*expected_) + " or above")
        .Found(std::to_string(base))
        .Next(kNext);
  } else {
    SNAPTREE_TRY(CheckOpenEnd(*expected_, base));
    if (base > *expected_ && first_in_file_) TellGap(*expected_, base);
  }
  open_end_.reset();
  first_in_file_ = false;
  last_log_ = log_number_;
  expected_ = base + batch.count;
  return true;
}

void LogOrder::EndFile(const RecordLogReader& reader) {
  if (reader.end() == LogEnd::kEndMark || open_end_) return;
  open_end_ = {log_number_, path_, reader.end_offset(), reader.end() == LogEnd::kTorn,
               reader.data_follows()};
}

void LogOrder::Report(bool torn_is_expected) {
  if (!open_end_) return;
  const std::string place = AtOffset(open_end_->path, open_end_->offset);
  if (open_end_->data_follows) {
    findings_->Warn("wal_lost_tail",
                    "the last write-ahead log is damaged: what stands behind the damage is left "
                    "out, and the state is the one before it",
                    place);
  } else if (open_end_->torn && !torn_is_expected) {
    findings_->Note("wal_torn_tail",
                    "the last write-ahead log ends inside a record, as a process that was killed "
                    "leaves it: the state is the one before that record",
                    place);
  }
}

}  // namespace snaptree
