// Holes: zero bytes that are hashed and not stored.
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include <catch2/catch.hpp>

#include "base/cancel.h"
#include "tests/support/temp_folder.h"
#include "tree/digest_sink.h"
#include "tree/directory_sink.h"

namespace snaptree {
namespace {

using test::ReadWholeFile;
using test::TempFolder;

// Pieces of a file: text, or a hole of so many bytes.
struct Piece {
  std::string text;
  uint64_t hole = 0;
};
using Pieces = std::vector<Piece>;

Status WritePieces(const Pieces& pieces, TreeSink* sink) {
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, sink->CreateFile("f"));
  for (const Piece& piece : pieces) {
    SNAPTREE_TRY(piece.hole > 0 ? file->AppendHole(piece.hole) : file->Append(piece.text));
  }
  return file->Close();
}

std::string Content(const Pieces& pieces) {
  std::string content;
  for (const Piece& piece : pieces) content += piece.text + std::string(piece.hole, '\0');
  return content;
}

StagedOutput Stage(const std::string& output) {
  Result<StagedOutput> staged = StagedOutput::Create(output, false);
  if (!staged.ok()) throw std::runtime_error(staged.status().Message());
  return *std::move(staged);
}

std::unique_ptr<TreeSink> NewSink(const StagedOutput& staged, unsigned threads) {
  DirectorySinkOptions options;
  options.threads = threads;
  return NewDirectorySink(staged, std::move(options));
}

TEST_CASE("holes of all sizes, between, before and behind bytes") {
  constexpr uint64_t kBuffer = 64 << 10;
  const std::string large(kBuffer + 5, 'L');
  const Pieces cases[] = {{{"", 1}},
                          {{"a"}, {"", 10}},
                          {{"", 10}, {"a"}},
                          {{"a"}, {"", kBuffer - 1}},
                          {{"a"}, {"", kBuffer}},
                          {{"", kBuffer + 1}},
                          {{"", 5 << 20}, {"end"}},
                          {{large}, {"", 5 << 20}},
                          {{large}, {"", 3}, {large}, {"", 1 << 20}, {"x"}, {"", 7}},
                          {{"", 1 << 20}, {"", 1 << 20}, {large}, {""}, {"", 1 << 20}, {""}}};
  for (const Pieces& pieces : cases) {
    const std::string content = Content(pieces);
    for (const unsigned threads : {1U, 2U}) {
      INFO(content.size() << " bytes, " << threads << " threads");
      const TempFolder folder;
      StagedOutput staged = Stage(folder / "out");
      const std::unique_ptr<TreeSink> sink = NewSink(staged, threads);
      REQUIRE(WritePieces(pieces, sink.get()).ok());
      REQUIRE(sink->Finish().ok());
      CHECK(sink->totals().bytes == content.size());
      REQUIRE(staged.Publish().ok());
      CHECK((ReadWholeFile(folder / "out/f") == content));
      CHECK(ReadWholeFile(folder / "out/CHECKSUMS") == Sha256::HexOf(content) + "  f\n");
    }
    std::string digest;
    const std::unique_ptr<TreeSink> sink = NewDigestSink([&](Slice, const Sha256Digest& d) {
      digest = AsSlice(d);
      return Status::Ok();
    });
    REQUIRE(WritePieces(pieces, sink.get()).ok());
    CHECK(digest == AsSlice(Sha256::Of(content)));
    CHECK(sink->totals().bytes == content.size());
  }
}

TEST_CASE("a large hole takes no room") {
  constexpr uint64_t kHole = uint64_t{1} << 28;
  for (const unsigned threads : {1U, 2U}) {
    const TempFolder folder;
    StagedOutput staged = Stage(folder / "out");
    const std::unique_ptr<TreeSink> sink = NewSink(staged, threads);
    REQUIRE(WritePieces({{"a"}, {"", kHole}, {"b"}, {"", kHole}}, sink.get()).ok());
    REQUIRE(sink->Finish().ok());
    REQUIRE(staged.Publish().ok());
    struct stat st {};
    REQUIRE(::stat((folder / "out/f").c_str(), &st) == 0);
    CHECK(static_cast<uint64_t>(st.st_size) == 2 * kHole + 2);
    CHECK(st.st_blocks * 512 < 1 << 20);
  }
}

TEST_CASE("a signal ends a hole that would take hours to hash") {
  for (const int kind : {0, 1, 2}) {
    const TempFolder folder;
    StagedOutput staged = Stage(folder / "out");
    const std::unique_ptr<TreeSink> sink =
        kind == 0 ? NewDigestSink([](Slice, const Sha256Digest&) { return Status::Ok(); })
                  : NewSink(staged, static_cast<unsigned>(kind));
    g_cancel_signal = SIGINT;
    const Status status = WritePieces({{"", uint64_t{1} << 43}}, sink.get());
    g_cancel_signal = 0;
    CHECK(status.kind() == ErrorKind::kCancelled);
  }
}

TEST_CASE("what a folder can hold") {
  const TempFolder folder;
  StagedOutput staged = Stage(folder / "out");
  const std::unique_ptr<TreeSink> sink = NewSink(staged, 1);
  CHECK(sink->CanHold(0));
  CHECK(sink->CanHold(uint64_t{1} << 33));
  CHECK_FALSE(sink->CanHold(uint64_t{1} << 63));
  CHECK_FALSE(sink->CanHold(UINT64_MAX));
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlimit low{uint64_t{1} << 32, limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &low) == 0);
  CHECK_FALSE(sink->CanHold((uint64_t{1} << 32) + 1));
  CHECK(sink->CanHold(uint64_t{1} << 32));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

}  // namespace
}  // namespace snaptree
