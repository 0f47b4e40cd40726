#include "adapters/fs/fs_parsed_line.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "adapters/common/row_writer.h"
#include "base/coding.h"
#include "base/text.h"

namespace snaptree::fs {
namespace {

using Element = simdjson::dom::element;

constexpr const char* kCode = "FsEncodeInvalid";

// In the order in which lines have them.
constexpr std::array<Slice, 18> kNames = {
    "inode", "parent",     "type",       "mode",       "uid",         "gid",
    "size",  "atime_nsec", "mtime_nsec", "ctime_nsec", "chunk_size",  "home_slot",
    "epoch", "nlink",      "generation", "path",       "dir_version", "x_extra"};

static_assert(std::is_trivially_copyable_v<InodeLine>);

bool ToUint32(const Element& value, uint32_t* out) {
  uint64_t wide = 0;
  if (!ToUint64(value, &wide) || wide > std::numeric_limits<uint32_t>::max()) return false;
  *out = static_cast<uint32_t>(wide);
  return true;
}

Status MemberError(std::string what, Slice name) {
  return DataError(kCode, std::move(what)).Found("member \"" + Printable(name) + "\"");
}

// The first error is told, the others wait for the next run.
void Keep(Status error, Status* first) {
  if (first->ok()) *first = std::move(error);
}

}  // namespace

void PackInodeLine(const NamedInodeLine& line, std::string* payload) {
  payload->assign(reinterpret_cast<const char*>(&line.line), sizeof line.line);
  AppendLe64(payload, line.name.size());
  payload->append(line.name).append(line.extra);
}

NamedInodeLine UnpackInodeLine(Slice payload) {
  NamedInodeLine line;
  std::memcpy(&line.line, payload.data(), sizeof line.line);
  payload.remove_prefix(sizeof line.line);
  const size_t name_size = LoadLe64(payload.data());
  payload.remove_prefix(sizeof(uint64_t));
  line.name = payload.substr(0, name_size);
  line.extra = payload.substr(name_size);
  return line;
}

Slice InodeLineParser::NameOf(size_t field) { return kNames[field]; }

// Most lines have their members in order.
size_t InodeLineParser::FieldOf(Slice name, size_t hint) {
  static_assert(kNames.size() == kFields);
  if (hint < kFields && kNames[hint] == name) return hint;
  return static_cast<size_t>(std::find(kNames.begin(), kNames.end(), name) - kNames.begin());
}

bool InodeLineParser::TakeType(const Element& value, InodeLine* out) {
  Slice text;
  out->has_type = ToText(value, &text) && (text == "file" || text == "directory");
  out->inode.type = text == "directory" ? InodeType::kDirectory : InodeType::kFile;
  return out->has_type;
}

// False: it has another type than it must have, or is out of range.
bool InodeLineParser::Take(size_t field, size_t i, InodeLine* out) {
  const Element& value = json_.members()[i].value;
  InodeNumbers& inode = out->inode;
  switch (field) {
    case kInode:
      return ToUint64(value, &inode.number);
    case kParent:
      return ToUint64(value, &inode.parent);
    case kType:
      return TakeType(value, out);
    case kMode:
      return ToUint32(value, &inode.mode);
    case kUid:
      return ToUint32(value, &inode.uid);
    case kGid:
      return ToUint32(value, &inode.gid);
    case kSize:
      return ToUint64(value, &inode.size);
    case kAtime:
      return ToInt64(value, &inode.atime_nsec);
    case kMtime:
      return ToInt64(value, &inode.mtime_nsec);
    case kCtime:
      return ToInt64(value, &inode.ctime_nsec);
    case kChunkSize:
      return ToUint64(value, &inode.chunk_size);
    case kHomeSlot:
      return ToUint64(value, &inode.home_slot);
    case kEpoch:
      return ToUint64(value, &inode.epoch);
    case kNlink:
      return ToUint32(value, &inode.nlink);
    case kGeneration:
      return ToUint64(value, &inode.generation);
    case kPath: {
      Slice text;
      has_path_ = ToText(value, &text);
      path_.assign(text);
      return has_path_;
    }
    default:
      return ToUint64(value, &out->dir_version);
  }
}

// Names that the line has members of its own for would stand in the row twice.
Status InodeLineParser::TakeExtra(size_t i) {
  simdjson::dom::object members;
  if (json_.members()[i].value.get_object().get(members) != simdjson::SUCCESS)
    return MemberError("a member has a wrong type", NameOf(kExtra));
  for (const simdjson::dom::key_value_pair member : members) {
    if (FieldOf(member.key, kFields) < kPath || member.key == "orphaned")
      return MemberError("x_extra has a member that is none of a newer server", member.key);
  }
  const Slice object = json_.RawValue(i);
  const Slice inside = object.substr(1, object.size() - 2);
  has_empty_extra_ = inside.empty();
  if (!has_empty_extra_) extra_.assign(",").append(inside);
  return {};
}

Status InodeLineParser::TakeMembers(InodeLine* out) {
  Status first;
  for (size_t i = 0; i < json_.members().size(); ++i) {
    const JsonMember& member = json_.members()[i];
    const size_t field = FieldOf(member.name, i);
    if (field == kFields) {
      Keep(MemberError("a member of the line is not known", member.name)
               .Next("check its spelling; members that a newer server stores belong into x_extra"),
           &first);
    } else if (Has(field)) {
      Keep(MemberError("a member of the line stands there twice", member.name), &first);
    } else if (field == kExtra) {
      Keep(TakeExtra(i), &first);
    } else if (!Take(field, i, out)) {
      Keep(MemberError("a member of the line has a wrong type or is out of range", member.name),
           &first);
    }
    if (field != kFields) seen_ |= uint64_t{1} << field;
  }
  return first;
}

// Members without which nobody knows what the line is about must be there.
Status InodeLineParser::Complete(InodeLine* out) {
  InodeNumbers& inode = out->inode;
  out->has_type = out->has_type && Has(kType);
  const bool is_file = out->has_type && inode.type == InodeType::kFile;
  for (const size_t field : {kInode, kType, kMode, kSize, kPath}) {
    if (Has(field) || (field == kSize && !is_file)) continue;
    return MemberError("a member of the line is missing", NameOf(field));
  }
  if (inode.number == 0) return DataError(kCode, "no inode has the number 0");
  if (inode.chunk_size > kMaxBodyBytes) {
    return MemberError("no row can hold a chunk of this size", NameOf(kChunkSize))
        .Expected("at most " + std::to_string(kMaxBodyBytes));
  }
  out->has_dir_version = Has(kDirVersion);
  if (out->has_dir_version && is_file)
    return MemberError("only directories have this member", NameOf(kDirVersion));
  out->has_parent = Has(kParent);
  out->has_nlink = Has(kNlink);
  out->empty_extra = has_empty_extra_;
  for (size_t field = kInode; field <= kGeneration; ++field)
    out->completed = out->completed || !Has(field);
  if (inode.home_slot == 0 || inode.epoch == 0) out->completed = true;
  inode.home_slot = inode.EffectiveHomeSlot();
  if (inode.epoch == 0) inode.epoch = 1;
  if (!Has(kGeneration)) inode.generation = 1;
  return {};
}

Status InodeLineParser::Parse(Slice text, InodeLine* out) {
  *out = InodeLine();
  seen_ = 0;
  has_path_ = false;
  has_empty_extra_ = false;
  extra_.clear();
  SNAPTREE_TRY(json_.Parse(text, kCode));
  Status first = TakeMembers(out);
  Keep(Complete(out), &first);
  return first;
}

}  // namespace snaptree::fs
