// snaptree-bench-to-bundle: writes the rows of an EKVPBBL1 snapshot as an EKVSSTI1 bundle, in
// tables of the shape that a node makes: 64 MiB of rows each, blocks of 4 KiB, Snappy, two-level
// indexes. Memory: one table.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/base64.h"
#include "base/checksum.h"
#include "base/coding.h"
#include "base/file.h"
#include "base/sha256.h"
#include "tests/support/pebble_table.h"

namespace snaptree::bench {
namespace {

constexpr uint64_t kRowBytesOfTable = uint64_t{64} << 20;
constexpr size_t kFooterBytes = 4;
constexpr size_t kHeaderBytes = 16;  // EKVTHLC1
constexpr size_t kPieceBytes = size_t{1} << 20;

void Require(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.Message());
}

// The rows of a snapshot that snaptree-bench-generate wrote, one after the other.
class Rows {
 public:
  explicit Rows(const InputFile& file)
      : file_(file), at_(2 * kHeaderBytes), end_(file.size() - kFooterBytes) {}

  // False at the end; views live until the next call.
  bool Next(Slice* key, Slice* value) {
    if (left().empty() && at_ == end_) return false;
    const size_t key_size = Length(0);
    const size_t value_size = Length(8 + key_size);
    Fill(16 + key_size + value_size);
    *key = left().substr(8, key_size);
    *value = left().substr(16 + key_size, value_size);
    used_ += 16 + key_size + value_size;
    return true;
  }

 private:
  Slice left() const { return Slice(buffer_).substr(used_); }
  size_t Length(size_t offset) {
    Fill(offset + 8);
    return static_cast<size_t>(LoadLe64(left().data() + offset));
  }
  void Fill(size_t n) {
    if (left().size() >= n) return;
    buffer_.erase(0, used_);
    used_ = 0;
    const size_t had = buffer_.size();
    const size_t more =
        static_cast<size_t>(std::min<uint64_t>(std::max(n - had, kPieceBytes), end_ - at_));
    if (had + more < n) throw std::runtime_error("the snapshot ends inside a row");
    buffer_.resize(had + more);
    Require(file_.ReadExactlyAt(at_, buffer_.data() + had, more));
    at_ += more;
  }

  const InputFile& file_;
  uint64_t at_;
  uint64_t end_;
  std::string buffer_;
  size_t used_ = 0;
};

// The tables, in a file of their own until the manifest that stands before them is known.
struct Tables {
  UniqueFd file;
  std::string files;  // of the manifest
  size_t count = 0;
  uint64_t rows = 0;
  uint64_t row_bytes = 0;
  uint64_t bytes = 0;

  void Add(const std::string& table, Slice smallest, Slice largest) {
    char name[32];
    std::snprintf(name, sizeof name, "%06zu.sst", count++);
    files += std::string(files.empty() ? "" : ",") + R"({"name":")" + name + R"(","size":)" +
             std::to_string(table.size()) + R"(,"sha256":")" + Sha256::HexOf(table) +
             R"(","smallest":")";
    AppendBase64(&files, smallest);
    files += R"(","largest":")";
    AppendBase64(&files, largest);
    files += R"("})";
    bytes += table.size();
    Require(WriteFully(file.get(), table, "scratch"));
  }
};

void WriteTables(const InputFile& in, Tables* tables) {
  test::PebbleTableOptions options;
  options.snappy = true;
  test::PebbleTable table(options);
  Rows rows(in);
  Slice key;
  Slice value;
  std::string smallest;
  std::string largest;
  const auto end_table = [&] {
    tables->rows += table.rows();
    tables->row_bytes += table.row_bytes();
    tables->Add(table.Finish(), smallest, largest);
  };
  while (rows.Next(&key, &value)) {
    if (table.rows() == 0) smallest = key;
    largest = key;
    table.Add(key, value);
    if (table.row_bytes() >= kRowBytesOfTable) end_table();
  }
  if (table.rows() != 0) end_table();
}

void Convert(const std::string& from, const std::string& to) {
  Result<InputFile> in = InputFile::Open(from);
  Require(in.status());
  std::string head(2 * kHeaderBytes, '\0');
  Require(in->ReadExactlyAt(0, head.data(), head.size()));
  if (!head.starts_with("EKVTHLC1") || head.compare(kHeaderBytes, 8, "EKVPBBL1") != 0) {
    throw std::runtime_error("not what snaptree-bench-generate writes");
  }
  Tables tables;
  Result<UniqueFd> scratch = OpenUnnamedFile(TemporaryFolder());
  Require(scratch.status());
  tables.file = *std::move(scratch);
  WriteTables(*in, &tables);

  const std::string manifest =
      R"({"version":1,"last_commit_ts":)" + std::to_string(LoadLe64(head.data() + 24)) +
      R"(,"min_retained_ts":0,"pending_min_retained_ts":0,"entry_count":)" +
      std::to_string(tables.rows) + R"(,"uncompressed_bytes":)" + std::to_string(tables.row_bytes) +
      R"(,"total_file_bytes":)" + std::to_string(tables.bytes) + R"(,"files":[)" + tables.files +
      "]}";
  std::string piece = head.substr(0, kHeaderBytes) + "EKVSSTI1";
  AppendBe64(&piece, manifest.size());
  const Sha256Digest digest = Sha256::Of(manifest);
  piece.append(AsSlice(digest)).append(manifest);

  FILE* const out = std::fopen(to.c_str(), "wb");
  if (out == nullptr) throw std::runtime_error("cannot write " + to);
  uint32_t crc = 0;
  const auto write = [&](Slice bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), out) != bytes.size())
      throw std::runtime_error("cannot write " + to);
  };
  Result<InputFile> written = InputFile::FromFd(std::move(tables.file), "scratch");
  Require(written.status());
  for (uint64_t at = 0;;) {
    crc = ExtendCrc32c(crc, piece);
    write(piece);
    if (at == written->size()) break;
    piece.resize(static_cast<size_t>(std::min<uint64_t>(kPieceBytes, written->size() - at)));
    Require(written->ReadExactlyAt(at, piece.data(), piece.size()));
    at += piece.size();
  }
  std::string footer;
  AppendBe32(&footer, crc);
  write(footer);
  if (std::fclose(out) != 0) throw std::runtime_error("cannot write " + to);
  std::printf("{\"tables\":%zu,\"rows\":%llu,\"bytes\":%llu}\n", tables.count,
              static_cast<unsigned long long>(tables.rows),
              static_cast<unsigned long long>(tables.bytes));
}

}  // namespace
}  // namespace snaptree::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: snaptree-bench-to-bundle IN.fsm OUT.fsm\n");
    return 1;
  }
  try {
    snaptree::bench::Convert(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "snaptree-bench-to-bundle: %s\n", error.what());
    return 4;
  }
  return 0;
}
