// JSON text as RapidJSON's reader takes it: whole in memory, or a file or a line of any size piece
// by piece. Knows on which line reading stands. Private to the .cc files that parse. One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "adapters/common/line_reader.h"
#include "base/shared_bytes.h"
#include "base/slice.h"
#include "base/status.h"
#include "tree/tree_input.h"

namespace snaptree::redis {

class JsonText {
 public:
  // A whole text, or a line of it. REQUIRES: the text outlives this.
  explicit JsonText(Slice text)
      : begin_(text.data()), next_(begin_), end_(begin_ + text.size()), counted_(begin_) {}
  explicit JsonText(TreeInputFile* file)
      : next_piece_([this, file]() -> Result<Slice> {
          SNAPTREE_ASSIGN(piece_, file->Next());
          return Slice(*piece_);
        }) {}
  // The long line that the reader has come to.
  explicit JsonText(LineReader* long_line)
      : next_piece_([long_line] { return long_line->NextPiece(); }) {}
  // Pieces that live until the next call; empty: the end.
  explicit JsonText(std::function<Result<Slice>()> next_piece)
      : next_piece_(std::move(next_piece)) {}
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;

  // RapidJSON's stream concept. A NUL byte looks like the end, as RapidJSON wants it; AtEnd() tells
  // them apart.
  using Ch = char;
  char Peek() { return next_ != end_ || Refill() ? *next_ : '\0'; }
  char Take() { return next_ != end_ || Refill() ? *next_++ : '\0'; }
  size_t Tell() const { return 0; }  // places are told by line()
  char* PutBegin() { return nullptr; }
  void Put(char) {}
  void Flush() {}
  size_t PutEnd(char*) { return 0; }

  // Whether only blanks are left. A file has then been read to its end.
  bool AtEnd() {
    SkipBlanks();
    return next_ == end_ && !Refill();
  }
  void SkipBlanks() {
    while (IsBlank(Peek())) ++next_;
  }
  // What of the text is in memory, and a step over so much of it.
  Slice InHand() const { return {next_, static_cast<size_t>(end_ - next_)}; }
  void Skip(size_t bytes) { next_ += bytes; }
  // For who took something himself: what RapidJSON is to read instead of it. No part of the text.
  // REQUIRES: it outlives its reading, and nothing is left of another one.
  void Insert(Slice text) {
    CountLines();
    behind_inserted_ = {begin_, next_, end_};
    inserted_ = true;
    begin_ = next_ = counted_ = text.data();
    end_ = begin_ + text.size();
  }
  // What reading the file came to; data errors are those of texts that nothing may hold.
  const Status& status() const { return status_; }

  // Of the next byte, from 1.
  uint64_t line() {
    CountLines();
    return line_;
  }
  uint64_t position() const {
    return before_ + static_cast<uint64_t>(inserted_
                                               ? behind_inserted_.next - behind_inserted_.begin
                                               : next_ - begin_);
  }
  // To be called after each token: one may not be longer than any value.
  void EndToken() { token_begin_ = position(); }

 private:
  // A value of 256 MiB whose every byte is an escape of six.
  static constexpr uint64_t kLongestString = (uint64_t{3} << 29) + 64;
  // Numbers, and blanks between tokens. RapidJSON counts digits in an int.
  static constexpr uint64_t kLongestOther = uint64_t{1} << 20;

  static bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  void CountLines() {
    line_ += static_cast<uint64_t>(std::count(counted_, next_, '\n'));
    counted_ = next_;
  }

  // Whether the token that is being read is a string. Looks at its first byte while that is there.
  void LookAtToken() {
    if (token_begin_ >= before_) token_kind_ = '\0';
    const uint64_t from = token_begin_ > before_ ? token_begin_ - before_ : 0;
    for (const char* p = begin_ + from; token_kind_ == '\0' && p != end_; ++p) {
      const bool structure = Slice("{}[]:,").find(*p) != Slice::npos;
      if (!structure && !IsBlank(*p)) token_kind_ = *p;
    }
  }

  bool Refill() {
    if (inserted_) {
      inserted_ = false;
      begin_ = behind_inserted_.begin;
      next_ = counted_ = behind_inserted_.next;
      end_ = behind_inserted_.end;
      if (next_ != end_) return true;
    }
    if (!next_piece_ || !status_.ok()) return false;
    CountLines();
    LookAtToken();
    before_ += static_cast<uint64_t>(end_ - begin_);
    if (before_ - token_begin_ > (token_kind_ == '"' ? kLongestString : kLongestOther)) {
      status_ = DataError("RedisEncodeInvalidJSON", "a value is longer than any can be");
      return false;
    }
    const Result<Slice> piece = next_piece_();
    if (!piece.ok()) {
      status_ = piece.status();
      begin_ = next_ = end_ = counted_ = nullptr;
      return false;
    }
    begin_ = next_ = counted_ = piece->data();
    end_ = begin_ + piece->size();
    return next_ != end_;
  }

  struct Rest {
    const char* begin = nullptr;
    const char* next = nullptr;
    const char* end = nullptr;
  };

  const std::function<Result<Slice>()> next_piece_;  // empty: the text is whole
  SharedBytes piece_;
  Rest behind_inserted_;
  bool inserted_ = false;
  Status status_;
  const char* begin_ = nullptr;
  const char* next_ = nullptr;
  const char* end_ = nullptr;
  const char* counted_ = nullptr;  // lines before it are in line_
  uint64_t line_ = 1;
  uint64_t before_ = 0;  // bytes before begin_
  uint64_t token_begin_ = 0;
  char token_kind_ = '\0';
};

}  // namespace snaptree::redis
