#include "adapters/sqs/sqs_record_reader.h"

#include "base/text.h"

namespace snaptree::sqs {
namespace {

constexpr Slice kWhiteSpace = " \t\r\n";

Slice Trimmed(Slice line) {
  const size_t begin = line.find_first_not_of(kWhiteSpace);
  if (begin == Slice::npos) return {};
  return line.substr(begin, line.find_last_not_of(kWhiteSpace) + 1 - begin);
}

// How deep a text is in objects and arrays at its end. Malformed text gives some number.
class Nesting {
 public:
  void Take(Slice text) {
    for (const char c : text) {
      if (escaped_) {
        escaped_ = false;
      } else if (in_string_) {
        if (c == '\\') escaped_ = true;
        if (c == '"') in_string_ = false;
      } else if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (c == '}' || c == ']') {
        --depth_;
      }
    }
  }
  bool IsOpen() const { return in_string_ || depth_ > 0; }

 private:
  int64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace

Result<bool> RecordReader::NextLine(Slice* line) {
  if (!has_kept_) return lines_.Next(line);
  has_kept_ = false;
  *line = kept_;
  return true;
}

// A line that begins with '{' at its very beginning begins a record: in what programs write for
// people, those inside of objects are indented or stand behind a name. So one that was cut off does
// not take the rest of the file with it.
Status RecordReader::Gather(Slice first, Slice* record) {
  Nesting nesting;
  nesting.Take(first);
  gathered_ = first;
  while (nesting.IsOpen()) {
    Slice line;
    SNAPTREE_ASSIGN(const bool more, lines_.Next(&line));
    if (!more) break;
    if (line.starts_with('{')) {
      kept_ = line;
      has_kept_ = true;
      break;
    }
    if (gathered_.size() + line.size() > limit_) {
      return lines_.At(DataError("LineTooLong", "the record is longer than any record can be")
                           .Expected("at most " + HumanBytes(limit_))
                           .Next("look for a bracket or quote that is not closed"));
    }
    nesting.Take(line);
    gathered_.append("\n").append(line);
    joined_ = true;
  }
  *record = gathered_;
  return {};
}

Result<bool> RecordReader::Next(Slice* record) {
  for (;;) {
    Slice line;
    SNAPTREE_ASSIGN(const bool more, NextLine(&line));
    if (!more) return false;
    *record = Trimmed(line);
    if (record->empty()) continue;
    line_ = lines_.number();
    if (record->starts_with('{') && !record->ends_with('}')) SNAPTREE_TRY(Gather(*record, record));
    return true;
  }
}

}  // namespace snaptree::sqs
