// The SQS encoder on arbitrary files. The input is one byte of choices and the files of a queue,
// one behind the other, with a line of '%' between them: _queue.json, messages.jsonl,
// _queue_ext.json, side records. Beyond not crashing: rows or errors, and never a row that is not
// of SQS.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/support/encoded_rows.h"
#include "tests/support/sqs_rows.h"

namespace {

using namespace snaptree;
using namespace snaptree::test;

void Require(bool holds) {
  if (!holds) std::abort();
}

Slice TakeFile(Slice* rest) {
  constexpr Slice kBetween = "\n%\n";
  const size_t at = rest->find(kBetween);
  const Slice file = rest->substr(0, at);
  rest->remove_prefix(at == Slice::npos ? rest->size() : at + kBetween.size());
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const unsigned choices = data[0];
  Slice rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  Files files;
  const char* const names[] = {"_queue.json", "messages.jsonl", "_queue_ext.json",
                               "_internals/side_records.jsonl"};
  for (const char* name : names) {
    const Slice file = TakeFile(&rest);
    if (!file.empty()) files[std::string("sqs/q.fifo/") + name] = file;
  }
  if ((choices & 1) != 0) files["sqs/q.fifo/_queue.json"] = QueueFile("q.fifo", ",\n\"fifo\":true");
  EncodeFilesOptions options;
  options.manifest.preserve_sqs_visibility = (choices & 2) != 0;
  options.manifest.include_sqs_side_records = (choices & 4) != 0;
  const EncodedRows out = EncodeFiles(files, options);
  for (const auto& [key, value] : out.rows) Require(key.starts_with("!sqs|"));
  Require(out.errors.empty() || out.rows.empty());
  Require(out.rows.size() >= out.report.records() || !out.errors.empty());
  return 0;
}
