// A tree of redis/ and rawkv/ made of arbitrary bytes, encoded. The first byte chooses where the
// bytes stand. No input may crash, and every error is one of the data.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "encode/encode_run.h"

#include "tests/support/memory_source.h"

namespace {

using namespace snaptree;

class Nothing : public ExpectedDifferences {
 public:
  Status Add(Slice) override { return {}; }
};

test::Files TreeOf(Slice bytes) {
  const char* const kPlaces[] = {"redis/db_0/hashes/k.json",
                                 "redis/db_0/lists/k.json",
                                 "redis/db_0/sets/k.json",
                                 "redis/db_0/zsets/k.json",
                                 "redis/db_0/streams/k.jsonl",
                                 "redis/db_0/hll/k.bin",
                                 "redis/db_0/KEYMAP.jsonl",
                                 "redis/db_0/strings_ttl.jsonl",
                                 "rawkv/data.jsonl",
                                 "unknown/rows.jsonl",
                                 "redis/db_0/hashes-00000.jsonl",
                                 "redis/db_0/lists-00000.jsonl",
                                 "redis/db_0/sets-00000.jsonl",
                                 "redis/db_0/zsets-00000.jsonl",
                                 "redis/db_0/streams-00000.jsonl",
                                 "redis/db_0/hll-00000.jsonl",
                                 "redis/db_0/strings-00000.jsonl"};
  constexpr size_t kCount = sizeof kPlaces / sizeof *kPlaces;
  test::Files files = {{"redis/db_0/strings/s.bin", "v"}};
  if (bytes.empty()) return files;
  const auto choice = static_cast<uint8_t>(bytes[0]);
  bytes.remove_prefix(1);
  if (choice % (kCount + 1) == kCount) {  // a name
    std::string name(bytes.substr(0, 250));
    std::erase_if(name, [](char c) { return c == '/' || c == '\0'; });
    files["redis/db_0/sets/" + name] = "{\"format_version\":1,\"members\":[]}";
    return files;
  }
  files[kPlaces[choice % (kCount + 1)]] = bytes;
  return files;
}

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const test::MemorySource source(TreeOf({reinterpret_cast<const char*>(data), size}));
  const auto sorter_options = [](double) { return SorterOptions{}; };
  TreeInput input(source, {sorter_options(1), false});
  TreeFindings findings;
  Nothing differences;
  Progress progress;
  EncodeOptions options;
  options.adapters = {"redis", "rawkv", "unknown"};
  const Manifest manifest;
  EncodeReport report;
  FsmWriter writer(-1, "snapshot", {7000, false, false});
  const EncodeRun run{options,  manifest,    7000,     input,
                      findings, differences, progress, sorter_options};
  Require(WriteRows(run, writer, &report).ok());
  Require(writer.Finish().ok());
  for (const Status& error : findings.Errors()) Require(error.kind() == ErrorKind::kData);
  return 0;
}
