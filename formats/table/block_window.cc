#include "formats/table/block_window.h"

#include <algorithm>

namespace snaptree {

Result<Slice> BlockWindow::Stored(const TableBytes& table, BlockHandle handle, uint64_t ahead) {
  const uint64_t n = handle.size + kBlockTrailerBytes;
  if (handle.offset < begin_ || handle.offset + n > begin_ + size_) {
    const uint64_t wanted = std::min<uint64_t>(next_read_, ahead - std::min(ahead, handle.offset));
    const auto read = static_cast<size_t>(std::max(n, wanted));
    size_ = 0;
    char* const out = room_.Reserve(read);
    SNAPTREE_TRY(table.file->ReadExactlyAt(table.region.begin + handle.offset, out, read));
    begin_ = handle.offset;
    size_ = read;
    next_read_ = std::min(kMaxBytes, next_read_ * 4);
  }
  return Slice(room_.data() + (handle.offset - begin_), static_cast<size_t>(n));
}

}  // namespace snaptree
