#include "formats/version_list_reader.h"

#include <algorithm>

#include <isa-l/crc.h>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/family_table.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

constexpr size_t kWindowBytes = size_t{1} << 20;
constexpr size_t kHeaderBytes = 32;
constexpr size_t kCrcCovers = 16;   // from here on
constexpr size_t kEntryBytes = 16;  // both numbers of an entry without key
constexpr size_t kVersionBytes = 8 + 1 + 8 + 8;
constexpr uint64_t kMaxKey = 1048576;
constexpr uint64_t kMaxVersions = 1048576;
constexpr uint64_t kMaxValue = 268435456;

}  // namespace

VersionListReader::VersionListReader(const InputFile& file, uint64_t begin, uint64_t end)
    : file_(file), payload_(begin), end_(end) {}

// Makes n bytes available. REQUIRES: n <= left().
Status VersionListReader::Fill(size_t n) {
  if (available() >= n) return {};
  CountTaken();
  buffer_.erase(0, begin_);
  window_offset_ += begin_;
  begin_ = counted_ = 0;
  const size_t have = buffer_.size();
  const uint64_t room = end_ - window_offset_ - have;
  buffer_.resize(have +
                 static_cast<size_t>(std::min<uint64_t>(room, std::max(n, kWindowBytes) - have)));
  return file_.ReadExactlyAt(window_offset_ + have, buffer_.data() + have, buffer_.size() - have);
}

// Brings the checksums up to what has been taken.
void VersionListReader::CountTaken() {
  const Slice taken(buffer_.data() + counted_, begin_ - counted_);
  crc32c_ = ExtendCrc32c(crc32c_, taken);
  const uint64_t at = window_offset_ + counted_;
  const uint64_t covered = payload_ + kCrcCovers;
  const Slice of_payload = taken.substr(
      static_cast<size_t>(std::min<uint64_t>(taken.size(), covered - std::min(covered, at))));
  crc32_ = crc32_gzip_refl(crc32_, Bytes(of_payload), of_payload.size());
  counted_ = begin_;
}

// REQUIRES: n <= left().
Status VersionListReader::Skip(uint64_t n) {
  while (n > 0) {
    const size_t piece = static_cast<size_t>(std::min<uint64_t>(n, kWindowBytes));
    if (available() == 0) SNAPTREE_TRY(Fill(piece));
    const size_t step = static_cast<size_t>(std::min<uint64_t>(n, available()));
    begin_ += step;
    n -= step;
  }
  return {};
}

Result<VersionListHeader> VersionListReader::ReadHeader() {
  if (left() < payload_ + kHeaderBytes) {
    return DataError("PayloadTruncated", "the file ends inside the header of its version lists")
        .At(file_.path(), end_)
        .Expected("at least " + std::to_string(payload_ + kHeaderBytes) + " bytes")
        .Found(std::to_string(end_))
        .Next("get the file again from the node or a copy");
  }
  const auto size = static_cast<size_t>(payload_ + kHeaderBytes);
  SNAPTREE_TRY(Fill(size));
  const char* const payload = buffer_.data() + payload_;
  const uint32_t version = LoadLe<uint32_t>(payload + kMagicBytes);
  if (version != 1) {
    return DataError("VersionListsVersion", "an unknown version of the version lists")
        .At(file_.path(), payload_ + kMagicBytes)
        .Expected("1")
        .Found(std::to_string(version))
        .Next("no server wrote another: get the file again from the node or a copy");
  }
  VersionListHeader header;
  header.crc32 = LoadLe<uint32_t>(payload + kVersionListCrcAt);
  header.last_commit_ts = LoadLe64(payload + 16);
  header.min_retained_ts = LoadLe64(payload + 24);
  begin_ += size;
  entries_end_ = position();
  return header;
}

Status VersionListReader::Cut(const char* what) const {
  return DataError("PayloadTruncated", std::string("the file ends inside ") + what)
      .At(file_.path(), position())
      .Found(std::to_string(left()) + " bytes")
      .Next("get the file again from the node or a copy; --salvage reads the keys before it");
}

// A number of things that follow, each at least `unit` bytes long, against the bytes that are left.
// REQUIRES: 8 bytes are left.
Status VersionListReader::TakeLength(const char* what, uint64_t limit, uint64_t unit,
                                     uint64_t* length) {
  SNAPTREE_TRY(Fill(kLengthBytes));
  *length = LoadLe64(buffer_.data() + begin_);
  const uint64_t room = (left() - kLengthBytes) / unit;
  if (*length > limit || *length > room) {
    const bool cut = *length <= limit;
    return DataError(
               cut ? "PayloadTruncated" : "RowLength",
               std::string(cut ? "the file ends inside an entry: its " : "an entry's ") + what +
                   (cut ? " is more than the rest of the file" : " is more than any store holds"))
        .At(file_.path(), position())
        .Address(any_entry_ ? "at or behind key \"" + Printable(key_, 60) + "\"" : "")
        .Expected("at most " + std::to_string(std::min(limit, room)))
        .Found(std::to_string(*length))
        .Next("get the file again from the node or a copy; --salvage reads the keys before it");
  }
  begin_ += kLengthBytes;
  return {};
}

