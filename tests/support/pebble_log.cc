#include "tests/support/pebble_log.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/coding.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

constexpr size_t kBlock = 32768;

template <class T>
std::string Le(T v) {
  return {reinterpret_cast<const char*>(&v), sizeof v};
}

uint32_t Masked(Slice bytes) {
  const uint32_t crc = Crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

}  // namespace

void PebbleLog::Chunk(unsigned part, Slice payload) {
  const unsigned first_type = form_ == Form::kPlain ? 1 : form_ == Form::kNumbered ? 5 : 9;
  std::string covered(1, static_cast<char>(first_type + part));
  if (form_ != Form::kPlain) covered += Le(static_cast<uint32_t>(number_));
  if (form_ == Form::kSynced) covered += Le(synced_);
  covered += payload;
  bytes_ += Le(Masked(covered)) + Le(static_cast<uint16_t>(payload.size())) + covered;
}

PebbleLog& PebbleLog::Add(Slice record) {
  for (bool first = true;; first = false) {
    size_t rest = kBlock - bytes_.size() % kBlock;
    if (rest < header()) {
      bytes_.append(rest, '\0');
      rest = kBlock;
    }
    const size_t n = std::min(record.size(), rest - header());
    const bool last = n == record.size();
    Chunk(first ? (last ? 0 : 1) : (last ? 3 : 2), record.substr(0, n));
    record.remove_prefix(n);
    if (last) return *this;
  }
}

PebbleLog& PebbleLog::EndMark() {
  return Raw(std::string(6, '\0') + '\x05' + Le(static_cast<uint32_t>(number_ + 1)));
}

PebbleLog& PebbleLog::Raw(Slice bytes) {
  bytes_ += bytes;
  return *this;
}

PebbleLog& PebbleLog::Synced(uint64_t offset) {
  synced_ = offset;
  return *this;
}

PebbleBatch& PebbleBatch::LogData(Slice data) {
  Single(3, data);
  --count_;
  return *this;
}

PebbleBatch& PebbleBatch::Single(uint8_t kind, Slice key) {
  ++count_;
  operations_ += static_cast<char>(kind);
  operations_ += PebbleText(key);
  return *this;
}

PebbleBatch& PebbleBatch::Pair(uint8_t kind, Slice key, Slice value) {
  Single(kind, key);
  operations_ += PebbleText(value);
  return *this;
}

PebbleBatch& PebbleBatch::Count(uint32_t count) {
  count_ = count;
  return *this;
}

std::string PebbleBatch::bytes() const { return Le(base_) + Le(count_) + operations_; }

PebbleEdit& PebbleEdit::Number(uint64_t tag, uint64_t value) {
  return Raw(PebbleNumber(tag) + PebbleNumber(value));
}

PebbleEdit& PebbleEdit::Text(uint64_t tag, Slice text) {
  return Raw(PebbleNumber(tag) + PebbleText(text));
}

PebbleEdit& PebbleEdit::Remove(uint64_t level, uint64_t number) {
  return Raw(PebbleNumber(6) + PebbleNumber(level) + PebbleNumber(number));
}

PebbleEdit& PebbleEdit::Add(uint64_t level, uint64_t number, uint64_t size, Slice smallest,
                            Slice largest, uint64_t smallest_sequence, uint64_t largest_sequence,
                            Slice custom) {
  Raw(PebbleNumber(103) + PebbleNumber(level) + PebbleNumber(number) + PebbleNumber(size));
  Raw(PebbleText(PebbleBound(smallest, largest_sequence << 8 | 1)));
  Raw(PebbleText(PebbleBound(largest, smallest_sequence << 8 | 1)));
  Raw(PebbleNumber(smallest_sequence) + PebbleNumber(largest_sequence));
  return Raw(custom).Raw("\x01");
}

PebbleEdit& PebbleEdit::Raw(Slice bytes) {
  bytes_ += bytes;
  return *this;
}

std::string PebbleNumber(uint64_t v) {
  std::string out;
  for (; v >= 0x80; v >>= 7) out += static_cast<char>(v | 0x80);
  out += static_cast<char>(v);
  return out;
}

std::string PebbleText(Slice text) { return PebbleNumber(text.size()).append(text); }

std::string PebbleBound(Slice key, uint64_t trailer) { return std::string(key) + Le(trailer); }

void WritePebbleManifest(const std::string& directory, const PebbleLog& manifest) {
  WriteWholeFile(directory + "/MANIFEST-000001", manifest.bytes());
  WriteWholeFile(directory + "/marker.manifest.000001.MANIFEST-000001", "");
}

}  // namespace snaptree::test
