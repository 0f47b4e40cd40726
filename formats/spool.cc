#include "formats/spool.h"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "base/cancel.h"
#include "base/coding.h"

namespace snaptree {
namespace {

constexpr uint32_t kZstdMagic = 0xFD2FB528;
constexpr uint32_t kSkippableMagic = 0x184D2A50;  // to ...5F
constexpr size_t kPiece = 1 << 20;

struct FreeStream {
  void operator()(ZSTD_DStream* s) const { ZSTD_freeDStream(s); }
};

}  // namespace

bool IsZstd(Slice first_bytes) {
  if (first_bytes.size() < 4) return false;
  const auto magic = LoadLe<uint32_t>(first_bytes.data());
  return magic == kZstdMagic || (magic & 0xFFFFFFF0U) == kSkippableMagic;
}

Result<InputFile> SpoolStandardInput(const std::string& scratch_folder) {
  const std::string name = "standard input";
  struct stat st {};
  if (::fstat(STDIN_FILENO, &st) != 0) return SystemError(errno, "examine", name);
  if (::isatty(STDIN_FILENO) == 1) {
    return UsageError("NotRegular", "standard input is a terminal")
        .At(name)
        .Next("redirect a snapshot into it, or name a file");
  }
  if (S_ISREG(st.st_mode) && ::lseek(STDIN_FILENO, 0, SEEK_CUR) == 0) {
    return InputFile::FromFd(UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)), name);
  }
  SNAPTREE_ASSIGN(UniqueFd copy, OpenUnnamedFile(scratch_folder));
  std::vector<char> buffer(kPiece);
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(errno, "read", name);
    if (got == 0) break;
    SNAPTREE_TRY(WriteFully(copy.get(), Slice(buffer.data(), static_cast<size_t>(got)),
                            "the copy of standard input in " + scratch_folder));
  }
  return InputFile::FromFd(std::move(copy), name);
}

namespace {

// Unpacks all frames into `out_fd`. Damage of the input is an error of the data, everything else of
// the environment.
Status Unpack(const InputFile& compressed, int out_fd, const std::string& shown,
              Progress* progress) {
  const std::unique_ptr<ZSTD_DStream, FreeStream> stream(ZSTD_createDStream());
  std::vector<char> in(ZSTD_DStreamInSize());
  std::vector<char> out(kPiece);
  size_t state = 0;  // 0: between frames
  for (uint64_t at = 0; at < compressed.size();) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const size_t got, compressed.ReadAt(at, in.data(), in.size()));
    if (got == 0) break;
    ZSTD_inBuffer input{in.data(), got, 0};
    bool full =
        false;  // the output buffer was filled inside a frame: more may come without more input
    while (input.pos < input.size || full) {
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      state = ZSTD_decompressStream(stream.get(), &output, &input);
      if (ZSTD_isError(state) != 0U) {
        return DataError("ZstdCorrupt", std::string("cannot unpack: ") + ZSTD_getErrorName(state))
            .At(compressed.path(), at + input.pos)
            .Next("check it with: zstd -t FILE; copy the file again or take an older one");
      }
      full = state != 0 && output.pos == output.size;
      SNAPTREE_TRY(WriteFully(out_fd, Slice(out.data(), output.pos), shown));
    }
    at += got;
    if (progress != nullptr) progress->done.store(at, std::memory_order_relaxed);
  }
  if (state == 0) return {};
  return DataError("ZstdTruncated", "the compressed file ends inside a frame")
      .At(compressed.path(), compressed.size())
      .Next("the file was cut: copy it again; --salvage reads what is there");
}

}  // namespace

Result<InputFile> SpoolZstd(const InputFile& compressed, const std::string& scratch_folder,
                            Progress* progress, Status* damage) {
  if (progress != nullptr) progress->Begin("unpack", "bytes", compressed.size());
  SNAPTREE_ASSIGN(UniqueFd copy, OpenUnnamedFile(scratch_folder));
  Status unpacked =
      Unpack(compressed, copy.get(), "the unpacked copy in " + scratch_folder, progress);
  if (!unpacked.ok()) {
    if (damage == nullptr || unpacked.kind() != ErrorKind::kData) return unpacked;
    *damage = std::move(unpacked);
  }
  return InputFile::FromFd(std::move(copy), compressed.path() + " (unpacked)");
}

}  // namespace snaptree