Status VersionListReader::CheckKeyOrder(Slice key) const {
  if (!any_entry_ || Slice(key_) < key) return {};
  const bool equal = key == Slice(key_);
  return DataError(equal ? "RowDuplicate" : "RowOrder",
                   equal ? "a key stands twice" : "a key stands before a smaller one")
      .At(file_.path(), entry_begin_)
      .Address("key \"" + Printable(key, 60) + "\"")
      .Expected("a key above " + Hex(Slice(key_).substr(0, 48)))
      .Found(Hex(key.substr(0, 48)))
      .Next("no node writes this: the file is damaged");
}

// The raw key of a version must not be one of those by which a store tells of itself: the row would
// be taken for it.
Status VersionListReader::CheckNoMetadata(uint64_t commit_ts, uint64_t at) const {
  if (!key_.starts_with("_meta_") && !key_.starts_with("!encryption|")) return {};
  std::string raw_key = key_;
  AppendBe64(&raw_key, ~commit_ts);
  if (ClassifyRawKey(raw_key) < 0) return {};
  return DataError("RowReserved", "a version has the raw key of the store's own records")
      .At(file_.path(), at)
      .Address("key \"" + Printable(key_, 60) + "\"")
      .Expected("a timestamp of a clock")
      .Found(std::to_string(commit_ts) + ", which makes the raw key " + Printable(raw_key, 60))
      .Next("no node writes this: the file is damaged; --salvage reads the keys before it");
}

// False: no entry begins here.
Result<bool> VersionListReader::NextEntry() {
  entry_begin_ = entries_end_ = position();
  if (any_entry_) last_whole_key_ = key_;
  if (left() < kEntryBytes) {
    CountTaken();
    return false;
  }
  uint64_t size = 0;
  SNAPTREE_TRY(TakeLength("key", kMaxKey, 1, &size));
  if (left() - size < kLengthBytes) return Cut("an entry");
  const auto n = static_cast<size_t>(size);
  SNAPTREE_TRY(Fill(n));
  const Slice key(buffer_.data() + begin_, n);
  SNAPTREE_TRY(CheckKeyOrder(key));
  key_ = key;
  any_entry_ = true;
  begin_ += n;
  SNAPTREE_TRY(TakeLength("count of versions", kMaxVersions, kVersionBytes, &versions_left_));
  any_version_ = false;
  return true;
}

Result<bool> VersionListReader::Next(ListedVersion* version) {
  SNAPTREE_TRY(Skip(value_left_));
  value_left_ = 0;
  while (versions_left_ == 0) {
    SNAPTREE_ASSIGN(const bool more, NextEntry());
    if (!more) return false;
  }
  const uint64_t at = position();
  if (left() < kVersionBytes) return Cut("a version");
  SNAPTREE_TRY(Fill(kVersionBytes));
  const char* const head = buffer_.data() + begin_;
  version->commit_ts = LoadLe64(head);
  version->tombstone = head[8] != 0;
  version->expire_at = LoadLe64(head + 9);
  if (any_version_ && version->commit_ts <= before_ts_) {
    return DataError("VersionOrder",
                     "the versions of a key are not in the order of their timestamps")
        .At(file_.path(), at)
        .Address("key \"" + Printable(key_, 60) + "\"")
        .Expected("a timestamp above " + std::to_string(before_ts_))
        .Found(std::to_string(version->commit_ts))
        .Next("no node writes this: the file is damaged; --salvage reads the keys before it");
  }
  SNAPTREE_TRY(CheckNoMetadata(version->commit_ts, at));
  any_version_ = true;
  before_ts_ = version->commit_ts;
  begin_ += kVersionBytes - kLengthBytes;
  SNAPTREE_TRY(TakeLength("value", kMaxValue, 1, &version->value_size));
  --versions_left_;
  version->user_key = key_;
  version->value_position = position();
  version->value = {};
  value_left_ = version->value_size;
  if (value_left_ <= kSmallValueBytes) {
    const auto n = static_cast<size_t>(value_left_);
    SNAPTREE_TRY(Fill(n));
    version->value = Slice(buffer_.data() + begin_, n);
  }
  return true;
}

}  // namespace snaptree
