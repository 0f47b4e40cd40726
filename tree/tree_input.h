// The files of a tree as a reader takes them: every byte is hashed on the way, so that what was
// read can be compared with CHECKSUMS afterwards without reading anything twice (spec 07 chapter
// 5).
//
//   TreeReader reader(input);                        // one a thread
//   SNAPTREE_ASSIGN(Slice text, reader.ReadSmall(path, limit));
//
//   SNAPTREE_ASSIGN(auto file, input.Open(path));    // large files, piece by piece
//   for (;;) { SNAPTREE_ASSIGN(SharedBytes piece, file->Next()); if (piece->empty()) break; ... }
//
// A file counts as read when its last byte was handed out. TreeInput is thread-safe, readers and
// files are for one thread each.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/external_sorter.h"
#include "base/result.h"
#include "base/sha256.h"
#include "base/shared_bytes.h"
#include "base/task_thread.h"
#include "tree/tree_source.h"

namespace snaptree {

class TreeInput;

// A file that is read front to back.
class TreeInputFile {
 public:
  ~TreeInputFile();
  TreeInputFile(const TreeInputFile&) = delete;
  TreeInputFile& operator=(const TreeInputFile&) = delete;

  const std::string& path() const { return path_; }
  uint64_t size() const { return content_->size(); }
  uint64_t modified_ms() const { return content_->modified_ms(); }

  // The next bytes, some hundred KiB; empty at the end. "ChangedWhileReading" when the file is
  // longer or shorter than it was when it was opened.
  Result<SharedBytes> Next();
  // The same for files with holes: a hole comes as its size, without bytes.
  struct Stretch {
    SharedBytes bytes;  // null: a hole
    uint64_t hole = 0;  // its size; 0 and empty bytes: the end
  };
  Result<Stretch> NextStretch();

 private:
  friend class TreeInput;
  TreeInputFile(TreeInput* input, std::string path, std::unique_ptr<TreeContent> content,
                size_t piece_bytes);

  Result<SharedBytes> ReadPiece(uint64_t rest);
  Status End();

  TreeInput* const input_;
  const std::string path_;
  const std::unique_ptr<TreeContent> content_;
  const size_t piece_bytes_;
  BytesPool pool_;
  uint64_t position_ = 0;
  std::shared_ptr<Sha256> hash_;
  bool ended_ = false;
};

class TreeInput {
 public:
  struct Options {
    SorterOptions digests;     // of paths and digests
    bool hash_behind = false;  // large files are hashed by a thread of their own
  };
  TreeInput(const TreeSource& source, Options options);
  ~TreeInput();

  const TreeSource& source() const { return source_; }

  Result<std::unique_ptr<TreeInputFile>> Open(Slice path);
  // A file that a reader opened itself.
  std::unique_ptr<TreeInputFile> Take(Slice path, std::unique_ptr<TreeContent> content);

  // Books a file that was read otherwise.
  Status Add(Slice path, const Sha256Digest& digest, uint64_t bytes);

  uint64_t files() const;
  uint64_t bytes() const;

  // When all is read: gives what was read, ascending by path. "DuplicateRead" cannot happen: a file
  // that was read twice with the same content comes once, with two contents it is
  // "ChangedWhileReading". Last call.
  using TakeDigest = std::function<Status(Slice path, const Sha256Digest& digest)>;
  Status ForEachDigest(const TakeDigest& take);

 private:
  friend class TreeInputFile;

  void HashBehind(const std::shared_ptr<Sha256>& hash, const SharedBytes& bytes);
  void HashHole(const std::shared_ptr<Sha256>& hash, uint64_t size);
  void FinishBehind(const std::shared_ptr<Sha256>& hash, const std::string& path, uint64_t bytes);

  const TreeSource& source_;
  mutable std::mutex mutex_;  // of what follows
  ExternalSorter digests_;
  uint64_t files_ = 0;
  uint64_t bytes_ = 0;
  Status failed_;                       // of the hashing thread
  std::unique_ptr<TaskThread> hasher_;  // null: hashed at once
};

// Reads small files whole, with buffers that are used again.
class TreeReader {
 public:
  explicit TreeReader(TreeInput& input) : input_(input) {}

  // Opens a file; its size can then be looked at. Nothing counts as read yet.
  Status Open(Slice path);
  uint64_t size() const { return content_->size(); }
  uint64_t modified_ms() const { return content_->modified_ms(); }
  // The whole opened file. The view lives until the next call, and there are `kPadding` readable
  // bytes behind it. REQUIRES: size() fits memory; Open() went well.
  Result<Slice> ReadAll();
  // The opened file, to be read piece by piece.
  std::unique_ptr<TreeInputFile> Stream();

  // Open() and ReadAll(); "FileTooLarge" (data) when the file is larger than `limit`.
  Result<Slice> ReadSmall(Slice path, uint64_t limit);

  static constexpr size_t kPadding = 64;  // what simdjson wants to be able to read

 private:
  TreeInput& input_;
  std::string path_;
  std::unique_ptr<TreeContent> content_;
  std::string buffer_;
  Sha256 hash_;
};

}  // namespace snaptree
