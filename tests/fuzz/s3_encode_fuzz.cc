// The folder s3/ of a tree with arbitrary bytes in its files: _bucket.json, KEYMAP.jsonl, a
// sidecar, records of uploads, bodies and _objects.jsonl, one behind the other with a zero byte
// between; of nothing between two of them there is no file. Beyond not crashing: EncodeFiles()
// demands that threads and spilling sorters change nothing.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/support/encoded_rows.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace snaptree;
  using namespace snaptree::test;
  const char* const kPaths[] = {"s3/b/_bucket.json",
                                "s3/b/KEYMAP.jsonl",
                                "s3/b/o.elastickv-meta.json",
                                "s3/b/o",
                                "s3/b/_incomplete_uploads/records.jsonl",
                                "s3/b/_incomplete_uploads/data/u/00001.part",
                                "s3/b/p.elastickv-leaf-data",
                                "s3/b/_objects.jsonl"};
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Files files = {{"s3/b/_bucket.json", R"({"format_version":1,"name":"b"})"}, {"s3/b/p/q", "x"}};
  for (const char* path : kPaths) {
    const size_t end = rest.find('\0');
    if (!rest.empty() && end != 0) files[path] = std::string(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  EncodeFilesOptions options;
  options.adapters = {"s3"};
  options.manifest.include_incomplete_uploads = true;
  options.manifest.jsonl = files.count("s3/b/_objects.jsonl") != 0;
  EncodeFiles(files, options);
  return 0;
}
