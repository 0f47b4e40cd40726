#include "decode/txn_scratch_rows.h"

#include "base/coding.h"
#include "formats/fsm_format.h"
#include "formats/row_stream_source.h"
#include "formats/value_ref.h"

namespace snaptree {
namespace {

constexpr size_t kWriteBytes = size_t{256} << 10;
constexpr size_t kFixedBytes = 26;  // input, deletes, position, size, length of the key

}  // namespace

std::string TxnPlacedIntent::Packed() const {
  std::string out;
  out.reserve(kFixedBytes + key.size());
  out.push_back(static_cast<char>(input));
  out.push_back(deletes ? 1 : 0);
  AppendBe64(&out, value_position);
  AppendBe64(&out, value_size);
  AppendBe64(&out, key.size());
  out.append(key);
  return out;
}

TxnPlacedIntent TxnPlacedIntent::Unpack(Slice packed) {
  const char* p = packed.data();
  TxnPlacedIntent intent;
  intent.input = static_cast<uint8_t>(p[0]);
  intent.deletes = p[1] != 0;
  intent.value_position = LoadBe64(p + 2);
  intent.value_size = LoadBe64(p + 10);
  intent.key.assign(packed.substr(kFixedBytes, LoadBe64(p + 18)));
  return intent;
}

Result<TxnScratchRows> TxnScratchRows::Create(const std::string& folder) {
  SNAPTREE_ASSIGN(UniqueFd fd, OpenUnnamedFile(folder));
  return TxnScratchRows(std::move(fd), folder);
}

Status TxnScratchRows::Write(Slice bytes) {
  buffer_.append(bytes);
  if (buffer_.size() < kWriteBytes) return {};
  SNAPTREE_TRY(WriteFully(fd_.get(), buffer_, folder_));
  buffer_.clear();
  return {};
}

Status TxnScratchRows::Add(Slice raw_key, const RowSource& source, const TxnPlacedIntent& intent) {
  const uint64_t body_bytes = intent.deletes ? 0 : intent.value_size;
  std::string head;
  AppendLe64(&head, raw_key.size());
  head.append(raw_key);
  AppendLe64(&head, kValueHeaderBytes + body_bytes);
  head.push_back(intent.deletes ? static_cast<char>(kFlagTombstone) : '\0');
  AppendLe64(&head, 0);  // no expiry
  SNAPTREE_TRY(Write(head));
  if (body_bytes == 0) return {};
  return ForEachPiece(source, {Slice(), body_bytes, intent.value_position}, 0,
                      [this](Slice piece) { return Write(piece); });
}

Result<std::unique_ptr<RowSource>> TxnScratchRows::Finish() {
  SNAPTREE_TRY(WriteFully(fd_.get(), buffer_, folder_));
  SNAPTREE_ASSIGN(InputFile file, InputFile::FromFd(std::move(fd_), "rows of transactions"));
  const uint64_t size = file.size();
  return std::unique_ptr<RowSource>(std::make_unique<RowStreamSource>(
      std::make_shared<const InputFile>(std::move(file)), Extent{0, size}));
}

}  // namespace snaptree
