// A row's value as a binary-safe JSON value ("BV", spec 02 section 4.1), however large it is: small
// ones go through memory, large ones are read in pieces, first to see whether they are UTF-8, then
// to be written.
#pragma once

#include "base/result.h"
#include "formats/value_ref.h"
#include "manifest/json_writer.h"
#include "tree/tree_sink.h"

namespace snaptree {

// JSON text on its way into one file. Text is handed on whenever enough has collected, so that a
// file of any size needs little memory; a small file is written in one call.
class JsonFile {
 public:
  JsonFile(TreeSink& sink, JsonStyle style, HtmlEscape html)
      : sink_(sink), json_(style, html), html_(html) {}

  // Begins a file; forgets the one before.
  void Begin(Slice path);
  JsonWriter& json() { return json_; }
  HtmlEscape html() const { return html_; }
  // Call between elements: hands on what has collected when it is much.
  Status Drain();
  // Ends one document of a file that holds a line for each: newline, and ready for the next.
  Status EndLine();
  Status Finish();

  // Appends a value as BV.
  Status Value(const RowSource& source, const ValueRef& value);
  // Appends a value as a string in base64url without padding.
  Status Base64(const RowSource& source, const ValueRef& value);

 private:
  Status Hand();
  Status LargeValue(const RowSource& source, const ValueRef& value);

  TreeSink& sink_;
  JsonWriter json_;
  HtmlEscape html_;
  std::string path_;
  std::unique_ptr<TreeFile> file_;  // once the first part was handed on
};

}  // namespace snaptree
