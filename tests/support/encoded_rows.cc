#include "tests/support/encoded_rows.h"

#include <mutex>
#include <sstream>
#include <stdexcept>

#include "encode/encode_run.h"

#include "base/coding.h"
#include "base/file.h"
#include "formats/fsm_format.h"
#include "tests/support/memory_source.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

class Differences : public ExpectedDifferences {
 public:
  Status Add(Slice path) override {
    const std::lock_guard lock(mutex_);
    paths_.emplace(path);
    return {};
  }
  const std::set<std::string>& paths() const { return paths_; }

 private:
  std::mutex mutex_;
  std::set<std::string> paths_;
};

void Require(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.Message());
}

const char* SeverityName(Severity severity) {
  return severity == Severity::kNote ? "note" : "warning";
}

std::string ReadBack(int fd) {
  std::string bytes(static_cast<size_t>(::lseek(fd, 0, SEEK_END)), '\0');
  if (::pread(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("cannot read the snapshot back");
  return bytes;
}

// The rows of a complete snapshot, read without any of our readers.
void TakeRows(EncodedRows* out) {
  ByteReader reader(out->snapshot);
  Slice skipped;
  reader.ReadBytes(kFsmHeader1Bytes + kRowStreamHeaderBytes, &skipped);
  while (reader.size() > kFooterBytes) {
    uint64_t key_size = 0;
    uint64_t value_size = 0;
    Slice key;
    Slice value;
    if (!reader.ReadLe64(&key_size) || !reader.ReadBytes(key_size, &key) ||
        !reader.ReadLe64(&value_size) || !reader.ReadBytes(value_size, &value)) {
      throw std::runtime_error("the snapshot's framing is broken");
    }
    if (!out->raw.empty() && out->raw.back().key >= key)
      throw std::runtime_error("rows do not ascend");
    out->raw.push_back({std::string(key), std::string(value)});
    out->rows[std::string(key.substr(0, key.size() - kTimestampBytes))] =
        value.substr(kValueHeaderBytes);
  }
}

EncodedRows EncodeOnce(const Files& files, const EncodeFilesOptions& options, unsigned threads,
                       size_t sorter_bytes) {
  const TempFolder scratch;
  EncodeFilesOptions own = options;
  own.threads = threads;
  const MemorySource source(files, options.folders);
  const auto sorter_options = [&](double) {
    return SorterOptions{sorter_bytes, [&]() -> Result<std::string> { return scratch.path(); }};
  };
  TreeInput input(source, {sorter_options(1), threads > 1});
  TreeFindings findings;
  Differences differences;
  Progress progress;
  Result<UniqueFd> fd = OpenUnnamedFile(scratch.path());
  Require(fd.status());
  EncodedRows out;
  {
    FsmWriter writer(fd->get(), "snapshot", {options.commit_ts, false, threads > 1});
    const EncodeRun run{own,      options.manifest, options.commit_ts, input,
                        findings, differences,      progress,          sorter_options};
    Require(WriteRows(run, writer, &out.report));
    Result<WrittenFsm> written = writer.Finish();
    Require(written.status());
    out.report.written = *written;
  }
  out.report.findings = findings.TakeFindings();
  out.differences = differences.paths();
  out.statuses = findings.Errors();
  for (const Status& error : out.statuses) {
    std::string text = error.code() + " " + error.info().source;
    if (!error.info().address.empty()) text += ": " + error.info().address;
    out.errors.push_back(std::move(text));
  }
  if (!out.errors.empty()) return out;
  out.snapshot = ReadBack(fd->get());
  TakeRows(&out);
  return out;
}

std::string TextOf(const EncodedRows& encoded) {
  std::ostringstream out;
  for (const Status& error : encoded.statuses) out << error.Message() << '\n';
  for (const auto& [code, finding] : encoded.report.findings.by_code()) {
    out << code << ' ' << SeverityName(finding.severity) << ' ' << finding.count << ' '
        << finding.text << '\n';
    for (const auto& [example, n] : finding.examples) out << "  " << example << ' ' << n << '\n';
  }
  for (const EncodeAdapterReport& adapter : encoded.report.adapters)
    out << adapter.name << ' ' << adapter.records << '\n';
  for (const std::string& path : encoded.differences) out << "differs " << path << '\n';
  return out.str();
}

}  // namespace

std::string EncodedRows::finding(const std::string& code) const {
  const auto found = report.findings.by_code().find(code);
  if (found == report.findings.by_code().end()) return "";
  return std::string(SeverityName(found->second.severity)) + " " +
         std::to_string(found->second.count);
}

std::vector<std::string> EncodedRows::findings() const {
  std::vector<std::string> out;
  for (const auto& [code, finding] : report.findings.by_code()) {
    out.push_back(std::string(SeverityName(finding.severity)) + " " + code + " " +
                  std::to_string(finding.count));
  }
  return out;
}

EncodedRows EncodeFiles(const Files& files, const EncodeFilesOptions& options) {
  EncodedRows out = EncodeOnce(files, options, 1, size_t{64} << 20);
  // Of a small tree each record becomes a run of its own, of a large one some hundred make one.
  size_t bytes = 0;
  for (const auto& [path, content] : files) bytes += content.size();
  const EncodedRows again = EncodeOnce(files, options, 4, bytes >> 10);
  if (again.snapshot != out.snapshot) throw std::runtime_error("threads change the snapshot");
  const std::string expected = TextOf(out);
  const std::string found = TextOf(again);
  if (found != expected) {
    throw std::runtime_error("threads change the report:\n" + found + "--- with one:\n" + expected);
  }
  return out;
}

}  // namespace snaptree::test
