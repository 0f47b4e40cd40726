#include "formats/table/table_set.h"

#include <algorithm>

#include "formats/table/table_cursor.h"
#include "formats/table/table_store.h"

namespace snaptree {
namespace {

constexpr uint64_t kViewBytes = 64 << 10;
constexpr uint64_t kViewBack = 4 << 10;

Status LeavesBlock(const TableStore& store, uint64_t address) {
  const TableMember& member = store.members()[store.MemberAt(address)];
  return DataError("TableCorrupt", "a value is longer than its block")
      .At(member.path, member.region.begin);
}

bool IsAbove(Slice raw_key, const std::optional<KeyBounds>& bounds) {
  if (!bounds) return false;
  const int order = raw_key.compare(bounds->largest);
  return order > 0 || (order == 0 && bounds->excludes_largest);
}

}  // namespace

struct TableSet::Rep {
  Rep(std::vector<TableMember> members, TableSetOptions options)
      : store(std::move(members), std::move(options)) {}

  // The block of a member with which keys from raw_key on begin; its table's end when all are
  // smaller.
  Result<uint64_t> SeekMember(size_t member, Slice raw_key, bool* found) const {
    *found = false;
    if (IsAbove(raw_key, store.members()[member].bounds)) return store.AddressOf(member + 1);
    SNAPTREE_ASSIGN(const TablePointer table, store.Open(member));
    SNAPTREE_ASSIGN(const size_t block, table->BlockFor(raw_key));
    if (block == table->blocks().size()) return store.AddressOf(member + 1);
    *found = true;
    return block == 0 ? store.AddressOf(member)
                      : store.AddressOf(member, table->blocks()[block].offset);
  }

  TableStore store;
};

TableSet::TableSet(std::vector<TableMember> members, TableSetOptions options)
    : rep_(std::make_unique<Rep>(std::move(members), std::move(options))) {}
TableSet::~TableSet() = default;

const std::vector<TableMember>& TableSet::members() const { return rep_->store.members(); }

Result<std::shared_ptr<const Table>> TableSet::Open(size_t member) const {
  return rep_->store.Open(member);
}

Extent TableSet::ExtentOf(TableRun run) const {
  return {rep_->store.AddressOf(run.begin), rep_->store.AddressOf(run.end)};
}

std::unique_ptr<EntryCursor> TableSet::OpenCursor(TableRun run, Extent addresses) const {
  return std::make_unique<TableCursor>(rep_->store, run, addresses);
}

Result<uint64_t> TableSet::Seek(TableRun run, Slice raw_key) const {
  size_t begin = run.begin;
  size_t end = run.end;
  uint64_t address = rep_->store.AddressOf(end);
  while (begin < end) {
    const size_t middle = begin + (end - begin) / 2;
    bool found = false;
    const Result<uint64_t> at = rep_->SeekMember(middle, raw_key, &found);
    if (!at.ok()) {
      // Where a table need not be readable, all are looked through from the front.
      if (rep_->store.options().on_damage) return rep_->store.AddressOf(run.begin);
      return at.status();
    }
    if (found) {
      address = *at;
      end = middle;
    } else {
      begin = middle + 1;
    }
  }
  return address;
}

Status TableSet::ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const {
  SNAPTREE_ASSIGN(const AddressedBlock found, rep_->store.BlockOf(value_position));
  const Slice bytes(found.block->bytes);
  const uint64_t offset = value_position - found.address;
  if (offset > bytes.size() || from > bytes.size() - offset || n > bytes.size() - offset - from) {
    return LeavesBlock(rep_->store, value_position);
  }
  bytes.copy(out, n, static_cast<size_t>(offset + from));
  return {};
}

Result<Slice> TableSet::View(uint64_t value_position, size_t n, ViewBuffer* buffer) const {
  const uint64_t begin = buffer->begin;
  if (value_position < begin || value_position - begin > buffer->bytes.size() ||
      n > buffer->bytes.size() - (value_position - begin)) {
    SNAPTREE_ASSIGN(const AddressedBlock found, rep_->store.BlockOf(value_position));
    const Slice bytes(found.block->bytes);
    const uint64_t offset = value_position - found.address;
    if (offset > bytes.size() || n > bytes.size() - offset) {
      return LeavesBlock(rep_->store, value_position);
    }
    // All of a usual block; of a large one a little before the value too.
    const uint64_t from =
        bytes.size() <= kViewBytes ? 0 : offset - std::min<uint64_t>(offset, kViewBack);
    const uint64_t wanted = std::max<uint64_t>(kViewBytes, offset - from + n);
    buffer->bytes = bytes.substr(static_cast<size_t>(from), static_cast<size_t>(wanted));
    buffer->begin = found.address + from;
  }
  return Slice(buffer->bytes).substr(static_cast<size_t>(value_position - buffer->begin), n);
}

const std::string& TableSet::FileOf(uint64_t address) const {
  return members()[rep_->store.MemberAt(address)].path;
}

uint64_t TableSet::OffsetOf(uint64_t address) const {
  const size_t member = rep_->store.MemberAt(address);
  uint64_t offset = (address >> kAddressShift) - rep_->store.PlaceOf(member);
  if (const Result<TablePointer> table = rep_->store.Open(member); table.ok()) {
    if (const auto handle = (*table)->BlockAt(offset)) offset = handle->offset;
  }
  return members()[member].region.begin + offset;
}

}  // namespace snaptree
