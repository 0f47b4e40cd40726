// Whole runs of Encode() on folders, for tests: a tree that decode made of a snapshot, to be
// edited, and what becomes of it.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "encode/encoder.h"

#include "decode/decoder.h"
#include "tests/support/decode_run.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {

class EncodeRun {
 public:
  explicit EncodeRun(const SnapshotBuilder& snapshot) : EncodeRun(snapshot.Bytes()) {}
  explicit EncodeRun(const std::string& bytes, DecodeOptions decode = {}) {
    WriteWholeFile(folder_ / "in.fsm", bytes);
    decode.inputs = {folder_ / "in.fsm"};
    decode.output = folder_ / "tree";
    const Result<DecodeReport> report = Decode(decode);
    if (!report.ok()) throw std::runtime_error(report.status().Message());
    options.input = folder_ / "tree";
    options.output = folder_ / "out.fsm";
  }

  EncodeOptions options;

  std::string tree(const std::string& path) const { return folder_ / "tree/" + path; }
  std::string folder(const std::string& name) const { return folder_ / name; }
  void Edit(const std::string& path, const std::string& text) const {
    WriteWholeFile(tree(path), text);
  }
  // As `seal` does.
  void Seal() const {
    const std::string command =
        "cd '" + (folder_ / "tree") +
        "' && find . -type f ! -path ./CHECKSUMS -print0 | sort -z | "
        "xargs -0 sha256sum | sed 's/  \\.\\//  /' > ../sums && mv ../sums CHECKSUMS";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("cannot seal");
  }

  // A run that must come to its end; errors of the tree are in the report.
  EncodeReport Run() const {
    Result<EncodeReport> report = Encode(options);
    if (!report.ok()) throw std::runtime_error(report.status().Message());
    return *std::move(report);
  }
  // "" or the code of the error that ended the run.
  std::string Fails() const {
    const Result<EncodeReport> report = Encode(options);
    return report.ok() ? "" : report.status().code();
  }
  std::string Output() const { return ReadWholeFile(options.output); }
  // "Code path", in order.
  static std::vector<std::string> ErrorsOf(const EncodeReport& report) {
    std::vector<std::string> errors;
    for (const Status& error : report.errors)
      errors.push_back(error.code() + " " + error.info().source);
    return errors;
  }
  std::vector<std::string> Errors() const { return ErrorsOf(Run()); }

  // The tree that the output decodes to.
  Files Decoded(DecodeOptions decode = {}) const {
    decode.inputs = {options.output};
    decode.output = folder_ / "again";
    decode.force = true;
    const Result<DecodeReport> report = Decode(decode);
    if (!report.ok()) throw std::runtime_error(report.status().Message());
    return ReadTree(decode.output);
  }
  Files Tree() const { return ReadTree(options.input); }

 private:
  TempFolder folder_;
};

}  // namespace snaptree::test
