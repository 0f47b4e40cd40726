// Any bytes as write-ahead logs, or as the batches of some whose frames are right: refused with an
// error of the data, or rows in order whose values can be read. Salvage refuses nothing.
#include <cstdlib>
#include <string>

#include "tests/support/pebble_replay.h"

namespace {

using namespace snaptree;
using Form = test::PebbleLog::Form;

void Require(bool holds) {
  if (!holds) std::abort();
}

constexpr uint64_t kFirstLog = 4;

struct Logs {
  std::string first;
  std::string second;
};

// Batches behind their lengths of one byte.
Logs Framed(Slice batches, Form form, bool end_mark) {
  test::PebbleLog logs[] = {test::PebbleLog(kFirstLog, form), test::PebbleLog(kFirstLog + 1, form)};
  for (size_t i = 0; !batches.empty(); ++i) {
    const size_t n = std::min<size_t>(static_cast<uint8_t>(batches[0]), batches.size() - 1);
    // Every third one to the second log.
    logs[i % 3 == 2 ? 1 : 0].Add(batches.substr(1, n));
    batches.remove_prefix(1 + n);
  }
  if (end_mark) logs[0].EndMark();
  return {logs[0].bytes(), logs[1].bytes()};
}

// The first byte says what follows.
Logs LogsOf(Slice input) {
  if (input.empty()) return {};
  const auto mode = static_cast<uint8_t>(input[0]);
  input.remove_prefix(1);
  if ((mode & 1) == 0) {
    const size_t middle = (mode & 2) == 0 ? input.size() : input.size() / 2;
    return {std::string(input.substr(0, middle)), std::string(input.substr(middle))};
  }
  constexpr Form kForms[] = {Form::kNumbered, Form::kSynced, Form::kPlain, Form::kNumbered};
  return Framed(input, kForms[mode >> 1 & 3], (mode & 8) != 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const test::TempFolder folder;
  const Logs logs = LogsOf(Slice(reinterpret_cast<const char*>(data), size));
  test::WriteWholeFile(folder / "000004.log", logs.first);
  test::WriteWholeFile(folder / "000005.log", logs.second);

  LogRowsOptions options;
  options.scratch_folder = folder.path();
  const test::Replayed replayed = test::Replay(folder.path(), {}, options);
  if (!replayed.status.ok()) {
    Require(replayed.status.kind() == ErrorKind::kData);
    Require(!replayed.status.code().empty() && !replayed.status.info().source.empty());
  }
  options.salvage = true;
  const test::Replayed salvaged = test::Replay(folder.path(), {}, options);
  Require(salvaged.status.ok());
  const bool is_missing = salvaged.status.ok() && !salvaged.logs->missing().ok();
  Require((salvaged.found("wal_damaged") || is_missing) == !replayed.status.ok());
  Require(salvaged.rows.size() <= salvaged.logs->operations());
  if (replayed.status.ok()) Require(salvaged.rows == replayed.rows);
  return 0;
}
