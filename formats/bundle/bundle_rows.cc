#include "formats/bundle/bundle_rows.h"

#include <utility>
#include <vector>

namespace snaptree {
namespace {

std::vector<TableMember> MembersOf(const std::shared_ptr<const InputFile>& file,
                                   const BundleManifest& manifest) {
  std::vector<TableMember> members;
  members.reserve(manifest.files.size());
  for (const BundleFile& entry : manifest.files) {
    members.push_back(
        {file->path(), file, entry.region, std::nullopt, std::nullopt, entry.recovered});
  }
  return members;
}

}  // namespace

BundleRows::BundleRows(std::shared_ptr<const InputFile> file, BundleManifest manifest,
                       TableSetOptions options)
    : file_(std::move(file)),
      manifest_(std::move(manifest)),
      tables_(MembersOf(file_, manifest_), std::move(options)) {}

}  // namespace snaptree
