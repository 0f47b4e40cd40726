// Any bytes as a table, and as the blocks that a table is opened by, with right checksums: refused
// with an error of the input, or read with every value in its place.
#include <cstdlib>

#include "tests/support/raw_table.h"
#include "tests/support/table_walk.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

void Read(const std::string& bytes) {
  test::TablesInMemory tables;
  const TableSet set = tables.Add(bytes).Set();
  const Extent all = set.ExtentOf({0, 1});
  test::WalkedRows rows;
  const Status status = test::Walk(set, {0, 1}, all, &rows);
  if (!status.ok()) {
    Require(status.kind() == ErrorKind::kData);
    Require(!status.code().empty() && !status.info().source.empty());
    return;
  }
  ViewBuffer buffer;
  for (const test::WalkedRow& row : rows) {
    Require(row.position >= all.begin && row.position < row.end && row.end <= all.end);
    const Result<Slice> view = set.View(row.value_position, row.value.size(), &buffer);
    Require(view.ok() && *view == row.value);
    Require(set.OffsetOf(row.position) < bytes.size());
  }
  for (const test::WalkedRow& row : rows) Require(set.Seek({0, 1}, row.key).ok());
}

// A length byte, and as many bytes.
std::string TakePart(Slice* input) {
  if (input->empty()) return {};
  const auto n = std::min<size_t>(static_cast<uint8_t>(input->front()), input->size() - 1);
  std::string part(input->substr(1, n));
  input->remove_prefix(n + 1);
  return part;
}

// Block after block, uncompressed; the footer leads to the last two.
std::string Assembled(Slice input) {
  std::string bytes;
  BlockHandle index;
  BlockHandle metaindex;
  while (!input.empty()) {
    const std::string part = TakePart(&input);
    index = metaindex;
    metaindex = {bytes.size(), part.size()};
    bytes += test::WithBlockTrailer(part, 0, BlockChecksum::kCrc32c);
  }
  std::string footer = test::EncodedHandle(metaindex) + test::EncodedHandle(index);
  footer.resize(40);
  return bytes + "\1" + footer + std::string("\4\0\0\0", 4) + "\xf0\x9f\xaa\xb3\xf0\x9f\xaa\xb3";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice input(reinterpret_cast<const char*>(data), size);
  Read(std::string(input));
  Read(Assembled(input));
  return 0;
}
