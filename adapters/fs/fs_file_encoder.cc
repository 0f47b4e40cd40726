#include "adapters/fs/fs_file_encoder.h"

#include "adapters/fs/fs_paths.h"

namespace snaptree::fs {

Status FsEncoding::LinesDiffer() {
  if (lines_differ.exchange(true)) return {};
  return context.differences.Add(kInodesPath);
}

FileEncoder::FileEncoder(FsEncoding& run)
    : run_(run),
      reader_(run.context.input),
      inode_rows_(run.context.rows),
      small_(inode_rows_.rows(), *run.usage) {}

Status FileEncoder::CheckSize(Slice path, InodeLine* line) {
  const uint64_t size = reader_.size();
  if (size == line->inode.size) return {};
  if (run_.options.trust_content) {
    run_.context.findings.Warn(
        "fs_size_corrected", "files of another size than their lines say: that of the file counts",
        path);
    line->inode.size = size;
    return run_.LinesDiffer();
  }
  return DataError("FsEncodeInvalid", "the file is not as large as its line says")
      .At(path)
      .Expected(std::to_string(line->inode.size) + " bytes, as line " +
                std::to_string(line->number) + " of fs/inodes.jsonl says")
      .Found(std::to_string(size))
      .Next("after editing files: encode --fs-trust-content takes their sizes");
}

Status FileEncoder::operator()(Slice path, Slice packed) {
  NamedInodeLine named = UnpackInodeLine(packed);
  SNAPTREE_TRY(reader_.Open(path));
  if (named.line.broken) return {};
  SNAPTREE_TRY(CheckSize(path, &named.line));
  if (!run_.puts_rows) return {};
  const InodeNumbers& inode = named.line.inode;
  SNAPTREE_TRY(inode_rows_.Put(named));
  RowWriter& rows = inode_rows_.rows();
  rows.From(path);
  if (inode.size <= kMaxInlineBytes) {
    SNAPTREE_ASSIGN(const Slice content, reader_.ReadAll());
    return small_.Put(inode, content);
  }
  ContentEncoder::FirstKey(inode, &key_);
  ContentEncoder::Pack(inode, path, &payload_);
  return rows.PutBody(key_, run_.content_encoder, payload_);
}

}  // namespace snaptree::fs
