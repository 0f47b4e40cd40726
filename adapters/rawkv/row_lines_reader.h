// Reads what RowLinesFile writes, also when people edited it: rawkv/data.jsonl and
// unknown/rows.jsonl (spec 06 sections 3.2, 3.3 and chapter 8), with the files of large values in
// blobs/ beside them. Members are matched by their exact names; those that mean nothing are left
// out with a warning. One thread.
#pragma once

#include <functional>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/rawkv/row_line_parser.h"
#include "base/external_sorter.h"
#include "base/result.h"

namespace snaptree {

class RowLinesReader {
 public:
  RowLinesReader(const EncodeContext& context, const RowLinesForm& form);

  // Calls take() for each sound line; errors of lines, those of take() too, are collected with
  // their places. Then tells of files that belong to no line.
  using TakeLine = std::function<Status(const RowLine& line)>;
  Status ForEachLine(const TakeLine& take);

  const std::string& path() const { return path_; }
  // What the line says will come out of a decode in another form.
  Status NoteRespelled(const RowLine& line);
  // The files that a line's record stands in.
  Status AddDifferences(const RowLine& line);

 private:
  Status ListFolder();
  Status ListBlobs();
  Status ReadLines(const TakeLine& take);
  Status TakeText(Slice text, uint64_t number, const TakeLine& take);
  Status TellUnusedBlobs();

  const EncodeContext& context_;
  const RowLinesForm form_;
  const std::string path_;
  const std::string blobs_;    // folder
  ExternalSorter blob_names_;  // of files, and of values that lines name
  RowLineParser parser_;
};

}  // namespace snaptree
