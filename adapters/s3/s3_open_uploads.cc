#include "adapters/s3/s3_open_uploads.h"

#include "adapters/s3/s3_manifest_parts.h"

namespace snaptree::s3 {

OpenUploads::OpenUploads(Shared* shared)
    : shared_(*shared),
      metas_(shared->context, FamilyOf(kUploadMetaPrefix), KeyLayout::kUpload, nullptr),
      parts_(shared->context, FamilyOf(kUploadPartPrefix), KeyLayout::kPart, nullptr),
      heads_(shared->context, FamilyOf(kHeadPrefix), KeyLayout::kObject, nullptr) {}

Status OpenUploads::Start() {
  SNAPTREE_TRY(metas_.Start());
  if (!metas_.valid()) return {};  // nobody will look at the others
  SNAPTREE_TRY(parts_.Start());
  return heads_.Start();
}

Result<bool> OpenUploads::FindMeta(Slice upload_scope, size_t scope_size) {
  SNAPTREE_ASSIGN(const bool has_meta, metas_.FindLive(upload_scope, upload_scope));
  if (!has_meta) return false;
  const Slice scope = upload_scope.substr(0, scope_size);
  if (scope != head_scope_) {
    head_scope_ = scope;
    head_upload_.clear();
    SNAPTREE_ASSIGN(const bool has_head, heads_.FindLive(scope, scope));
    if (has_head) {
      const Result<Manifest> manifest = ParseManifest(shared_.context.source, heads_.row().body);
      if (manifest.ok()) AppendSegment(&head_upload_, manifest->upload_id);
    }
  }
  return upload_scope.substr(scope_size) != head_upload_;
}

Result<bool> OpenUploads::IsOpen(Slice upload_scope, size_t scope_size) {
  if (upload_scope != upload_scope_) {
    SNAPTREE_ASSIGN(is_open_, FindMeta(upload_scope, scope_size));
    upload_scope_ = upload_scope;
  }
  return is_open_;
}

Status OpenUploads::FindPart(Slice part_scope) {
  part_scope_ = part_scope;
  part_.reset();
  SNAPTREE_ASSIGN(const bool found, parts_.FindLive(part_scope, part_scope));
  if (!found) return {};
  std::vector<std::string> ignored;
  Result<Part> part = ParsePart(shared_.context.source, parts_.row().body, &ignored);
  if (!part.ok()) {
    return part.status().kind() == ErrorKind::kData ? Status::Ok() : std::move(part).status();
  }
  part_ = *std::move(part);
  part_->number = parts_.key().part;  // the key decides
  return {};
}

Result<bool> OpenUploads::Want(const S3Key& chunk, bool is_reference) {
  const size_t scope_size = chunk.scope.size();
  const Slice upload_scope = chunk.tail.substr(0, scope_size + chunk.upload.size());
  if (!metas_.valid() && upload_scope != upload_scope_) return false;
  SNAPTREE_ASSIGN(const bool open, IsOpen(upload_scope, scope_size));
  if (!open) return false;
  if (chunk.part_scope != part_scope_) SNAPTREE_TRY(FindPart(chunk.part_scope));
  return part_ && PartWants(*part_, is_reference, chunk);
}

}  // namespace snaptree::s3
