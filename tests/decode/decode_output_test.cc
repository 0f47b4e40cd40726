// The output: complete under its name, or not there at all.
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>

#include "base/cancel.h"
#include "tests/support/decode_run.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_store.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

namespace fs = std::filesystem;

SnapshotBuilder OneString() { return SnapshotBuilder().Put(StrKey("k"), kT0, StringValue("v")); }
const Files& OneFile() {
  static const Files files = {{StringPath("k"), "v"}};
  return files;
}

TEST_CASE("an output that exists is refused, and replaced with force") {
  DecodeRun run(OneString());
  fs::create_directory(run.options.output);
  WriteWholeFile(run.options.output + "/old", "old");
  const Status status = run.Fail();
  CHECK(status.code() == "OutputExists");
  CHECK(status.kind() == ErrorKind::kUsage);
  run.options.force = true;
  run.Run();
  CHECK(run.Data() == OneFile());
  CHECK(run.Everything().count("out/old") == 0);
  CHECK(run.Everything().size() == 4);  // in.fsm and three files: nothing beside them
}

TEST_CASE("an empty folder is no output") {
  DecodeRun run(OneString());
  fs::create_directory(run.options.output);
  run.Run();
  CHECK(run.Data() == OneFile());
}

TEST_CASE("a failing run does not touch what force would have replaced") {
  DecodeRun run(SnapshotBuilder(OneString()).Footer(FooterKind::kWrong));
  fs::create_directory(run.options.output);
  WriteWholeFile(run.options.output + "/old", "old");
  run.options.force = true;
  CHECK_FALSE(run.Fail().ok());
  CHECK(ReadTree(run.options.output) == Files{{"old", "old"}});
}

TEST_CASE("outputs that cannot be") {
  DecodeRun run(OneString());
  run.options.output = run.folder() + "/missing/out";
  CHECK(run.Fail().code() == "NotFound");
  WriteWholeFile(run.folder() + "/file", "");
  run.options.output = run.folder() + "/file";
  CHECK(run.Fail().code() == "OutputExists");
  fs::create_symlink("elsewhere", run.folder() + "/link");
  run.options.output = run.folder() + "/link";
  run.options.force = true;
  CHECK(run.Fail().code() == "OutputExists");
  CHECK(fs::is_symlink(run.options.output));
}

TEST_CASE("inputs that cannot be leave no output") {
  DecodeRun run(OneString());
  const std::string good = run.options.inputs[0];
  run.options.inputs = {run.folder() + "/missing.fsm"};
  CHECK(run.Fail().code() == "NotFound");
  for (const std::string& bytes : {std::string(), std::string("EKVT"), std::string(100, 'x'),
                                   OneString().Bytes().substr(0, 60)}) {
    WriteWholeFile(good, bytes);
    run.options.inputs = {good};
    CHECK_FALSE(run.Fail().ok());
  }
}

TEST_CASE("an output inside the input directory is refused") {
  DecodeRun run(OneString());
  const std::string data = run.folder() + "/data";
  fs::create_directories(data + "/fsm-snap");
  OneString().Header1(1).Write(data + "/fsm-snap/0000000000000007.fsm");
  run.options.inputs = {data};
  const Files before = run.Everything();
  for (const std::string& inside : {data + "/out", data + "/fsm-snap/out", data, data + "/.",
                                    data + "/../data/out", data + "/fsm-snap/../out"}) {
    INFO(inside);
    run.options.output = inside;
    CHECK(run.Fail().code() == "OutputInsideInput");
  }
  CHECK(run.Everything() == before);
  fs::create_symlink("data", run.folder() + "/alias");
  run.options.output = run.folder() + "/alias/out";
  CHECK(run.Fail().code() == "OutputInsideInput");
  // A name that only begins alike is another folder; a dry run has no output.
  run.options.output = data + "-out";
  run.Run();
  CHECK(run.Data() == OneFile());
  run.options.output = data + "/out";
  run.options.dry_run = true;
  CHECK(run.Run().rows.emitted == 1);
}

TEST_CASE("an output that holds what the run needs is refused, with --force too") {
  DecodeRun run(OneString());
  const std::string folder = run.folder() + "/all";
  fs::create_directories(folder + "/below/fsm-snap");
  OneString().Header1(1).Write(folder + "/below/fsm-snap/0000000000000007.fsm");
  WriteWholeFile(folder + "/log", "");
  fs::create_directory_symlink("all", run.folder() + "/alias");
  const std::string input = run.options.inputs[0];
  const Files before = run.Everything();
  run.options.force = true;
  const auto refused = [&run](const std::string& from, const std::string& to) {
    INFO(from << " to " << to);
    run.options.inputs = {from};
    run.options.output = to;
    CHECK(run.Fail().code() == "OutputHoldsInput");
  };
  refused(input, input);
  refused(input, run.folder());
  refused(folder + "/below", folder);
  refused(folder + "/below/fsm-snap/0000000000000007.fsm", folder + "/below");
  refused(folder + "/below/fsm-snap/0000000000000007.fsm", folder + "/./below/../.");
  refused(run.folder() + "/alias/below", folder);
  run.options.keep = {folder + "/log"};
  refused(input, folder);
  run.options.keep.clear();
  run.options.scratch_folder = folder + "/below";
  refused(input, folder);
  CHECK(run.Everything() == before);
}

