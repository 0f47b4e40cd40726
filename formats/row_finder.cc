#include "formats/row_finder.h"

#include "base/cancel.h"
#include "base/coding.h"
#include "base/time_text.h"
#include "formats/family_table.h"
#include "formats/fsm_format.h"
#include "formats/mvcc_view.h"

namespace snaptree {
namespace {

constexpr uint64_t kMetadataValueBytes = 8;   // of `_meta_*` rows
constexpr uint64_t kRegistryValueBytes = 12;  // of `!encryption|writers|` rows
constexpr size_t kChain = 3;  // rows that must follow one another before reading goes on
// A row with a longer key is no place to go on from: to read such keys at every offset would take
// for ever.
constexpr uint64_t kChainMaxKeyBytes = 16 << 10;
constexpr uint64_t kYear2100Ms = 4102444800000;
constexpr size_t kMaxLowerChains = 64;

// Whether a store can have committed the row: values full of small numbers look like rows too, but
// for their timestamps.
bool HasPlausibleTimestamp(Slice raw_key) {
  if (ClassifyRawKey(raw_key) >= 0) return true;
  const uint64_t commit_ts = ~LoadBe64(raw_key.data() + raw_key.size() - kTimestampBytes);
  return HlcMillis(commit_ts) < kYear2100Ms;
}

}  // namespace

Result<std::optional<FoundRow>> RowFinder::RowIn(FileWindow* window, uint64_t offset,
                                                 uint64_t max_key_size, bool any_value) {
  const std::optional<FoundRow> none;
  if (extent_.end - offset < 2 * kLengthBytes) return none;
  SNAPTREE_ASSIGN(Slice bytes, window->At(offset, kLengthBytes));
  if (bytes.size() < kLengthBytes) return none;
  const uint64_t key_size = LoadLe64(bytes.data());
  const uint64_t room = extent_.end - offset - 2 * kLengthBytes;
  if (key_size == 0 || key_size > max_key_size || key_size > room) return none;
  const size_t head = 2 * kLengthBytes + static_cast<size_t>(key_size) + kValueHeaderBytes;
  SNAPTREE_ASSIGN(bytes, window->At(offset, head));
  if (bytes.size() < head - kValueHeaderBytes) return none;
  FoundRow row;
  row.position = offset;
  row.key = bytes.substr(kLengthBytes, static_cast<size_t>(key_size));
  row.value_size = LoadLe64(bytes.data() + kLengthBytes + key_size);
  row.value_position = offset + 2 * kLengthBytes + key_size;
  if (row.value_size > kLiveMaxValueBytes || row.value_size > room - key_size) return none;
  const Slice value = bytes.substr(2 * kLengthBytes + static_cast<size_t>(key_size));
  // Values of raw rows have one size; any other is a length that is wrong.
  const int raw = ClassifyRawKey(row.key);
  if (raw >= 0 &&
      row.value_size != (raw == RegistryFamily() ? kRegistryValueBytes : kMetadataValueBytes))
    return none;
  if (raw < 0 && !any_value &&
      MvccDefect(row.key.size(), std::min<uint64_t>(row.value_size, value.size()), value) !=
          nullptr)
    return none;
  return std::optional<FoundRow>(std::move(row));
}

Result<std::optional<std::string>> RowFinder::ChainAt(uint64_t offset) {
  const std::optional<std::string> none;
  std::optional<std::string> first;
  std::string before;
  for (size_t i = 0; i < kChain; ++i) {
    // A shorter chain counts when it leads exactly to the end of the rows.
    if (i > 0 && (extent_.end - offset == kFooterBytes || extent_.end == offset)) break;
    SNAPTREE_ASSIGN(std::optional<FoundRow> row,
                    i == 0 ? RowIn(&window_, offset, kChainMaxKeyBytes)
                           : RowIn(&chain_window_, offset, kLiveMaxKeyBytes));
    if (!row || row->key <= before || !HasPlausibleTimestamp(row->key)) return none;
    before = std::move(row->key);
    if (i == 0) first = before;
    offset = row->end();
  }
  return first;
}

Result<std::optional<FoundRow>> RowFinder::DamagedRowAt(uint64_t offset) {
  const std::optional<FoundRow> none;
  SNAPTREE_ASSIGN(std::optional<FoundRow> row, RowIn(&window_, offset, kLiveMaxKeyBytes, true));
  if (!row) return none;
  if (extent_.end - row->end() == kFooterBytes || extent_.end == row->end()) return row;
  SNAPTREE_ASSIGN(const std::optional<std::string> next, ChainAt(row->end()));
  return next && *next > row->key ? row : none;
}

Result<bool> RowFinder::IsCutRow(uint64_t offset, Slice after_key) {
  const uint64_t left = extent_.end - offset;
  SNAPTREE_ASSIGN(const Slice length, window_.At(offset, kLengthBytes));
  if (length.size() < kLengthBytes) return false;
  const uint64_t key_size = LoadLe64(length.data());
  if (key_size == 0 || key_size > kLiveMaxKeyBytes) return false;
  const size_t head = 2 * kLengthBytes + static_cast<size_t>(key_size);
  SNAPTREE_ASSIGN(const Slice bytes, window_.At(offset, head));
  const Slice key =
      bytes.substr(kLengthBytes, std::min<size_t>(bytes.size() - kLengthBytes, key_size));
  if (key < after_key.substr(0, key.size())) return false;
  if (key.size() < key_size) return true;
  const bool sound = key > after_key && key.size() > kTimestampBytes && HasPlausibleTimestamp(key);
  if (!sound || bytes.size() < head) return sound;
  const uint64_t value_size = LoadLe64(bytes.data() + head - kLengthBytes);
  return value_size <= kLiveMaxValueBytes && value_size > left - head;
}

Result<uint64_t> RowFinder::NextChain(uint64_t from, Slice after_key) {
  uint64_t other = extent_.end;  // the first chain with lower keys
  size_t lower = 0;
  for (uint64_t at = from; at < extent_.end; ++at) {
    if ((at & 0xfffff) == 0) SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const Slice bytes, window_.At(at, kLengthBytes));
    if (bytes.size() < kLengthBytes) break;
    const uint64_t key_size = LoadLe64(bytes.data());
    if (key_size == 0 || key_size > kChainMaxKeyBytes) continue;  // nearly every offset ends here
    SNAPTREE_ASSIGN(const std::optional<std::string> first, ChainAt(at));
    if (first && *first > after_key) return at;
    if (first) other = std::min(other, at);
    // Where many chains have lower keys, the key before is what is wrong; to look further each time
    // would take for ever.
    if (first && ++lower == kMaxLowerChains) break;
  }
  return other;
}

}  // namespace snaptree
