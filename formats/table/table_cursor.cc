#include "formats/table/table_cursor.h"

#include <algorithm>

#include "formats/table/unpack_block.h"

namespace snaptree {
namespace {

// Blocks that unpack to more are shared with those who read their values.
constexpr uint64_t kLargeBlock = 256 << 10;

}  // namespace

TableCursor::TableCursor(const TableStore& store, TableRun run, Extent addresses)
    : store_(store), run_(run), wanted_(addresses), member_(run.begin) {
  if (run_.begin >= run_.end) return;
  wanted_.begin = std::max(wanted_.begin, store_.AddressOf(run_.begin));
  wanted_.end = std::min(wanted_.end, store_.AddressOf(run_.end));
  if (wanted_.begin >= wanted_.end) {
    member_ = run_.end;
  } else {
    member_ = store_.MemberAt(wanted_.begin);
  }
}

Result<std::span<const Row>> TableCursor::NextBatch() {
  for (;;) {
    while (rows_.AtEnd()) {
      rows_.Finish();
      large_.reset();
      SNAPTREE_ASSIGN(const bool more, NextBlock());
      if (!more) return std::span<const Row>();
    }
    Status status = rows_.Next();
    if (!status.ok()) {
      const BlockHandle& handle = table_->blocks()[next_block_ - 1];
      const uint64_t begin = table_->bytes().region.begin + handle.offset;
      SNAPTREE_TRY(Lose({begin, begin + handle.size + kBlockTrailerBytes}, std::move(status)));
    }
    if (!rows_.rows().empty()) return rows_.rows();
  }
}

// What cannot be read is an error, or, where the user wants the rest, told of.
Status TableCursor::Lose(Extent lost, Status reason) {
  if (!store_.options().on_damage || reason.kind() == ErrorKind::kCancelled) return reason;
  is_whole_ = false;
  store_.options().on_damage(store_.members()[member_], lost, reason);
  return {};
}

// Loads the next block that can be; false at the end.
Result<bool> TableCursor::NextBlock() {
  for (;;) {
    if (table_ == nullptr) {
      if (member_ >= run_.end || store_.AddressOf(member_) >= wanted_.end) return false;
      Status status = OpenMember();
      if (!status.ok()) {
        SNAPTREE_TRY(Lose(store_.members()[member_].region, std::move(status)));
        LeaveMember();
      }
      continue;
    }
    if (rows_.PastEnd() || next_block_ == table_->blocks().size()) {
      SNAPTREE_TRY(EndMember());
      continue;
    }
    const BlockHandle handle = table_->blocks()[next_block_++];
    if (store_.AddressOf(member_, handle.offset) >= wanted_.end) {
      table_.reset();
      member_ = run_.end;
      return false;
    }
    Status status = LoadBlock(handle);
    if (status.ok()) return true;
    const uint64_t begin = table_->bytes().region.begin + handle.offset;
    SNAPTREE_TRY(Lose({begin, begin + handle.size + kBlockTrailerBytes}, std::move(status)));
  }
}

Status TableCursor::OpenMember() {
  SNAPTREE_ASSIGN(table_, store_.Open(member_));
  window_.Clear();
  const uint64_t begin = store_.AddressOf(member_);
  const TableMember& member = store_.members()[member_];
  rows_.StartTable(member);
  next_block_ = 0;
  is_whole_ = wanted_.begin <= begin && !member.bounds;
  if (wanted_.begin > begin) {
    next_block_ =
        table_->FirstBlockEndingAfter((wanted_.begin >> kAddressShift) - store_.PlaceOf(member_));
  } else if (member.bounds) {
    SNAPTREE_ASSIGN(next_block_, table_->BlockFor(member.bounds->smallest));
  }
  ahead_ = ReadAheadEnd();
  return {};
}

// Where in the table the last block ends that is wanted.
uint64_t TableCursor::ReadAheadEnd() const {
  const std::span<const BlockHandle> blocks = table_->blocks();
  if (blocks.empty()) return 0;
  const uint64_t last = ((wanted_.end - 1) >> kAddressShift) - store_.PlaceOf(member_);
  const size_t block = std::min(table_->FirstBlockEndingAfter(last), blocks.size() - 1);
  return blocks[block].offset + blocks[block].size + kBlockTrailerBytes;
}

void TableCursor::LeaveMember() {
  table_.reset();
  ++member_;
}

Status TableCursor::EndMember() {
  const TableProperties& told = table_->properties();
  // How range deletions count depends on the writer.
  if (is_whole_ && !rows_.PastEnd() && table_->has_properties() && told.range_deletions == 0 &&
      rows_.entries() != told.entries) {
    SNAPTREE_TRY(Lose({table_->bytes().region.begin, table_->bytes().region.begin},
                      DataError("TableCorrupt", "the table has not as many entries as it says")
                          .At(store_.members()[member_].path, table_->bytes().region.begin)
                          .Expected(std::to_string(told.entries))
                          .Found(std::to_string(rows_.entries()))));
  }
  LeaveMember();
  return {};
}

Result<Slice> TableCursor::Unpack(BlockHandle handle) {
  if (handle.size + kBlockTrailerBytes <= BlockWindow::kMaxBytes) {
    SNAPTREE_ASSIGN(const Slice bytes, window_.Stored(table_->bytes(), handle, ahead_));
    const InputFile& file = *table_->bytes().file;
    const StoredBlock stored{bytes, file.path(), table_->bytes().region.begin + handle.offset};
    SNAPTREE_TRY(CheckStoredBlock(stored, table_->checksum()));
    SNAPTREE_ASSIGN(const uint64_t size, UnpackedSize(stored));
    if (stored.compression() == static_cast<uint8_t>(BlockCompression::kNone)) {
      return stored.packed();
    }
    if (size <= kLargeBlock) {
      char* const out = room_.Reserve(static_cast<size_t>(size));
      SNAPTREE_TRY(UnpackBlock(stored, out, size));
      return Slice(out, static_cast<size_t>(size));
    }
  }
  SNAPTREE_ASSIGN(large_, store_.Load(member_, *table_, handle));
  return Slice(large_->bytes);
}

Status TableCursor::LoadBlock(BlockHandle handle) {
  SNAPTREE_ASSIGN(const Slice block, Unpack(handle));
  const bool is_last = next_block_ == table_->blocks().size();
  RowBlock rows;
  rows.store = &store_;
  rows.member = member_;
  rows.table = table_;
  rows.handle = handle;
  SNAPTREE_ASSIGN(rows.entries, EntriesOf(block, table_->bytes().file->path(),
                                          table_->bytes().region.begin + handle.offset));
  rows.next = is_last ? store_.AddressOf(member_ + 1)
                      : store_.AddressOf(member_, table_->blocks()[next_block_].offset);
  rows.wanted = wanted_;
  rows_.Start(std::move(rows));
  return {};
}

}  // namespace snaptree
