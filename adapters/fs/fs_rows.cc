#include "adapters/fs/fs_rows.h"

#include "base/text.h"

namespace snaptree::fs {

Status LoadJson(const RowSource& source, const ValueRef& value, std::string* storage, Slice* json) {
  *json = Slice();
  if (value.size > StoredJson::kMaxBytes) return {};
  SNAPTREE_ASSIGN(*json, LoadValue(source, value, storage));
  return {};
}

Status MalformedKey() {
  return DataError("FsMalformedKey", "the key of a filesystem row is malformed");
}

NumberedRows::NumberedRows(const DecodeContext& context, Slice prefix)
    : source_(context.source),
      prefix_(prefix),
      family_(FamilyOf(prefix)),
      cursor_(context.source, context.scan, family_) {}

Result<bool> NumberedRows::Next() {
  SNAPTREE_ASSIGN(const bool more, cursor_.NextLive(&row_));
  if (!more) return false;
  has_number_ = ParseNumberedKey(row_.key, prefix_, &number_);
  return true;
}

Status InodeRows::Parse(Inode* out, Status* why) {
  if (!rows_.has_number()) {
    *why = MalformedKey();
    return {};
  }
  Slice json;
  SNAPTREE_TRY(rows_.Json(&json));
  *why = parser_.ParseInode(json, out);
  return {};
}

void InodeRows::WarnOfOddities(const Inode& inode) {
  const std::string number = std::to_string(rows_.number());
  if (inode.number != rows_.number()) {
    context_.findings.Warn("fs_inode_number_mismatch",
                           "inodes that name another number than their key; the key counts",
                           "inode " + number);
  }
  for (const UnknownMember& member : inode.unknown) {
    context_.findings.Note("fs_unknown_member",
                           "members of inodes that this version does not know, kept in x_extra",
                           "inode " + number + ", member \"" + Printable(member.name) + "\"");
  }
}

Result<bool> InodeRows::Next(Inode* out) {
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, rows_.Next());
    if (!more) return false;
    Status why;
    SNAPTREE_TRY(Parse(out, &why));
    if (why.ok()) {
      if (damage_ == Damage::kBook && (!out->unknown.empty() || out->number != rows_.number()))
        WarnOfOddities(*out);
      out->number = rows_.number();
      return true;
    }
    if (damage_ == Damage::kBook) {
      SNAPTREE_TRY(context_.ledger.AddDamaged(rows_.family(), rows_.row(), why));
    }
  }
}

}  // namespace snaptree::fs
