// Sets of versions of nested keys: the view says of each row what the definition says.
//
// Input: u8 mode, u64 read timestamp, then records: u8 (low 4 bits: bytes of key, high bit: behind
// the key before), key, u64 commit timestamp, u8 flags, and with the second bit of the flags u64
// expiry. All big-endian.
#include <cstdlib>
#include <string>

#include "base/coding.h"
#include "tests/support/mvcc_model.h"

namespace {

using namespace snaptree;

constexpr size_t kMaxRows = 200;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool ReadVersion(ByteReader* in, std::string* key, test::Version* v) {
  uint8_t head = 0;
  uint8_t flags = 0;
  Slice bytes;
  if (!in->ReadU8(&head) || !in->ReadBytes(head & 15, &bytes)) return false;
  if ((head & 0x80) == 0) key->clear();
  key->append(bytes);
  if (!in->ReadBe64(&v->ts) || !in->ReadU8(&flags)) return false;
  v->key = *key;
  v->flags = flags & 0xf9;
  return (flags & 2) == 0 || in->ReadBe64(&v->expire_at);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteReader in(Slice(reinterpret_cast<const char*>(data), size));
  uint8_t mode = 0;
  uint64_t read_ts = 0;
  if (!in.ReadU8(&mode) || !in.ReadBe64(&read_ts)) return 0;
  test::Rows rows;
  std::string key;
  while (rows.size() < kMaxRows) {
    test::Version version;
    if (!ReadVersion(&in, &key, &version)) break;
    test::Add(&rows, version);
  }
  const bool any_time = (mode & 1) != 0;
  Require(test::ViewVerdicts(rows, read_ts, any_time) ==
          test::ModelVerdicts(rows, read_ts, any_time));
  return 0;
}
