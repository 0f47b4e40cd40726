#include "formats/open_input.h"

#include <sys/stat.h>

#include "base/coding.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/bundle/sst_bundle.h"
#include "formats/fsm_container.h"
#include "formats/fsm_format.h"
#include "formats/legacy_payload.h"
#include "formats/payload.h"
#include "formats/raft_directory.h"
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
  return DescribeUnknownPayload(*p.file, p.envelope.payload_begin);
}

Status OpenFile(std::shared_ptr<const InputFile> file, const std::string& given_path,
                const OpenInputOptions& options, OpenedInput* opened) {
  std::string head(8, '\0');
  SNAPTREE_ASSIGN(const size_t got, file->ReadAt(0, head.data(), head.size()));
  Status unpacking;
  if (IsZstd(Slice(head.data(), got))) {
    const std::string folder =
        options.scratch_folder.empty() ? TemporaryFolder() : options.scratch_folder;
    SNAPTREE_ASSIGN(InputFile unpacked, SpoolZstd(*file, folder, options.progress,
                                                  options.salvage ? &unpacking : nullptr));
    file = std::make_shared<InputFile>(std::move(unpacked));
    if (file->size() == 0 && !unpacking.ok()) return unpacking;
  }
  Payload payload{file, {}, {}, options, opened};
  SNAPTREE_ASSIGN(payload.envelope, ReadFsmEnvelope(*file));
  payload.info.path = given_path;
  payload.info.snapshot_index = SnapshotIndexOfName(given_path);
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

Result<std::string> SnapshotInDirectory(const std::string& path, Findings* findings) {
  if (IsRaftDirectory(path)) return ChooseSnapshot(path, findings);
  if (IsPebbleDirectory(path)) {
    return DataError("ContainerUnsupported",
                     "this is a Pebble data directory, which this version cannot read yet")
        .At(path)
        .Next("give the raft data directory above it (with fsm-snap/), or one of its snapshots");
  }
  return DataError("NoSnapshot", "the directory is not a raft data directory")
      .At(path)
      .Expected("fsm-snap/ inside it")
      .Next("name the directory <raftDataDir>/<raftId> of one node, or a .fsm file");
}

bool IsDirectory(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

}  // namespace

Result<OpenedInput> OpenInput(const std::string& path, const OpenInputOptions& options) {
  OpenedInput opened;
  if (path == "-") {
    const std::string folder =
        options.scratch_folder.empty() ? TemporaryFolder() : options.scratch_folder;
    SNAPTREE_ASSIGN(InputFile file, SpoolStandardInput(folder));
    SNAPTREE_TRY(OpenFile(std::make_shared<InputFile>(std::move(file)), path, options, &opened));
    return opened;
  }
  std::string chosen = path;
  if (IsDirectory(path)) {
    SNAPTREE_ASSIGN(chosen, SnapshotInDirectory(path, &opened.findings));
  }
  SNAPTREE_ASSIGN(InputFile file, InputFile::Open(chosen));
  SNAPTREE_TRY(OpenFile(std::make_shared<InputFile>(std::move(file)), chosen, options, &opened));
  return opened;
}

}  // namespace snaptree
