// Copies of rows in scratch: what is said when there is no room for them.
#include "formats/row_copy.h"

#include <sys/resource.h>

#include <csignal>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

// Files of this process cannot grow beyond it.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const struct rlimit limit { bytes, before_.rlim_max };
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  struct rlimit before_ {};
  void (*handler_)(int);
};

TEST_CASE("a copy that does not fit names the scratch folder") {
  const test::TempFolder folder;
  Result<RowCopy> copy = RowCopy::Create(folder.path(), "a.fsm (decrypted copy)", 0);
  REQUIRE(copy.ok());
  const std::string value(size_t{4} << 20, 'v');
  REQUIRE(copy->Begin("key", value.size()).ok());
  Status written;
  {
    const FileSizeLimit limit(1 << 20);
    written = copy->Append(value);
  }
  REQUIRE_FALSE(written.ok());
  CHECK(written.kind() == ErrorKind::kEnvironment);
  CHECK(written.info().source == folder.path());
  CHECK(written.info().address == "a.fsm (decrypted copy)");
}

}  // namespace
}  // namespace snaptree
