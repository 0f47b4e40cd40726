// What goes wrong while a tree is written: it is reported at the latest by Finish(), names the
// path, and nothing has the final name.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include <catch2/catch.hpp>

#include "base/cancel.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"
#include "tree/directory_sink.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using test::ExpectCode;
using test::TempFolder;

struct Writing {
  explicit Writing(const std::string& output, unsigned threads) : staged(Stage(output)) {
    DirectorySinkOptions options;
    options.threads = threads;
    sink = NewDirectorySink(staged, std::move(options));
  }

  static StagedOutput Stage(const std::string& output) {
    Result<StagedOutput> staged = StagedOutput::Create(output, false);
    if (!staged.ok()) throw std::runtime_error(staged.status().Message());
    return *std::move(staged);
  }

  StagedOutput staged;
  std::unique_ptr<TreeSink> sink;
};

// Runs `write` and returns the first error, Finish() included.
Status FirstError(Writing* writing, const std::function<Status(TreeSink*)>& write) {
  if (Status s = write(writing->sink.get()); !s.ok()) return s;
  return writing->sink->Finish();
}

constexpr unsigned kThreads[] = {1, 2};

TEST_CASE("a second file of a name is a collision") {
  using Write = std::function<Status(TreeSink*)>;
  const auto small = [](const char* path) {
    return Write([path](TreeSink* sink) { return sink->WriteFile(path, "x"); });
  };
  const auto pieces = [](const char* path) {
    return Write([path](TreeSink* sink) -> Status {
      SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, sink->CreateFile(path));
      SNAPTREE_TRY(file->Append(std::string(100000, 'x')));
      return file->Close();
    });
  };
  const auto directory = [](const char* path) {
    return Write([path](TreeSink* sink) { return sink->CreateDirectory(path); });
  };
  const std::vector<std::pair<Write, Write>> cases = {
      {small("d/a"), small("d/a")},      {small("d/a"), pieces("d/a")},
      {pieces("d/a"), small("d/a")},     {small("d/a"), small("d/a/b")},
      {small("d/a/b"), small("d/a")},    {small("d/a"), directory("d/a")},
      {directory("d/a"), pieces("d/a")}, {small("CHECKSUMS"), small("x")}};
  for (const unsigned threads : kThreads) {
    for (size_t i = 0; i < cases.size(); ++i) {
      INFO("case " << i << ", threads " << threads);
      const TempFolder folder;
      {
        Writing writing(folder / "out", threads);
        const Status error = FirstError(&writing, [&](TreeSink* sink) -> Status {
          SNAPTREE_TRY(cases[i].first(sink));
          return cases[i].second(sink);
        });
        REQUIRE_FALSE(error.ok());
        CHECK(error.code() == "NameCollision");
        CHECK(error.kind() == ErrorKind::kEnvironment);
        CHECK(error.info().source == folder / (i == 7 ? "out/CHECKSUMS" : "out/d/a"));
        // The error stays.
        CHECK(writing.sink->WriteFile("other", "x").code() == "NameCollision");
        CHECK(writing.sink->Flush().code() == "NameCollision");
      }
      CHECK(fs::is_empty(folder.path()));
    }
  }
}

TEST_CASE("paths that would leave the tree are refused") {
  const TempFolder folder;
  Writing writing(folder / "out", 1);
  for (const char* path : {"", "/etc/x", "../x", "a/../../x", "a//b", "a/", "."}) {
    INFO(path);
    CHECK(writing.sink->WriteFile(path, "x").code() == "UnsafePath");
    CHECK(writing.sink->CreateFile(path).status().code() == "UnsafePath");
    CHECK(writing.sink->CreateDirectory(path).code() == "UnsafePath");
  }
  CHECK(writing.sink->WriteFile(Slice("a\0b", 3), "x").code() == "UnsafePath");
  CHECK(writing.sink->Finish().ok());
}

TEST_CASE("a link planted in the tree is not followed") {
  for (const unsigned threads : kThreads) {
    const TempFolder outside;
    const TempFolder folder;
    for (const char* target : {"d", "d/e"}) {
      Writing writing(folder / "out", threads);
      if (std::string(target) == "d/e") fs::create_directory(writing.staged.path() + "/d");
      fs::create_directory_symlink(outside.path(), writing.staged.path() + "/" + target);
      const Status error =
          FirstError(&writing, [](TreeSink* sink) { return sink->WriteFile("d/e/f", "x"); });
      REQUIRE_FALSE(error.ok());
      CHECK(error.code() == "UnsafePath");
      CHECK(error.info().source == folder / "out/" + target);
    }
    {
      Writing writing(folder / "out", threads);
      fs::create_symlink(outside / "new", writing.staged.path() + "/f");
      CHECK(FirstError(&writing, [](TreeSink* sink) { return sink->WriteFile("f", "x"); }).code() ==
            "NameCollision");
    }
    CHECK(fs::is_empty(outside.path()));
    CHECK(fs::is_empty(folder.path()));
  }
}

TEST_CASE("a name that the file system cannot hold is an error that names it") {
  for (const unsigned threads : kThreads) {
    const TempFolder folder;
    const std::string name(256, 'n');
    for (const std::string& path : {name, name + "/x", "a/" + name}) {
      Writing writing(folder / "out", threads);
      const Status error =
          FirstError(&writing, [&](TreeSink* sink) { return sink->WriteFile(path, "x"); });
      REQUIRE_FALSE(error.ok());
      CHECK(error.kind() == ErrorKind::kEnvironment);
      CHECK(error.info().source.find(name) != std::string::npos);
    }
  }
}

