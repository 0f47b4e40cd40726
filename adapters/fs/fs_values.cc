#include "adapters/fs/fs_values.h"

#include <limits>

#include "base/text.h"

namespace snaptree::fs {
namespace {

using Element = simdjson::dom::element;

bool Take(const Element& value, uint64_t* out) { return ToUint64(value, out); }
bool Take(const Element& value, int64_t* out) { return ToInt64(value, out); }
bool Take(const Element& value, bool* out) { return ToBool(value, out); }
bool Take(const Element& value, uint32_t* out) {
  uint64_t wide = 0;
  if (!ToUint64(value, &wide) || wide > std::numeric_limits<uint32_t>::max()) return false;
  *out = static_cast<uint32_t>(wide);
  return true;
}
bool Take(const Element& value, std::string* out) {
  Slice text;
  if (!ToText(value, &text)) return false;
  out->assign(text);
  return true;
}
bool Take(const Element& value, InodeType* out) {
  Slice text;
  if (!ToText(value, &text)) return false;
  *out = text == "directory" ? InodeType::kDirectory : InodeType::kFile;
  return text == "directory" || text == "file";
}

// One member at a time is looked at: Take() it where its name fits.
class Member {
 public:
  explicit Member(const JsonMember& member) : member_(member) {}

  template <class T>
  Member& Is(Slice name, T* out) {
    if (known_ || member_.name != name) return *this;
    known_ = true;
    right_ = IsJsonNull(member_.value) || Take(member_.value, out);
    return *this;
  }
  bool known() const { return known_; }
  bool right() const { return right_; }  // of the type that it must have

 private:
  const JsonMember& member_;
  bool known_ = false;
  bool right_ = true;
};

Status WrongMember(const char* code, Slice name) {
  return DataError(code, "a member of the JSON value has a wrong type or is out of range")
      .Found("member \"" + Printable(name) + "\"");
}

bool IsInodeMember(const JsonMember& json, Inode* out, bool* has_type, bool* right) {
  Member member(json);
  member.Is("inode", &out->number)
      .Is("parent", &out->parent)
      .Is("type", &out->type)
      .Is("mode", &out->mode)
      .Is("uid", &out->uid)
      .Is("gid", &out->gid)
      .Is("size", &out->size)
      .Is("atime_nsec", &out->atime_nsec)
      .Is("mtime_nsec", &out->mtime_nsec)
      .Is("ctime_nsec", &out->ctime_nsec)
      .Is("chunk_size", &out->chunk_size)
      .Is("home_slot", &out->home_slot)
      .Is("epoch", &out->epoch)
      .Is("nlink", &out->nlink)
      .Is("generation", &out->generation)
      .Is("orphaned", &out->orphaned);
  *right = member.right();
  if (json.name == "type") *has_type = !IsJsonNull(json.value);
  return member.known();
}

}  // namespace

const char* InodeTypeName(InodeType type) {
  return type == InodeType::kDirectory ? "directory" : "file";
}

void WriteInodeMembers(JsonWriter& json, const InodeNumbers& inode) {
  const auto int64_member = [&json](Slice name, int64_t value) {
    json.Key(name);
    json.Int64(value);
  };
  json.Member("inode", inode.number);
  json.Member("parent", inode.parent);
  json.Member("type", InodeTypeName(inode.type));
  json.Member("mode", uint64_t{inode.mode});
  json.Member("uid", uint64_t{inode.uid});
  json.Member("gid", uint64_t{inode.gid});
  json.Member("size", inode.size);
  int64_member("atime_nsec", inode.atime_nsec);
  int64_member("mtime_nsec", inode.mtime_nsec);
  int64_member("ctime_nsec", inode.ctime_nsec);
  json.Member("chunk_size", inode.chunk_size);
  json.Member("home_slot", inode.home_slot);
  json.Member("epoch", inode.epoch);
  json.Member("nlink", uint64_t{inode.nlink});
  json.Member("generation", inode.generation);
}

Status FsValueParser::ParseInode(Slice json, Inode* out) {
  constexpr const char* code = "FsInvalidInode";
  SNAPTREE_TRY(json_.Parse(json, code));
  *out = Inode();
  bool has_type = false;
  for (size_t i = 0; i < json_.members().size(); ++i) {
    const JsonMember& member = json_.members()[i];
    bool right = true;
    if (!IsInodeMember(member, out, &has_type, &right)) {
      out->unknown.push_back({std::string(member.name), std::string(json_.RawValue(i))});
    }
    if (!right) return WrongMember(code, member.name);
  }
  if (!has_type) return DataError(code, "the inode does not say whether it is a file");
  return {};
}

Status FsValueParser::ParseEntry(Slice json, Entry* out) {
  constexpr const char* code = "FsInvalidEntry";
  SNAPTREE_TRY(json_.Parse(json, code));
  *out = Entry();
  bool has_inode = false;
  for (const JsonMember& json_member : json_.members()) {
    Member member(json_member);
    member.Is("inode", &out->inode).Is("type", &out->type);
    if (!member.right()) return WrongMember(code, json_member.name);
    if (json_member.name == "inode") has_inode = !IsJsonNull(json_member.value);
    out->has_unknown = out->has_unknown || !member.known();
  }
  if (!has_inode) return DataError(code, "the entry has no inode number");
  return {};
}

Status FsValueParser::CheckHome(Slice json) {
  constexpr const char* code = "FsInvalidHome";
  SNAPTREE_TRY(json_.Parse(json, code));
  uint64_t number = 0;
  std::string text;
  for (const JsonMember& json_member : json_.members()) {
    Member member(json_member);
    member.Is("home_slot", &number)
        .Is("target_home_slot", &number)
        .Is("state", &text)
        .Is("epoch", &number);
    if (!member.right()) return WrongMember(code, json_member.name);
  }
  return {};
}

bool ParseDirVersion(Slice json, uint64_t* out) {
  const std::optional<uint64_t> number = ParseU64(json);
  if (!number) return false;
  *out = *number;
  return true;
}

}  // namespace snaptree::fs
