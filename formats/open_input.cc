#include "formats/open_input.h"

#include "base/coding.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/bundle/sst_bundle.h"
#include "formats/directory_input.h"
#include "formats/directory_kind.h"
#include "formats/encryption/decrypted_rows.h"
#include "formats/encryption/key_ring.h"
#include "formats/found_snapshot.h"
#include "formats/fsm_container.h"
#include "formats/fsm_format.h"
#include "formats/legacy_payload.h"
#include "formats/payload.h"
#include "formats/pebble/pebble_directory.h"
#include "formats/salvage.h"
#include "formats/spool.h"
#include "formats/version_lists.h"

namespace snaptree {
namespace {

Status OpenRowStream(Payload& p) {
  if (p.options.salvage) {
    SNAPTREE_ASSIGN(p.opened->container, SalvageRowStream(p.file, p.envelope, std::move(p.info),
                                                          p.options, &p.opened->salvage));
    return {};
  }
  SNAPTREE_ASSIGN(p.opened->container,
                  OpenFsmContainer(p.file, std::move(p.envelope), std::move(p.info)));
  return {};
}

// The registry of payloads: a line each.
struct PayloadFormat {
  Slice magic;
  Status (*open)(Payload& payload);
};
constexpr PayloadFormat kPayloadFormats[] = {
    {kRowStreamMagic, OpenRowStream},
    {kSstBundleMagic, OpenSstBundle},
    {kVersionListMagic, OpenVersionLists},
};

// The snapshot of the dedicated timestamp group is 8 bytes and a footer (spec 01 section 1.4).
bool IsTimestampGroup(const InputFile& file, Slice first_bytes) {
  return (file.size() == 8 || file.size() == 8 + kFooterBytes) && first_bytes.size() == 8 &&
         first_bytes.starts_with(Slice("\0\0", 2));
}

Status OpenPayload(Payload& p) {
  const Slice magic = p.envelope.payload_magic;
  const uint64_t rest = p.file->size() - p.envelope.payload_begin;
  if (p.envelope.payload_begin > 0 && magic.starts_with(kFsmMagicFamily)) {
    return DataError("FsmHeaderUnknown", "a second FSM header follows the first")
        .At(p.file->path(), p.envelope.payload_begin)
        .Next("the file was wrapped twice: drop its first " +
              std::to_string(p.envelope.payload_begin) + " bytes");
  }
  for (const PayloadFormat& format : kPayloadFormats) {
    if (magic == format.magic) return format.open(p);
  }
  if (!p.envelope.hlc_ceiling_ms && IsTimestampGroup(*p.file, magic)) {
    if (p.options.timestamp_group) {
      p.envelope.format = "timestamp-group";
      p.envelope.payload_begin = magic.size();
      p.envelope.payload_magic.clear();
      return OpenRowStream(p);
    }
    return DataError("NoRows", "the snapshot of the timestamp group (raft group 0) holds no data")
        .At(p.file->path())
        .Next("give the snapshot of a data group: group-1/fsm-snap/*.fsm");
  }
  if (rest == 0 || rest == kFooterBytes) {
    p.opened->findings.Note("empty_payload", "the snapshot is of an empty store", p.file->path());
    return OpenRowStream(p);
  }
  if (rest < kMagicBytes) {
    return DataError("PayloadTruncated", "the file ends inside its payload's first 8 bytes")
        .At(p.file->path(), p.file->size())
        .Found(std::to_string(rest) + " bytes of payload")
        .Next("get the file again from the node or a copy");
  }
  if (p.options.choice.force && IsStreamWithoutMagic(*p.file, p.envelope.payload_begin)) {
    p.envelope.without_magic = true;
    return OpenRowStream(p);
  }
  return DescribeUnknownPayload(*p.file, p.envelope.payload_begin);
}

std::string ScratchFolderOf(const OpenInputOptions& options) {
  return options.scratch_folder.empty() ? TemporaryFolder() : options.scratch_folder;
}

Status OpenFile(FoundSnapshot found, const OpenInputOptions& options, OpenedInput* opened) {
  std::shared_ptr<const InputFile> file = std::move(found.file);
  if (file == nullptr) {
    SNAPTREE_ASSIGN(InputFile by_path, InputFile::Open(found.path));
    file = std::make_shared<InputFile>(std::move(by_path));
  }
  std::string head(8, '\0');
  SNAPTREE_ASSIGN(const size_t got, file->ReadAt(0, head.data(), head.size()));
  Status unpacking;
  if (IsZstd(Slice(head.data(), got))) {
    SNAPTREE_ASSIGN(InputFile unpacked, SpoolZstd(*file, ScratchFolderOf(options), options.progress,
                                                  options.salvage ? &unpacking : nullptr));
    file = std::make_shared<InputFile>(std::move(unpacked));
    if (file->size() == 0 && !unpacking.ok()) return unpacking;
  }
  found.file = std::move(file);
  SNAPTREE_TRY(TakeOutPayload(&found, options, &opened->findings));
  SNAPTREE_TRY(ProveFile(&found, options, &opened->salvage));
  file = found.file;
  Payload payload{file, {}, {}, options, opened};
  SNAPTREE_ASSIGN(payload.envelope, ReadFsmEnvelope(*file));
  payload.envelope.proven = found.facts.proven;
  payload.info.path = found.path;
  payload.info.snapshot_index =
      found.facts.index ? found.facts.index : SnapshotIndexOfName(found.path);
  payload.info.raft_term = found.facts.term;
  payload.info.origin = std::move(found.facts.origin);
  if (found.facts.proven) payload.info.origin.emplace_back("verified by", found.facts.document);
  opened->file = file;
  opened->payload_begin = payload.envelope.payload_begin;
  SNAPTREE_TRY(OpenPayload(payload));
  // Of a file that was cut, what was unpacked may end between two rows and look whole.
  if (!unpacking.ok()) {
    opened->salvage.damage = unpacking.Message();
    opened->salvage.end_missing = unpacking.code() == "ZstdTruncated";
  }
  return {};
}

// With rows as they stand in the input.
Result<OpenedInput> OpenContainer(const std::string& path, const OpenInputOptions& options) {
  OpenedInput opened;
  FoundSnapshot found;
  if (path != "-" && IsFolder(path)) {
    SNAPTREE_TRY(CheckFolderChoice(path, options.choice));
    Findings choosing;
    SNAPTREE_ASSIGN(DirectoryInput input, FindInDirectory(path, options, &choosing));
    if (input.pebble) {
      SNAPTREE_ASSIGN(opened, OpenPebbleDirectory(input.snapshot.path, options));
      choosing.Merge(opened.findings);
      opened.findings = std::move(choosing);
      return opened;
    }
    opened.findings = std::move(choosing);
    found = std::move(input.snapshot);
  } else {
    SNAPTREE_ASSIGN(found, FindByPath(path, options));
  }
  if (path == "-") {
    SNAPTREE_ASSIGN(InputFile file, SpoolStandardInput(ScratchFolderOf(options)));
    found.file = std::make_shared<InputFile>(std::move(file));
  }
  SNAPTREE_TRY(OpenFile(std::move(found), options, &opened));
  return opened;
}

}  // namespace

Result<OpenedInput> OpenInput(const std::string& path, const OpenInputOptions& options) {
  if (options.choice.keys.empty()) return OpenContainer(path, options);
  Findings of_keys;
  // First, so that a wrong key is told at once.
  SNAPTREE_ASSIGN(const KeyRing keys, KeyRing::Load(options.choice.keys, &of_keys));
  SNAPTREE_ASSIGN(OpenedInput opened, OpenContainer(path, options));
  opened.findings.Merge(of_keys);
  DecryptOptions decrypt;
  decrypt.scratch_folder = ScratchFolderOf(options);
  decrypt.salvage = options.salvage;
  decrypt.memory_bytes = options.memory_bytes;
  decrypt.progress = options.progress;
  SNAPTREE_ASSIGN(opened.container,
                  DecryptRows(std::move(opened.container), keys, decrypt, &opened.findings));
  return opened;
}

}  // namespace snaptree
