#include "base/task_thread.h"

#include <atomic>
#include <memory>
#include <vector>

#include <catch2/catch.hpp>

#include "base/md5.h"
#include "base/shared_bytes.h"
#include "base/text.h"

namespace snaptree {
namespace {

TEST_CASE("tasks run in order, one at a time, and all before the end") {
  std::vector<int> ran;
  {
    TaskThread thread(3);
    for (int i = 0; i < 1000; ++i) thread.Post([&ran, i] { ran.push_back(i); });
    thread.Wait();
    REQUIRE(ran.size() == 1000);
    for (int i = 1000; i < 1010; ++i) thread.Post([&ran, i] { ran.push_back(i); });
  }
  REQUIRE(ran.size() == 1010);
  for (int i = 0; i < 1010; ++i) CHECK(ran[static_cast<size_t>(i)] == i);
}

TEST_CASE("who gives more than the thread can do waits") {
  TaskThread thread(2);
  std::atomic<int> given{0};
  std::atomic<int> worst{0};
  std::atomic<int> done{0};
  for (int i = 0; i < 200; ++i) {
    thread.Post([&] {
      worst = std::max(worst.load(), given.load() - done.load());
      ++done;
    });
    ++given;
  }
  thread.Wait();
  CHECK(done == 200);
  CHECK(worst <= 4);  // two waiting, one in work, one just given
}

TEST_CASE("a task's bytes go back to their pool before anybody hears that it is done") {
  BytesPool pool;
  TaskThread thread(8);
  std::string* first = nullptr;
  for (int i = 0; i < 100; ++i) {
    const std::shared_ptr<std::string> bytes = pool.Take();
    CHECK(bytes->empty());
    if (first == nullptr) first = bytes.get();
    CHECK(bytes.get() == first);
    bytes->assign(1000, 'x');
    thread.Post([shared = SharedBytes(bytes)] { REQUIRE(shared->size() == 1000); });
    thread.Wait();
  }
}

TEST_CASE("readers of shared bytes may outlive the pool") {
  SharedBytes kept;
  {
    BytesPool pool;
    const std::shared_ptr<std::string> bytes = pool.Take();
    *bytes = "kept";
    kept = bytes;
  }
  CHECK(*kept == "kept");
}

TEST_CASE("MD5: the vectors of RFC 1321") {
  const auto md5 = [](Slice text) {
    static Md5 hash;
    hash.Reset();
    hash.Update(text.substr(0, text.size() / 2));
    hash.Update(text.substr(text.size() / 2));
    return Hex(AsSlice(hash.Finish()));
  };
  CHECK(md5("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(md5("a") == "0cc175b9c0f1b6a831c399e269772661");
  CHECK(md5("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
}

}  // namespace
}  // namespace snaptree
