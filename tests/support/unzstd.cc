#include "tests/support/unzstd.h"

#include <zstd.h>

#include <memory>
#include <stdexcept>

namespace snaptree::test {

std::string Unzstd(Slice frame) {
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(),
                                                                          ZSTD_freeDStream);
  std::string out;
  std::string buffer(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer in = {frame.data(), frame.size(), 0};
  for (;;) {
    ZSTD_outBuffer piece = {buffer.data(), buffer.size(), 0};
    const size_t left = ZSTD_decompressStream(stream.get(), &piece, &in);
    if (ZSTD_isError(left) != 0U) throw std::runtime_error(ZSTD_getErrorName(left));
    out.append(buffer, 0, piece.pos);
    if (left == 0 && in.pos == in.size) return out;
    if (piece.pos == 0 && in.pos == in.size) throw std::runtime_error("the zstd frame is cut");
  }
}

}  // namespace snaptree::test
