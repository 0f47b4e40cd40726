// The filesystem of a real node, against what its mounted file system answered. That every file has
// the golden bytes is tested with those of the other adapters.
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/decode_run.h"
#include "tests/support/golden_node1.h"

namespace snaptree::test {
namespace {

namespace fs = std::filesystem;

const AdapterReport& FsReport() {
  for (const AdapterReport& report : DefaultTree().report.adapters) {
    if (report.name == "fs") return report;
  }
  throw std::runtime_error("no report of fs");
}

TEST_CASE("node1: files, directories and their attributes are what the node answered") {
  const TempFolder folder;
  const std::string truth = UnpackTruth("fs.json", folder);
  CHECK(RunScript("fs_truth.py", "'" + DefaultTree().tree + "' '" + truth + "'") == 0);

  // The judge must be able to find something.
  const std::string copy = folder / "copy";
  const auto judge_copy = [&](const auto& change) {
    fs::remove_all(copy);
    fs::create_directory(copy);
    fs::copy(DefaultTree().tree + "/fs", copy + "/fs", fs::copy_options::recursive);
    change();
    return RunScript("fs_truth.py", "'" + copy + "' '" + truth + "' >/dev/null");
  };
  CHECK(judge_copy([] {}) == 0);
  CHECK(judge_copy([&] { fs::remove_all(copy + "/fs/tree/empty"); }) == 1);
  CHECK(judge_copy([&] { fs::create_directory(copy + "/fs/tree/invented"); }) == 1);
  CHECK(judge_copy([&] { WriteWholeFile(copy + "/fs/tree/CASE", "2"); }) == 1);
  CHECK(judge_copy([&] {
          const std::string path = copy + "/fs/inodes.jsonl";
          std::string text = ReadWholeFile(path);
          text.replace(text.find("\"mode\":420"), 10, "\"mode\":421");
          WriteWholeFile(path, text);
        }) == 1);
}

TEST_CASE("node1: the accounts of the filesystem") {
  // Of truth/rows.jsonl.zst: 80 chunks, 108 entries, 109 homes, 109 inodes; all of them are needed.
  const AdapterReport& report = FsReport();
  CHECK(report.records == 109);
  CHECK(report.rows.emitted == 80 + 108 + 109 + 109);
  CHECK(report.rows.unknown == 0);
  CHECK(report.rows.damaged == 0);
  CHECK(report.rows.excluded == 0);
}

}  // namespace
}  // namespace snaptree::test
