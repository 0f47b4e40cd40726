#include "adapters/redis/redis_long_value.h"

#include <cstring>
#include <memory>

#include "adapters/redis/redis_long_string.h"
#include "base/checksum.h"
#include "base/coding.h"

namespace snaptree::redis {
namespace {

constexpr size_t kReadBytes = size_t{256} << 10;

Status Changed(Slice path) {
  return EnvironmentError("ChangedWhileReading", "the file changed while the tree was read")
      .At(path)
      .Next("let no program write into the tree, then run again");
}

}  // namespace

void LongValueEncoder::Pack(const LongValue& value, Slice path, Slice user_key, Slice head,
                            std::string* payload) {
  payload->assign(reinterpret_cast<const char*>(&value), sizeof value);
  for (const Slice text : {path, user_key, head}) {
    AppendLe64(payload, text.size());
    payload->append(text);
  }
}

Status LongValueEncoder::Write(Slice payload, BodyRows& rows) {
  LongValue value;
  std::memcpy(&value, payload.data(), sizeof value);
  ByteReader reader(payload.substr(sizeof value));
  Slice path;
  Slice user_key;
  Slice head;
  for (Slice* text : {&path, &user_key, &head}) {
    uint64_t size = 0;
    reader.ReadLe64(&size);
    reader.ReadBytes(size, text);
  }

  SNAPTREE_ASSIGN(const std::unique_ptr<TreeContent> content, source_.Open(path));
  std::string buffer(kReadBytes, '\0');
  uint64_t position = value.position;
  JsonText text([&]() -> Result<Slice> {
    SNAPTREE_ASSIGN(const size_t n, content->ReadAt(position, buffer.data(), buffer.size()));
    position += n;
    return Slice(buffer).substr(0, n);
  });
  SNAPTREE_TRY(rows.Begin(user_key, head.size() + value.bytes));
  SNAPTREE_TRY(rows.Append(head));
  LongValue found;
  const auto take = [&](Slice bytes) -> Status {
    if (bytes.size() > value.bytes - found.bytes) return Changed(path);
    found.bytes += bytes.size();
    found.crc = ExtendCrc32c(found.crc, bytes);
    return rows.Append(bytes);
  };
  const Status read = text.Peek() == '"' ? ReadLongString(text, value.base64, take) : Changed(path);
  SNAPTREE_TRY(text.status());
  if (!read.ok() && read.kind() != ErrorKind::kData) return read;
  // What was good JSON is no longer, or says something else.
  return read.ok() && found.bytes == value.bytes && found.crc == value.crc ? Status::Ok()
                                                                           : Changed(path);
}

}  // namespace snaptree::redis
