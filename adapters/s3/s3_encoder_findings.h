// What reading s3/ has to say, with one text for each code. Private to the encoder.
#pragma once

#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/s3/s3_names.h"

namespace snaptree::s3 {

inline std::string SidecarPath(Slice body_path) {
  return std::string(body_path).append(kSidecarSuffix);
}

// Of the bucket that has the body.
inline std::string ObjectLinesPath(Slice body_path) {
  const size_t bucket_end = body_path.find('/', body_path.find('/') + 1);
  return std::string(body_path.substr(0, bucket_end + 1)).append(kObjectLinesName);
}

// The file of a tree, with lines or without, that holds what is known of a body beside its bytes.
inline std::string SidecarPlace(const Manifest& manifest, Slice body_path) {
  return manifest.jsonl ? ObjectLinesPath(body_path) : SidecarPath(body_path);
}

// The ETag or the size in a sidecar is not that of the body, which counts.
inline Status ReportRewritten(TreeFindings* findings, ExpectedDifferences* differences,
                              const Manifest& manifest, Slice body_path) {
  findings->Warn("s3_sidecar_rewritten",
                 "sidecars whose etag or size_bytes is not that of their body: the body counts, "
                 "and they come out with its own",
                 body_path);
  return differences->Add(SidecarPlace(manifest, body_path));
}

// Left out, for the reason that the finding gives.
inline Status ReportLeftOut(const EncodeContext& context, Severity severity, const char* code,
                            const char* text, Slice path) {
  context.findings.Add(severity, code, text, path, 1);
  return context.differences.Add(path);
}

// A part of an open upload whose file is missing, or is not what its record says.
inline Status ReportPartMissing(const EncodeContext& context, Slice part_path) {
  return ReportLeftOut(context, Severity::kWarning, "s3_upload_part_missing",
                       "parts of open uploads whose file is missing, or has another length or MD5 "
                       "than their record says, were left out",
                       part_path);
}

}  // namespace snaptree::s3
