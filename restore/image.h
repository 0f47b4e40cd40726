// The snapshot of one group on its way into a raft data directory: opened, scanned, checked, and
// copied with the header, rows and footer that the node is to find.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "restore/encode_info_guards.h"
#include "restore/restore.h"

#include "base/sha256.h"
#include "formats/open_input.h"
#include "formats/scan.h"

namespace snaptree {

struct WrittenImage {
  uint64_t bytes = 0;   // with the footer
  uint32_t crc32c = 0;  // the footer
};

class RestoreImage {
 public:
  // Opens and scans a snapshot and makes every check that needs no second reading. `scratch_folder`
  // is for unpacking.
  static Result<RestoreImage> Open(const RestoreOptions& options, const std::string& input,
                                   const std::string& scratch_folder, Findings* findings);

  const ContainerInfo& info() const { return opened_.container->info(); }
  const ScanResult& scan() const { return scan_; }
  bool logical() const { return encode_info_.has_value(); }
  const std::string& cluster_id() const { return cluster_id_; }
  RaftPosition position() const { return position_; }
  bool drops_applied_index() const { return dropped_.size() != 0; }
  std::optional<uint64_t> hlc_ceiling_ms() const;
  // Of the file that Write() makes.
  uint64_t size() const;

  // Writes the `.fsm` file; with fd < 0 only reads and checks. The bytes that went by are compared
  // with ENCODE_INFO or with the footer of the input: "EncodeInfoMismatch", "ChangedWhileReading".
  Result<WrittenImage> Write(int fd, const std::string& path, Progress* progress) const;

 private:
  RestoreImage() = default;

  Status CheckLogical() const;
  bool can_drop_rows() const;
  Status FindDropped(const RestoreOptions& options);
  std::optional<uint64_t> IndexWithoutOption(std::optional<uint64_t> of_name,
                                             Findings* findings) const;
  Status FindPosition(const RestoreOptions& options, Findings* findings);
  std::string Header() const;

  OpenedInput opened_;
  ScanResult scan_;
  std::optional<FoundEncodeInfo> encode_info_;
  std::string cluster_id_;
  Extent payload_;  // bytes of the input: all behind its FSM header and before its footer
  Extent dropped_;  // of them, those that are left out
  RaftPosition position_;
};

}  // namespace snaptree