TEST_CASE("a dry run counts what a real run counts, and writes nothing") {
  for (const uint64_t seed : {3U, 17U, 40U, 77U, 122U}) {
    INFO(seed);
    const SnapshotBuilder rows = ToSnapshot(RandomStore(seed));
    DecodeRun real(rows);
    const DecodeReport expected = real.Run();
    DecodeRun dry(rows);
    const Files before = dry.Everything();
    dry.options.dry_run = true;
    const DecodeReport report = dry.Run();
    CHECK(dry.Everything() == before);
    CHECK(report.tree.files == expected.tree.files);
    CHECK(report.tree.files == ReadTree(real.options.output).size() - 1);
    CHECK(report.records == expected.records);
    CHECK(report.losses == expected.losses);
    CHECK(report.complete() == expected.complete());
    CHECK(report.rows.Sum() == expected.rows.Sum());
    CHECK(report.rows.emitted == expected.rows.emitted);
    CHECK(report.rows.operational == expected.rows.operational);
    CHECK(report.rows.damaged == expected.rows.damaged);
    CHECK(report.damaged.size() == expected.damaged.size());
    REQUIRE(report.findings.by_code().size() == expected.findings.by_code().size());
    for (const auto& [code, finding] : expected.findings.by_code()) {
      REQUIRE(FindingOf(report, code) != nullptr);
      CHECK(FindingOf(report, code)->count == finding.count);
    }
    // MANIFEST.json tells the time of the run, whose fraction has no zeros at its end.
    const auto difference = static_cast<int64_t>(report.tree.bytes - expected.tree.bytes);
    CHECK(std::abs(difference) <= 10);
  }
}

TEST_CASE("strict: a loss is an error, and there is no output") {
  const SnapshotBuilder lossy =
      OneString().Put(ItemKey("orphan", 0), kT0, "i").Put(TtlKey("nobody"), kT0, U64(1));
  DecodeRun loose(lossy);
  CHECK_FALSE(loose.Run().complete());
  DecodeRun run(lossy);
  run.options.strict = true;
  const Status status = run.Fail();
  CHECK(status.code() == "StrictLoss");
  CHECK(status.kind() == ErrorKind::kData);
  CHECK(status.Message().find("redis_list_items_outside_window") != std::string::npos);
  run.options.dry_run = true;
  CHECK(run.Fail().code() == "StrictLoss");
  // Notes are no losses.
  DecodeRun noted(OneString().Put(TtlKey("nobody"), kT0, U64(1)));
  noted.options.strict = true;
  CHECK(noted.Run().complete());
  CHECK(noted.Data() == OneFile());
}

TEST_CASE("strict refuses every kind of loss") {
  for (const SnapshotBuilder& rows :
       {OneString().Put("!redis|new|x", kT0, "v"), OneString().Put("!ddb|item|x", kT0, "v"),
        OneString().Put(StrKey("d"), kT0, "\xff\x01"), OneString().Put("b", kT0, "v", 0, 0x08),
        OneString().Put(MetaKeyOf("hs", "h"), kT0, "x")}) {
    DecodeRun run(rows);
    CHECK_FALSE(run.Run().complete());
    DecodeRun strict(rows);
    strict.options.strict = true;
    CHECK(strict.Fail().code() == "StrictLoss");
  }
}

// Cancels when a run reaches a phase.
class CancelAt {
 public:
  CancelAt(const Progress& progress, std::string phase)
      : watcher_([this, &progress, phase = std::move(phase)] {
          while (!stop_) {
            if (progress.phase.load() == phase) {
              g_cancel_signal = SIGTERM;
              return;
            }
            std::this_thread::yield();
          }
        }) {}
  ~CancelAt() {
    stop_ = true;
    watcher_.join();
    g_cancel_signal = 0;
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread watcher_;
};

TEST_CASE("a run that is cancelled from the start leaves nothing") {
  for (const bool dry : {false, true}) {
    DecodeRun run(OneString());
    run.options.dry_run = dry;
    g_cancel_signal = SIGINT;
    const Files before = run.Everything();
    const Result<DecodeReport> report = Decode(run.options);
    g_cancel_signal = 0;
    REQUIRE_FALSE(report.ok());
    CHECK(report.status().kind() == ErrorKind::kCancelled);
    CHECK(run.Everything() == before);
  }
}

TEST_CASE("a run that is cancelled on the way leaves nothing, in whatever phase") {
  SnapshotBuilder rows;
  for (int i = 0; i < 6000; ++i) {
    const std::string n = std::to_string(i);
    rows.Put(StrKey("s" + n), kT0, StringValue("v"))
        .Put(FieldKey("h", n), kT0, n)
        .Put(n, kT0, "raw");
  }
  int cancelled = 0;
  for (const unsigned threads : {1U, 2U}) {
    for (const char* phase : {"scan", "collect redis keys", "write redis keys", "write raw rows"}) {
      INFO(phase << ", threads " << threads);
      DecodeRun run(rows);
      Progress progress;
      run.options.progress = &progress;
      run.options.threads = threads;
      run.options.memory_bytes = uint64_t{16} << 20;
      const Files before = run.Everything();
      const CancelAt cancel(progress, phase);
      const Result<DecodeReport> report = Decode(run.options);
      if (report.ok()) continue;  // it was quicker than the watcher
      ++cancelled;
      CHECK(report.status().kind() == ErrorKind::kCancelled);
      CHECK((run.Everything() == before));
    }
  }
  CHECK(cancelled > 0);
}

}  // namespace
}  // namespace snaptree::test
