#include "adapters/common/encode_context.h"

#include "base/text.h"

namespace snaptree {
namespace {

Slice NameOf(Slice path) {
  const size_t slash = path.rfind('/');
  return slash == Slice::npos ? path : path.substr(slash + 1);
}

const char* KnownLeftover(Slice name) {
  if (name.ends_with("~") || name.ends_with(".bak") || name.ends_with(".orig"))
    return "an editor's backup";
  if (name.starts_with(".") && name.ends_with(".swp")) return "an editor's swap file";
  if (name == ".DS_Store" || name == "Thumbs.db") return "a file manager's notes";
  if (name.find(".tmp-") != Slice::npos) return "a temporary file of a tool that was killed";
  if (name == ".scratch") return "a scratch folder of the Go tools that is not empty";
  return nullptr;
}

}  // namespace

Status UnexpectedFile(const EncodeContext& context, Slice path, const std::string& expected) {
  return TakeUnexpectedFile(&context.findings, context.ignore_extra, path, expected);
}

Status TakeUnexpectedFile(TreeFindings* findings, bool ignore_extra, Slice path,
                          const std::string& expected) {
  const char* leftover = KnownLeftover(NameOf(path));
  if (ignore_extra) {
    findings->Warn("unexpected_file", "files that belong to no record were left out", path);
    return {};
  }
  Status error = DataError("UnexpectedFile", "nothing in the tree says what this is")
                     .At(path)
                     .Expected(expected)
                     .Next("move it out of the tree; encode --ignore-extra leaves such files out");
  if (leftover != nullptr) error = std::move(error).Found(leftover);
  return findings->TakeError(std::move(error));
}

Status UnexpectedEntry(const EncodeContext& context, Slice path, EntryKind kind,
                       const std::string& expected) {
  if (kind == EntryKind::kOther) {
    const Result<std::unique_ptr<TreeContent>> opened = context.input.source().Open(path);
    if (!opened.ok()) return context.findings.TakeError(opened.status());
  }
  return UnexpectedFile(context, path, expected);
}

}  // namespace snaptree
