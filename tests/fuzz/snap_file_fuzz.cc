// A `.snap` file is refused with SnapInvalid or is one; what is put into a right one comes out of
// it.
#include <cstdlib>
#include <string>

#include "formats/snap_file.h"
#include "tests/support/snap_file.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckResult(const Result<SnapFile>& snap) {
  if (!snap.ok()) {
    Require(snap.status().code() == "SnapInvalid");
    Require(snap.status().kind() == ErrorKind::kData);
  }
}

// The input as the data of a snapshot: a token or a payload.
void CheckData(Slice data) {
  constexpr uint64_t kIndex = 0x0102030405060708;
  const Result<SnapFile> snap = ParseSnapFile(test::MakeSnapFile(kIndex, 7, data), "");
  CheckResult(snap);
  const bool token = data.size() == 17 && data.starts_with("EKVT\x01");
  if (token && LoadBe64(data.data() + 5) != kIndex) {
    Require(!snap.ok());
    return;
  }
  Require(snap.ok() && snap->index == kIndex && snap->term == 7 && snap->has_token == token);
  if (token) Require(snap->token_crc32c == LoadBe32(data.data() + 13));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice input(reinterpret_cast<const char*>(data), size);
  CheckResult(ParseSnapFile(input, "x.snap"));
  // As the message inside, past the checksum.
  CheckResult(ParseSnapFile(test::WrapSnapshot(input), "x.snap"));
  CheckData(input);
  return 0;
}
