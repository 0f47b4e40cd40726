#include "formats/pebble/record_log.h"

#include <algorithm>
#include <cstring>

namespace snaptree {
namespace {

constexpr size_t kWindowBytes = 8 * kLogBlockBytes;
constexpr size_t kViewBytes = size_t{64} << 10;

uint64_t BlockEnd(uint64_t offset) { return (offset / kLogBlockBytes + 1) * kLogBlockBytes; }

LogEnd EndOf(ChunkFound found) {
  switch (found) {
    case ChunkFound::kZeros:
      return LogEnd::kZeros;
    case ChunkFound::kEndMark:
      return LogEnd::kEndMark;
    case ChunkFound::kForeign:
      return LogEnd::kRecycled;
    default:
      return LogEnd::kTorn;
  }
}

}  // namespace

RecordLogReader::RecordLogReader(std::shared_ptr<const InputFile> file, LogKind kind,
                                 uint64_t log_number)
    : file_(std::move(file)), form_{kind, static_cast<uint32_t>(log_number), 0} {
  window_.resize(static_cast<size_t>(std::min<uint64_t>(kWindowBytes, file_->size())));
}

// From an offset to the end of its block or of the file.
Result<Slice> RecordLogReader::BlockRest(uint64_t offset) {
  if (offset >= file_->size()) return Slice();
  const uint64_t end = std::min(BlockEnd(offset), file_->size());
  if (offset < window_offset_ || end > window_offset_ + window_bytes_) {
    window_offset_ = offset / kLogBlockBytes * kLogBlockBytes;
    window_bytes_ = 0;
    const auto n =
        static_cast<size_t>(std::min<uint64_t>(window_.size(), file_->size() - window_offset_));
    SNAPTREE_TRY(file_->ReadExactlyAt(window_offset_, window_.data(), n));
    window_bytes_ = n;
  }
  return Slice(window_.data() + (offset - window_offset_), static_cast<size_t>(end - offset));
}

void RecordLogReader::Append(const Chunk& chunk, LogRecord* record) {
  const uint64_t payload_offset = position_ + chunk.header_bytes;
  if (chunk.part == ChunkPart::kFull) {
    record->bytes = chunk.payload;
    record->size = chunk.payload.size();
    return;
  }
  record->pieces.push_back({record->size, payload_offset, chunk.payload.size()});
  record->size += chunk.payload.size();
  if (record->size <= kMaxResidentRecord) {
    joined_ += chunk.payload;
    record->bytes = joined_;
  } else {
    joined_.clear();
    record->bytes = Slice();
  }
}

Result<bool> RecordLogReader::Next(LogRecord* record) {
  joined_.clear();
  *record = LogRecord();
  uint64_t begin = position_;
  for (bool begun = false;;) {
    const uint64_t block_rest = BlockEnd(position_) - position_;
    if (block_rest < form_.header_bytes) position_ += block_rest;
    SNAPTREE_ASSIGN(const Slice bytes, BlockRest(position_));
    if (!begun) begin = position_;
    if (bytes.empty()) {
      return End(begun ? LogEnd::kTorn : LogEnd::kEndOfFile, begin, position_);
    }
    Chunk chunk;
    const ChunkFound found = ParseChunk(bytes, form_, &chunk);
    if (found == ChunkFound::kBroken || found == ChunkFound::kForeign) {
      const bool at_end = position_ + bytes.size() == file_->size();
      if (IsDamagedChunk(bytes, form_, position_, at_end))
        return End(LogEnd::kDamaged, begin, position_);
    }
    if (found != ChunkFound::kIntact) {
      return End(begun ? LogEnd::kTorn : EndOf(found), begin, position_);
    }
    if (chunk.begins() == begun) return End(LogEnd::kTorn, begin, position_);
    form_.header_bytes = chunk.header_bytes;
    begun = true;
    record->offset = begin;
    Append(chunk, record);
    position_ += chunk.size();
    if (chunk.ends()) return true;
  }
}

Result<bool> RecordLogReader::End(LogEnd end, uint64_t record, uint64_t damage) {
  end_ = end;
  position_ = record;
  if (end != LogEnd::kEndMark) SNAPTREE_TRY(LookBehind(damage));
  return false;
}

// Intact chunks behind the damage: anywhere in its block, and at the start of later ones.
Status RecordLogReader::LookBehind(uint64_t damage) {
  for (uint64_t at = damage; at < BlockEnd(damage) && !data_follows_; ++at) {
    SNAPTREE_TRY(LookAt(at, damage));
  }
  // Only synced chunks can say more than that they are there.
  const bool may_say_more = form_.header_bytes > 11 || form_.header_bytes == 0;
  for (uint64_t at = BlockEnd(damage); at < file_->size() && (!data_follows_ || may_say_more);
       at += kLogBlockBytes) {
    SNAPTREE_TRY(LookAt(at, damage));
  }
  return {};
}

// The chunks of a block from an offset on.
Status RecordLogReader::LookAt(uint64_t offset, uint64_t damage) {
  SNAPTREE_ASSIGN(Slice bytes, BlockRest(offset));
  Chunk chunk;
  while (!bytes.empty() && ParseChunk(bytes, form_, &chunk) == ChunkFound::kIntact) {
    data_follows_ = true;
    if (chunk.synced > damage) {
      return DataError("WalCorrupt", "a write-ahead log is damaged before its end")
          .At(file_->path(), damage)
          .Expected("an intact chunk: later ones say that the log was on disk up to offset " +
                    std::to_string(chunk.synced))
          .Next("take the directory from another copy or node; --salvage reads up to the damage");
    }
    bytes.remove_prefix(chunk.size());
  }
  return {};
}

Status RecordBytes::Read(uint64_t at, char* out, size_t n) const {
  if (record_.IsResident()) {
    std::memcpy(out, record_.bytes.data() + at, n);
    return {};
  }
  auto piece = std::upper_bound(record_.pieces.begin(), record_.pieces.end(), at,
                                [](uint64_t x, const LogRecord::Piece& p) { return x < p.at; });
  --piece;
  while (n > 0) {
    const uint64_t from = at - piece->at;
    const auto m = static_cast<size_t>(std::min<uint64_t>(n, piece->size - from));
    SNAPTREE_TRY(file_.ReadExactlyAt(piece->offset + from, out, m));
    at += m;
    out += m;
    n -= m;
    ++piece;
  }
  return {};
}

Result<Slice> RecordBytes::View(uint64_t at, size_t n) {
  if (record_.IsResident()) return record_.bytes.substr(static_cast<size_t>(at), n);
  if (at < buffer_at_ || at + n > buffer_at_ + buffer_.size()) {
    buffer_at_ = at;
    buffer_.resize(
        static_cast<size_t>(std::min<uint64_t>(std::max(n, kViewBytes), record_.size - at)));
    SNAPTREE_TRY(Read(at, buffer_.data(), buffer_.size()));
  }
  return Slice(buffer_).substr(static_cast<size_t>(at - buffer_at_), n);
}

}  // namespace snaptree
