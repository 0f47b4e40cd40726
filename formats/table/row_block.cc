#include "formats/table/row_block.h"

#include "base/coding.h"
#include "formats/table/unpack_block.h"

namespace snaptree {

Result<Slice> EntriesOf(Slice block, const std::string& path, uint64_t offset) {
  constexpr size_t kBytes = sizeof(uint32_t);
  const uint64_t room = block.size() / kBytes;
  const uint64_t restarts = room == 0 ? 0 : LoadLe<uint32_t>(block.data() + block.size() - kBytes);
  if (restarts >= 1 && restarts < room) {
    return block.substr(0, block.size() - kBytes * (static_cast<size_t>(restarts) + 1));
  }
  return BlockDamage("a block has no room for its restarts", path, offset)
      .Expected("1 or more in " + std::to_string(block.size()) + " bytes")
      .Found(std::to_string(restarts));
}

Result<bool> RowBlockReader::Next() {
  if (rest_.empty()) return false;
  const char* const end = rest_.data() + rest_.size();
  EntryHead head;
  const char* const at = ReadEntryHead(rest_.data(), end, &head);
  if (at == nullptr || head.shared > key_.size()) {
    return BlockDamage("an entry leaves its block", path_, offset_);
  }
  key_.resize(static_cast<size_t>(head.shared));
  key_.append(at, static_cast<size_t>(head.unshared));
  value_ = Slice(at + head.unshared, static_cast<size_t>(head.value_size));
  rest_ = Slice(value_.data() + value_.size(),
                static_cast<size_t>(end - value_.data()) - value_.size());
  return true;
}

}  // namespace snaptree
