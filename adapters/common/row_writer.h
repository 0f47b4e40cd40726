// Where an encoding adapter puts rows: in any order, from any thread, each into a writer of its
// own. They come out sorted by raw key (spec 01 chapter 12); two rows with one key are an error
// that names both files.
//
// A value that stands in a file of the tree as it is goes by reference: the file is read once, when
// the rows are written. Content that must be read to know its rows (an S3 object, a file of the
// filesystem) goes as a *body*: see BodyEncoder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

// What a live node takes (spec 01 chapter 12): bytes of a user key, and of a value without header.
inline constexpr uint64_t kMaxUserKeyBytes = 1048576;
inline constexpr uint64_t kMaxBodyBytes = 268435456;
// Files up to this size are read when they are met; values of larger ones go by reference.
inline constexpr uint64_t kMaxInlineBytes = uint64_t{64} << 10;

// The rows of one body, in the order of their keys.
class BodyRows {
 public:
  virtual ~BodyRows() = default;
  // A row that stands behind the one before.
  virtual Status Put(Slice user_key, Slice body) = 0;
  // A row whose value comes in pieces.
  virtual Status Begin(Slice user_key, uint64_t body_bytes) = 0;
  virtual Status Append(Slice bytes) = 0;
  // A row that stands behind the rows of all bodies of all adapters: what only the content could
  // tell.
  virtual Status PutLate(Slice user_key, Slice body) = 0;
};

// Turns content into rows while it is read, once, at the end. Called by one thread, in the order of
// the first keys; its files are read through TreeInput.
class BodyEncoder {
 public:
  virtual ~BodyEncoder() = default;
  // `payload` is what PutBody() was given. Data errors are collected: writing goes on with the
  // next body, and there is no output.
  virtual Status Write(Slice payload, BodyRows& rows) = 0;
  // After the last body, when late rows may still be put.
  virtual Status Finish(BodyRows& /*rows*/) { return {}; }
};

// For one thread at a time.
class RowWriter {
 public:
  virtual ~RowWriter() = default;

  // Where the rows that follow come from: a path of the tree, and a line of it (0: all of it). Must
  // be said before the first row, and again for each file; two records with one key are told by it.
  // The path must live until the next call.
  void From(Slice path, uint64_t line = 0) {
    from_path_ = path;
    from_line_ = line;
  }

  // Data errors: "EncodeKeyTooLarge", "EncodeValueTooLarge". expire_at is an HLC value, 0: never.
  virtual Status Put(Slice user_key, Slice body, uint64_t expire_at = 0) = 0;
  // The value is `head` and behind it a whole file of `file_bytes` bytes.
  virtual Status PutFile(Slice user_key, Slice head, Slice path, uint64_t file_bytes,
                         uint64_t expire_at = 0) = 0;
  // A body whose first row has this key; no row of anything else stands between its rows.
  // `encoder` is the number that RowWriters::AddBodyEncoder() gave.
  virtual Status PutBody(Slice first_user_key, uint32_t encoder, Slice payload) = 0;
  // For records that would exclude one another although no row of theirs has the same key: two
  // claims of the same bytes are an error like two rows with one key.
  virtual Status Claim(Slice what) = 0;

 protected:
  Slice from_path_;
  uint64_t from_line_ = 0;
};

class RowWriters {
 public:
  virtual ~RowWriters() = default;
  // A writer for one thread; give it back by destroying it. Thread-safe.
  virtual std::unique_ptr<RowWriter> Borrow() = 0;
  virtual uint32_t AddBodyEncoder(std::unique_ptr<BodyEncoder> encoder) = 0;
};

}  // namespace snaptree
