#include "adapters/common/row_lines.h"

#include "base/sha256.h"

namespace snaptree {

Status WriteValueFile(const RowSource& source, TreeSink& sink, Slice path, const ValueRef& value,
                      uint64_t from) {
  if (value.IsResident())
    return sink.WriteFile(path, value.resident.substr(static_cast<size_t>(from)));
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, sink.CreateFile(path));
  SNAPTREE_TRY(ForEachPiece(source, value, from, [&](Slice piece) { return file->Append(piece); }));
  return file->Close();
}

Status RowLinesFile::WriteBlob(Slice blob_name, const ValueRef& value, std::string* name) {
  *name = "blobs/" + Sha256::HexOf(blob_name) + ".bin";
  return WriteValueFile(source_, sink_, folder_ + "/" + *name, value, 0);
}

Status RowLinesFile::BeginRow(Slice key, const ValueRef& value, Slice blob_name) {
  if (rows_++ == 0) file_.Begin(path_);
  json().StartObject();
  json().Key("key");
  json().Bytes(key);
  if (value.size <= kMaxLineValueBytes) {
    json().Key("value");
    return file_.Value(source_, value);
  }
  std::string name;
  SNAPTREE_TRY(WriteBlob(blob_name, value, &name));
  json().Member("value_file", Slice(name));
  json().Member("value_size", value.size);
  return {};
}

Status RowLinesFile::EndRow() {
  json().EndObject();
  return file_.EndLine();
}

Status RowLinesFile::Finish() { return rows_ == 0 ? Status::Ok() : file_.Finish(); }

}  // namespace snaptree
