// The half of dynamodb_item_encoder.h that looks at file names: what an item's name says, and what
// its key says.
#include "adapters/dynamodb/dynamodb_item_encoder.h"
#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

Slice WithoutExtension(Slice name) {
  const size_t dot = name.rfind('.');
  return dot == Slice::npos ? name : name.substr(0, dot);
}

}  // namespace

// A type that the table does not declare is meant only when the file's name says so.
Status ItemEncoder::CheckTypes(const TablePlan& table, const Place& place, const PrimaryKey& key) {
  const DeclaredTypes& declared = table.declared;
  const bool hash = declared.hash != 0 && key.hash.type != declared.hash;
  const bool range = key.has_range && declared.range != 0 && key.range.type != declared.range;
  if (!hash && !range) return {};
  Slice folder;
  Slice name;
  if (place.line == 0) {
    const Slice own = place.path.substr(table.items_folder.size() + 1);
    const size_t slash = own.find('/');
    if (slash != Slice::npos) folder = own.substr(0, slash);
    name = WithoutExtension(own.substr(slash == Slice::npos ? 0 : slash + 1));
  }
  const KeySchema& schema = table.schema.key;
  if (hash) {
    SNAPTREE_TRY(
        CheckType(place, schema.hash, key.hash.type, declared.hash, key.has_range ? folder : name));
  }
  return range ? CheckType(place, schema.range, key.range.type, declared.range, name)
               : Status::Ok();
}

Status ItemEncoder::CheckType(const Place& place, const std::string& attribute, char type,
                              char declared, Slice component) {
  const char suffix[] = {'~', type, '\0'};
  if (component.ends_with(suffix)) return {};
  if (place.line != 0 || options_.allow_key_type_mismatch) {
    return Warn(place, "ddb_key_type_mismatch",
                "items with a key of another type than their table declares", false);
  }
  return DataError("DdbEncodeKeyType", "key attribute \"" + Printable(attribute) +
                                           "\" is of another type than the table declares")
      .Expected(std::string("type ") + declared)
      .Found(std::string("type ") + type)
      .Next(std::string("give the attribute its type; if this one is meant, end the name with ") +
            suffix + ", or encode --allow-key-type-mismatch takes it");
}

// The content decides; a name that says otherwise may be a mistake.
Status ItemEncoder::CheckName(const TablePlan& table, const Place& place, const PrimaryKey& key) {
  const Slice own = place.path.substr(table.items_folder.size() + 1);
  name_.clear();
  AppendItemPath(key, table.declared, &name_);
  if (own == name_) return {};
  if (IsItemPath(key, own)) {
    context_.findings.Note("name_not_canonical",
                           "file names that snaptree would have written otherwise", place.path);
    return Rename(table, place);
  }
  if (context_.strict) {
    return DataError("DdbEncodeNameMismatch", "the file's name is not that of the item's key")
        .Expected(Printable(name_, kMaxUserKeyBytes))
        .Found(Printable(own, kMaxUserKeyBytes))
        .Next("rename the file, or mend the item's key");
  }
  context_.findings.Warn("ddb_name_mismatch", "files whose name is not that of their item's key",
                         std::string(place.path) + " holds " + name_);
  return Rename(table, place);
}

// The item will come out under another name.
Status ItemEncoder::Rename(const TablePlan& table, const Place& place) {
  SNAPTREE_TRY(context_.differences.Add(place.path));
  return context_.differences.Add(table.items_folder + "/" + name_);
}

}  // namespace snaptree::dynamodb
