#include "adapters/fs/fs_inode_lines.h"

#include "adapters/fs/fs_links.h"
#include "adapters/fs/fs_paths.h"
#include "base/cancel.h"
#include "manifest/keymap.h"

namespace snaptree::fs {
namespace {

constexpr double kNameShare = 0.02;

void ExtraMember(JsonWriter& json, const std::vector<UnknownMember>& unknown) {
  if (unknown.empty()) return;
  json.Key("x_extra");
  json.StartObject();
  for (const UnknownMember& member : unknown) {
    json.Key(member.name);
    json.Raw(member.json);
  }
  json.EndObject();
}

}  // namespace

InodeLines::InodeLines(const DecodeContext& context)
    : sink_(context.sink),
      inodes_file_(sink_, JsonStyle::kCompact, HtmlEscape::kOff),
      links_file_(sink_, JsonStyle::kCompact, HtmlEscape::kOff),
      names_(context.sorter_options(kNameShare)) {}

Status InodeLines::AddInode(const Inode& inode, Slice path, std::optional<uint64_t> dir_version) {
  if (inodes_++ == 0) inodes_file_.Begin(kInodesPath);
  JsonWriter& json = inodes_file_.json();
  json.StartObject();
  WriteInodeMembers(json, inode);
  json.Member("path", path);
  if (dir_version) json.Member("dir_version", *dir_version);
  ExtraMember(json, inode.unknown);
  json.EndObject();
  return inodes_file_.EndLine();
}

Status InodeLines::AddExtraLink(uint64_t inode, Slice path) {
  if (links_++ == 0) links_file_.Begin(kExtraLinksPath);
  JsonWriter& json = links_file_.json();
  json.StartObject();
  json.Member("inode", inode);
  json.Member("path", path);
  json.EndObject();
  return links_file_.EndLine();
}

Status InodeLines::AddName(Slice name, Slice path) {
  // No other segment looks like one: names that do are given a fallback name themselves.
  const size_t slash = path.rfind('/');
  const Slice segment = slash == Slice::npos ? path : path.substr(slash + 1);
  return HasFallbackShape(segment) ? names_.Add(name, segment) : Status::Ok();
}

// A name that stands in several directories has one line.
Status InodeLines::WriteKeymap() {
  if (names_.size() == 0) return {};
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, sink_.CreateFile(kKeymapPath));
  SortedRecords names;
  std::string previous;
  std::string line;
  SNAPTREE_TRY(names.Begin(&names_));
  for (; !names.at_end();) {
    if (names.key() != previous) {
      previous = names.key();
      line.clear();
      AppendKeymapLine(&line, names.payload(), names.key(), kKeymapShaFallback);
      SNAPTREE_TRY(file->Append(line));
    }
    SNAPTREE_TRY(names.Next());
  }
  return file->Close();
}

Status InodeLines::Finish() {
  if (inodes_ > 0) SNAPTREE_TRY(inodes_file_.Finish());
  if (links_ > 0) SNAPTREE_TRY(links_file_.Finish());
  return WriteKeymap();
}

}  // namespace snaptree::fs
