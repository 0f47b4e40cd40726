// Any bytes as the content of a block of rows, and as what it is packed from: refused with an error
// of the input, or read twice with the same result.
#include <cstdlib>

#include "formats/table/row_block.h"
#include "formats/table/unpack_block.h"
#include "tests/support/raw_table.h"
#include "tests/support/table_walk.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

// The rows of a table that consists of this block; the index allows every key.
Status WalkTable(const test::RawTable& table, test::WalkedRows* rows) {
  test::TablesInMemory tables;
  const TableSet set = tables.Add(table.Bytes()).Set();
  const Extent all = set.ExtentOf({0, 1});
  SNAPTREE_TRY(test::Walk(set, {0, 1}, all, rows));
  // From each of some rows on the same ones come.
  const size_t step = rows->size() / 8 + 1;
  for (size_t i = 0; i < rows->size(); i += step) {
    test::WalkedRows rest;
    Require(test::Walk(set, {0, 1}, {(*rows)[i].position, all.end}, &rest).ok());
    Require(rest.size() == rows->size() - i && rest.front() == (*rows)[i]);
  }
  return {};
}

void CheckReader(Slice block, uint64_t entries_found) {
  const std::string name = "block";
  const Result<Slice> entries = EntriesOf(block, name, 0);
  if (!entries.ok()) return;
  RowBlockReader reader(*entries, name, 0);
  uint64_t count = 0;
  for (;;) {
    const Result<bool> more = reader.Next();
    if (!more.ok()) return;
    if (!*more) break;
    ++count;
  }
  Require(entries_found == 0 || count == entries_found);
}

void CheckUnpacking(Slice packed, uint8_t compression) {
  const std::string path = "block";
  const std::string bytes = test::WithBlockTrailer(packed, compression, BlockChecksum::kCrc32c);
  const StoredBlock block{bytes, path, 0};
  Require(CheckStoredBlock(block, BlockChecksum::kCrc32c).ok());
  const Result<uint64_t> size = UnpackedSize(block);
  if (!size.ok() || *size > (1 << 20)) return;
  std::string out(*size, '\0');
  const Status status = UnpackBlock(block, out.data(), *size);
  Require(status.ok() || status.code() == "BlockCorrupt");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const auto choice = data[0];
  const Slice content(reinterpret_cast<const char*>(data) + 1, size - 1);
  CheckUnpacking(content, choice);

  test::RawTable table;
  table.version = 1 + choice % 4;
  table.blocks = {std::string(content)};
  table.keys = {std::string(20, '\xff')};
  table.with_properties = false;
  table.value_blocks = {"0123456789abcdef"};
  // LevelDB's tables may be silent about the number of their entries.
  if (choice >= 128) {
    table.version = 0;
    table.magic = "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
  } else {
    table.with_properties = true;
  }
  test::WalkedRows rows;
  Status status = WalkTable(table, &rows);
  if (!status.ok() && table.with_properties && !rows.empty()) {
    table.entries = rows.size();
    rows.clear();
    status = WalkTable(table, &rows);
  }
  Require(status.ok() || status.kind() == ErrorKind::kData);
  CheckReader(content, status.ok() ? rows.size() : 0);
  return 0;
}
