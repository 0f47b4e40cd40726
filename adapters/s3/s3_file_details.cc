#include "adapters/s3/s3_file_details.h"

#include "adapters/s3/s3_payload.h"

namespace snaptree::s3 {
namespace {

enum class FileKind : char { kObject = 'o', kPart = 'p' };
enum Flag : uint64_t { kHasSidecar = 1, kCheckEtags = 2, kUseMtime = 4, kExpectsSidecar = 8 };

uint64_t FlagIf(bool set, Flag flag) { return set ? uint64_t{flag} : 0; }

}  // namespace

bool IsPartDetail(Slice detail) { return detail[0] == static_cast<char>(FileKind::kPart); }

std::string ObjectFile::Detail() const {
  std::string out(1, static_cast<char>(FileKind::kObject));
  AppendLe64(&out, FlagIf(has_sidecar, kHasSidecar) | FlagIf(check_etags, kCheckEtags) |
                       FlagIf(use_mtime, kUseMtime) | FlagIf(expects_sidecar, kExpectsSidecar));
  AppendLe64(&out, encoder);
  AppendText(&out, scope);
  AppendLe64(&out, line);
  return out.append(line_text);
}

ObjectFile ObjectFile::Of(Slice detail) {
  PayloadReader reader(detail.substr(1));
  const uint64_t flags = reader.Number();
  ObjectFile file;
  file.encoder = static_cast<uint32_t>(reader.Number());
  file.has_sidecar = (flags & kHasSidecar) != 0;
  file.check_etags = (flags & kCheckEtags) != 0;
  file.use_mtime = (flags & kUseMtime) != 0;
  file.expects_sidecar = (flags & kExpectsSidecar) != 0;
  file.scope = reader.Text();
  file.line = reader.Number();
  file.line_text = reader.rest();
  return file;
}

std::string PartFile::Detail() const {
  std::string out(1, static_cast<char>(FileKind::kPart));
  AppendLe64(&out, FlagIf(check_etags, kCheckEtags));
  for (const uint64_t v : {uint64_t{encoder}, number, version, size}) AppendLe64(&out, v);
  for (const Slice text : {scope, upload, etag, record, records_path}) AppendText(&out, text);
  return out;
}

PartFile PartFile::Of(Slice detail) {
  PayloadReader reader(detail.substr(1));
  PartFile file;
  file.check_etags = (reader.Number() & kCheckEtags) != 0;
  file.encoder = static_cast<uint32_t>(reader.Number());
  for (uint64_t* v : {&file.number, &file.version, &file.size}) *v = reader.Number();
  for (Slice* text : {&file.scope, &file.upload, &file.etag, &file.record, &file.records_path}) {
    *text = reader.Text();
  }
  return file;
}

}  // namespace snaptree::s3
