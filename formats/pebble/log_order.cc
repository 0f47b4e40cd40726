#include "formats/pebble/log_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace snaptree {
namespace {

// A store's first operation has this number.
constexpr uint64_t kFirstSequence = 10;

// Tables that are ingested take a number each, and stand in no log.
constexpr uint64_t kMostIngested = 16;

constexpr const char* kNext =
    "take the directory from another copy or node; --salvage replays up to there";

std::string AtOffset(const std::string& path, uint64_t offset) {
  return path + ", offset " + std::to_string(offset);
}

std::string LogPath(const std::string& directory, uint64_t number) {
  return fmt::format("{}/{:06}.log", directory, number);
}

Status MissingBefore(const std::string& path) {
  return DataError("WalMissing", "the write-ahead logs before this one are not there").At(path);
}

}  // namespace

std::string AdviceOnMissing(bool checkpoint) {
  if (checkpoint) {
    return "the node went on while this was copied: copy the directory again, or stop the node "
           "first";
  }
  return "copy the directory again, of a stopped node; or decode the newest .fsm file; --salvage "
         "goes on without it";
}

LogOrder::LogOrder(const PebbleVersion& version, LogOrderOptions options, Findings* findings)
    : version_(version), options_(options), findings_(findings) {}

Status LogOrder::Missing(Status missing) {
  missing = std::move(missing).Next(AdviceOnMissing(options_.checkpoint));
  if (!options_.salvage) return missing;
  if (missing_.ok()) missing_ = std::move(missing);
  return {};
}

uint64_t LogOrder::end_sequence() const {
  return std::max({kFirstSequence, version_.flushed_sequence + 1, expected_.value_or(0)});
}

// A node that is killed while it starts has not made the log that its MANIFEST names. One that has
// started again goes on with a later number.
Status LogOrder::CheckFiles(const std::string& directory, const std::vector<LogFile>& logs) {
  const std::string named =
      version_.log_number ? LogPath(directory, *version_.log_number) : directory;
  if (logs.empty() && options_.checkpoint) {
    return Missing(DataError("WalMissing", "no write-ahead log is there")
                       .At(named)
                       .Address("what was written after the newest table")
                       .Found("no such file"));
  }
  if (logs.empty()) {
    findings_->Warn("wal_missing",
                    "no write-ahead log is there: what was written after the newest table is "
                    "lost, unless the node was killed while it started",
                    named);
    return {};
  }
  const LogFile& first = logs.front();
  is_first_named_ = first.number == version_.log_number;
  if (first.segment == 0) return {};
  return Missing(DataError("WalMissing", "the first piece of a write-ahead log is not there")
                     .At(LogPath(directory, first.number))
                     .Expected("the file, which " + first.name + " goes on from")
                     .Found("no such file"));
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

// No batch came before: the tables, and the MANIFEST, tell at least how far the numbers had come.
Status LogOrder::CheckFirst(uint64_t base_sequence) {
  const uint64_t flushed = end_sequence();
  // A table of all that are there may hold any of what is missing.
  if (version_.guessed || base_sequence <= flushed) return {};
  // When it named its log, the store had begun it; a log with a later number it begins at once.
  const uint64_t named = version_.log_number ? version_.log_number_sequence + 1 : 0;
  if (is_first_named_ ? base_sequence <= named : base_sequence == named) return {};
  if (open_end_ && open_end_->IsBroken()) return CheckOpenEnd(flushed, base_sequence);
  return Missing(MissingBefore(path_)
                     .Expected("sequence number " +
                               std::to_string(is_first_named_ ? std::max(flushed, named) : flushed))
                     .Found(std::to_string(base_sequence)));
}

Status LogOrder::CheckGap(uint64_t expected, uint64_t base_sequence) {
  if (version_.guessed && base_sequence <= version_.flushed_sequence + 1) return {};
  if (base_sequence - expected > kMostIngested && !version_.guessed) {
    return DataError("WalMissing", "operations are missing between two write-ahead logs")
        .At(path_)
        .Expected("sequence number " + std::to_string(expected) + ", where " + last_path_ + " ends")
        .Found(
            fmt::format("{}: {} operations are missing", base_sequence, base_sequence - expected))
        .Next(options_.checkpoint ? AdviceOnMissing(true) : kNext);
  }
  findings_->Warn("wal_sequence_gap",
                  "sequence numbers are missing between two write-ahead logs: tables were ingested "
                  "at that time, or a log is missing",
                  path_ + ": expected " + std::to_string(expected) + ", found " +
                      std::to_string(base_sequence));
  return {};
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
    if (base > *expected_ && first_in_file_) SNAPTREE_TRY(CheckGap(*expected_, base));
  }
  open_end_.reset();
  first_in_file_ = false;
  last_log_ = log_number_;
  last_path_ = path_;
  expected_ = base + batch.count;
  largest_batch_ = std::max(largest_batch_, batch.count);
  return true;
}

