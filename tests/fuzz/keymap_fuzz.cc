// A line of KEYMAP.jsonl is refused or is a whole record; what is written is read back as it was.
#include <cstdlib>
#include <string>

#include "manifest/file_name_codec.h"
#include "manifest/keymap.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

void RequireReadsBack(const KeymapRecord& record) {
  std::string line;
  AppendKeymapLine(&line, record.encoded, record.original, record.kind);
  Require(line.find('\n') == line.size() - 1);
  line.pop_back();
  const Result<KeymapRecord> again = ParseKeymapLine(line);
  Require(again.ok() && again->encoded == record.encoded && again->original == record.original &&
          again->kind == record.kind);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice input(reinterpret_cast<const char*>(data), size);
  const Result<KeymapRecord> parsed = ParseKeymapLine(input);
  if (parsed.ok()) {
    Require(!parsed->encoded.empty() && !parsed->kind.empty());
    RequireReadsBack(*parsed);
  } else {
    Require(parsed.status().code() == "KeymapInvalid");
  }
  RequireReadsBack({FallbackName(input), std::string(input), std::string(kKeymapShaFallback)});
  return 0;
}