TEST_CASE("a full disk ends the run with NoSpace and leaves nothing") {
  for (const unsigned threads : kThreads) {
    const TempFolder folder;
    const std::string said = test::RunInChild([&]() -> std::string {
      if (!test::MountTmpfs(folder.path(), "size=1m,nr_inodes=200")) return "skip";
      const std::string piece(100000, 'x');
      const auto small_files = [](TreeSink* sink) -> Status {
        for (int i = 0; i < 5000; ++i) {
          SNAPTREE_TRY(sink->WriteFile("d/" + std::to_string(i), "x"));
        }
        return {};
      };
      const auto one_large = [&](TreeSink* sink) -> Status {
        SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, sink->CreateFile("large"));
        for (int i = 0; i < 100; ++i) SNAPTREE_TRY(file->Append(piece));
        return file->Close();
      };
      const auto whole = [&](TreeSink* sink) {
        return sink->WriteFile("whole", std::string(3 << 20, 'x'));
      };
      for (const std::function<Status(TreeSink*)>& write :
           {std::function<Status(TreeSink*)>(small_files), {one_large}, {whole}}) {
        Writing writing(folder / "out", threads);
        const Status error = FirstError(&writing, write);
        if (const std::string wrong = ExpectCode(error, "NoSpace"); !wrong.empty()) return wrong;
        if (error.info().source.find(folder / "out/") != 0) return "no path: " + error.Message();
        if (error.info().next.empty()) return "no next step";
      }
      return fs::is_empty(folder.path()) ? "" : "something is left";
    });
    if (said == "skip") {
      WARN("no right to mount: not tried");
      return;
    }
    CHECK(said == "");
  }
}

TEST_CASE("a write error of a large file is reported") {
  for (const unsigned threads : kThreads) {
    const TempFolder folder;
    CHECK(test::RunInChild([&]() -> std::string {
            ::signal(SIGXFSZ, SIG_IGN);
            const rlimit limit = {200000, 200000};
            if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return "setrlimit";
            Writing writing(folder / "out", threads);
            const Status error = FirstError(&writing, [](TreeSink* sink) {
              return sink->WriteFile("a/large", std::string(1 << 20, 'x'));
            });
            if (error.info().source != folder / "out/a/large") return error.Message();
            return ExpectCode(error, "Io");
          }) == "");
  }
}

TEST_CASE("few descriptors are enough") {
  for (const unsigned threads : kThreads) {
    const TempFolder folder;
    CHECK(test::RunInChild([&]() -> std::string {
            Writing writing(folder / "out", threads);
            const rlimit limit = {40, 40};
            if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return "setrlimit";
            for (int round = 0; round < 2; ++round) {
              for (int i = 0; i < 60; ++i) {
                const std::string path = "a/b" + std::to_string(i) + "/c/" + std::to_string(round);
                if (Status s = writing.sink->WriteFile(path, path); !s.ok()) return s.Message();
              }
            }
            const Status finished = writing.sink->Finish();
            return finished.ok() ? "" : finished.Message();
          }) == "");
  }
}

TEST_CASE("a signal ends the writing") {
  for (const unsigned threads : kThreads) {
    const TempFolder folder;
    Writing writing(folder / "out", threads);
    Status error;
    int calls = 0;
    for (; calls < 4000 && error.ok(); ++calls) {
      if (calls == 500) g_cancel_signal = SIGINT;
      error = writing.sink->WriteFile("f" + std::to_string(calls), "x");
    }
    g_cancel_signal = 0;
    CHECK(calls < 500 + 2000);  // what may wait in batches, and some more
    REQUIRE_FALSE(error.ok());
    CHECK(error.kind() == ErrorKind::kCancelled);
  }
}

TEST_CASE("a sink that is given up leaves nothing, wherever it stood") {
  for (const unsigned threads : kThreads) {
    for (const int files : {0, 1, 300, 800}) {
      const TempFolder folder;
      {
        Writing writing(folder / "out", threads);
        Result<std::unique_ptr<TreeFile>> open = writing.sink->CreateFile("open");
        REQUIRE(open.ok());
        REQUIRE((*open)->Append(std::string(100000, 'x')).ok());
        for (int i = 0; i < files; ++i) {
          REQUIRE(writing.sink->WriteFile("d/" + std::to_string(i), std::string(2000, 'x')).ok());
        }
      }
      CHECK(fs::is_empty(folder.path()));
    }
  }
}

TEST_CASE("a tree that is taken away while it is written is no fault of the input") {
  for (const unsigned threads : kThreads) {
    const TempFolder folder;
    Writing writing(folder / "out", threads);
    REQUIRE(writing.sink->WriteFile("a/b", "x").ok());
    REQUIRE(writing.sink->Flush().ok());
    fs::remove_all(writing.staged.path());
    const Status error =
        FirstError(&writing, [](TreeSink* sink) { return sink->WriteFile("a/c", "x"); });
    REQUIRE_FALSE(error.ok());
    CHECK(error.kind() == ErrorKind::kEnvironment);
  }
}

}  // namespace
}  // namespace snaptree
