#include "restore/encode_info_guards.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "base/file.h"
#include "base/text.h"

namespace snaptree {
namespace {

constexpr Slice kZstdSuffix = ".zst";

// A small regular file that is no link, so that what is checked is what was meant.
Result<std::string> ReadGuardFile(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd.valid() && errno == ELOOP) {
    return DataError("UnsafePath", "the file is a symbolic link")
        .At(path)
        .Next("name the file that it leads to, with --encode-info");
  }
  if (!fd.valid()) return SystemError(errno, "open", path);
  SNAPTREE_ASSIGN(const InputFile file, InputFile::FromFd(std::move(fd), path));
  // One byte more than there may be, so that a file of a wrong size is seen.
  std::string text(static_cast<size_t>(std::min<uint64_t>(file.size(), kMaxEncodeInfoBytes + 1)),
                   '\0');
  SNAPTREE_TRY(file.ReadExactlyAt(0, text.data(), text.size()));
  return text;
}

bool Exists(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0;
}

std::string PathBeside(const std::string& snapshot) {
  std::string path = snapshot + std::string(kEncodeInfoSuffix);
  if (Exists(path)) return path;
  if (!snapshot.ends_with(kZstdSuffix)) return "";
  path = snapshot.substr(0, snapshot.size() - kZstdSuffix.size());
  path += kEncodeInfoSuffix;
  return Exists(path) ? path : "";
}

std::string Quoted(const std::string& text) { return "\"" + Printable(text, 120) + "\""; }

Status CheckCluster(const RestoreOptions& options, const FoundEncodeInfo* found,
                    Findings* findings) {
  const std::string known = found == nullptr ? "" : found->info.manifest_cluster_id;
  if (!known.empty()) {
    if (options.fresh_cluster || options.target_cluster_id == known) return {};
    return DataError("ClusterMismatch", options.target_cluster_id.empty()
                                            ? "the snapshot is of a named cluster: say whether the "
                                              "nodes are of that one"
                                            : "the snapshot is of another cluster")
        .At(found->path)
        .Expected(options.target_cluster_id.empty() ? "--target-cluster-id or --fresh-cluster"
                                                    : Quoted(options.target_cluster_id))
        .Found("manifest_cluster_id " + Quoted(known))
        .Next("into the same cluster: --target-cluster-id " + ShellWord(known) +
              "; into a new one: --fresh-cluster");
  }
  if (!options.target_cluster_id.empty() && !options.allow_missing_cluster_id) {
    return DataError("ClusterMismatch", "nothing tells of which cluster the snapshot is")
        .At(found == nullptr ? "" : found->path)
        .Expected(Quoted(options.target_cluster_id))
        .Next("if you are sure: leave --target-cluster-id away, or add --allow-missing-cluster-id");
  }
  if (found != nullptr) {
    findings->Warn("cluster_id_unknown",
                   "the snapshot does not tell of which cluster it is: nothing was compared",
                   found->path);
  }
  return {};
}

}  // namespace

Result<std::optional<FoundEncodeInfo>> FindEncodeInfo(const RestoreOptions& options,
                                                      const std::string& snapshot) {
  std::optional<FoundEncodeInfo> none;
  if (options.no_encode_info) return none;
  const std::string path = options.encode_info.empty() ? PathBeside(snapshot) : options.encode_info;
  if (path.empty()) return none;
  SNAPTREE_ASSIGN(const std::string text, ReadGuardFile(path));
  Result<EncodeInfo> info = ParseEncodeInfo(text);
  if (!info.ok()) return std::move(info).status().At(path);
  return std::optional(FoundEncodeInfo{path, *std::move(info)});
}

Status CheckEncodeInfo(const RestoreOptions& options, const FoundEncodeInfo* found,
                       Findings* findings) {
  if (found != nullptr) {
    const EncodeInfo& info = found->info;
    if (info.encoder_key_format_version != kEncoderKeyFormatVersion) {
      return DataError("KeyFormatMismatch", "the snapshot was encoded in another form of keys")
          .At(found->path)
          .Expected("encoder_key_format_version " + std::to_string(kEncoderKeyFormatVersion))
          .Found(std::to_string(info.encoder_key_format_version))
          .Next("encode the tree again with this version of snaptree");
    }
    const bool tested = info.self_test_ran && info.self_test_matched;
    if (!tested && !options.allow_unverified_self_test) {
      return DataError("SelfTestMissing", info.self_test_ran
                                              ? "the encoder's self-test did not match"
                                              : "the encoder did not test what it wrote")
          .At(found->path)
          .Next(
              "encode the tree again with its self-test, or take the risk with "
              "--allow-unverified-self-test");
    }
    if (!tested) {
      findings->Warn("self_test_missing", "the snapshot was not tested when it was encoded",
                     found->path);
    }
  }
  return CheckCluster(options, found, findings);
}

Status CheckImageDigest(const FoundEncodeInfo& found, const std::string& sha256_hex,
                        const std::string& snapshot) {
  std::string expected = found.info.output_fsm_sha256;
  std::transform(expected.begin(), expected.end(), expected.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<uint8_t>(c))); });
  if (sha256_hex == expected) return {};
  return DataError("EncodeInfoMismatch", "the snapshot is not the one that was encoded")
      .At(snapshot)
      .Expected("output_fsm_sha256 " + expected + " of " + found.path)
      .Found(sha256_hex)
      .Next(
          "bring back the pair that encode wrote. For a snapshot that a node took: "
          "--no-encode-info");
}

}  // namespace snaptree