void LogOrder::EndFile(const RecordLogReader& reader) {
  end_marked_ = reader.end() == LogEnd::kEndMark;
  if (end_marked_ || open_end_) return;
  open_end_ = {log_number_, path_, reader.end_offset(), reader.end(), reader.data_follows()};
}

// A store ends a log when it begins the next one, and when it is closed; a node does not close it.
Status LogOrder::CheckSuccessor() const {
  if (!end_marked_) return {};
  if (options_.checkpoint && !options_.salvage) {
    return DataError("WalMissing", "the newest write-ahead log is not there")
        .At(path_)
        .Expected("another log, which its end mark speaks of")
        .Found("none")
        .Next(AdviceOnMissing(true));
  }
  findings_->Warn("wal_closed",
                  "the newest write-ahead log was ended, as it is when another one is begun: that "
                  "one is missing, and what was written last with it, unless the store was closed "
                  "in an orderly way",
                  path_);
  return {};
}

void LogOrder::TellOpenEnd() const {
  if (!open_end_) return;
  const std::string place = AtOffset(open_end_->path, open_end_->offset);
  if (open_end_->data_follows) {
    findings_->Warn("wal_lost_tail",
                    "the last write-ahead log is damaged: what stands behind the damage is left "
                    "out, and the state is the one before it",
                    place);
  } else if (open_end_->end == LogEnd::kDamaged) {
    findings_->Warn("wal_damaged_tail",
                    "the last record of the last write-ahead log is all there and does not match "
                    "its checksum, which a process that was killed does not leave: the state is "
                    "the one before that record",
                    place);
  } else if (open_end_->end == LogEnd::kTorn && !options_.checkpoint) {
    findings_->Note("wal_torn_tail",
                    "the last write-ahead log ends inside a record, as a process that was killed "
                    "leaves it: the state is the one before that record",
                    place);
  }
}

// The MANIFEST says how many operations there were when it was written last. Without a batch only
// one that knows all tables from the first on can tell: compaction makes sequence numbers 0.
void LogOrder::TellUnwritten() const {
  const uint64_t end = end_sequence();
  const bool is_known = expected_ || version_.is_history;
  if (!is_known || path_.empty() || version_.last_sequence < end) return;
  // The store gives a batch its numbers before it writes it.
  const bool may_be_one_batch =
      version_.last_sequence - end < std::max(largest_batch_, kMostIngested);
  findings_->Add(may_be_one_batch ? Severity::kNote : Severity::kWarning, "wal_unwritten",
                 "the write-ahead logs end before what the MANIFEST speaks of: what a node had not "
                 "written when it was killed or lost power, or the end of a log, is lost; the "
                 "state is the one before that",
                 fmt::format("{}: operations {} to {}", path_, end, version_.last_sequence));
}

Status LogOrder::Finish() {
  SNAPTREE_TRY(CheckSuccessor());
  TellOpenEnd();
  TellUnwritten();
  return {};
}

}  // namespace snaptree
