#include "adapters/s3/s3_file_worker.h"

#include <algorithm>
#include <utility>

#include "adapters/s3/s3_encoder_findings.h"
#include "adapters/s3/s3_etag.h"
#include "adapters/s3/s3_keys.h"
#include "base/cancel.h"
#include "base/coding.h"
#include "base/text.h"
#include "base/time_text.h"

namespace snaptree::s3 {
namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;
constexpr unsigned kLogicalBits = 16;
constexpr uint64_t kMaxMillis = UINT64_MAX >> kLogicalBits;
// Of the largest head that a row can hold, for each chunk: "1048576,".
constexpr uint64_t kChunkTextBytes = 8;

}  // namespace

Status FileWorker::operator()(Slice path, Slice detail) {
  return IsPartDetail(detail) ? TakePart(path, PartFile::Of(detail))
                              : TakeObject(path, ObjectFile::Of(detail));
}

// ---- Objects ------------------------------------------------------------------------------------

Status FileWorker::TakeObject(Slice path, const ObjectFile& file) {
  BodyJob job;
  job.path = path;
  job.scope = file.scope;
  job.has_head = true;
  const bool has_sidecar = file.has_sidecar || file.line != 0;
  Sidecar sidecar;
  if (has_sidecar) {
    SNAPTREE_ASSIGN(sidecar, file.line != 0 ? ReadLine(path, file) : ReadSidecar(path));
  }
  SNAPTREE_TRY(reader_.Open(path));
  const uint64_t size = reader_.size();
  job.modified_ms = reader_.modified_ms();
  if (size / kChunkBytes > kMaxBodyBytes / kChunkTextBytes) {
    return DataError("S3EncodeObjectTooLarge", "the list of the body's chunks fits no row")
        .Expected("at most " + HumanBytes(kMaxBodyBytes / kChunkTextBytes * kChunkBytes))
        .Found(HumanBytes(size));
  }
  if (!has_sidecar) sidecar = NoSidecar(path, file);
  job.head.fields = HeadFields(sidecar);
  PartsPlan parts = PlanParts(sidecar, size, file.check_etags, &job.head);
  if (job.head.rewritten) {
    SNAPTREE_TRY(
        ReportRewritten(&context_.findings, &context_.differences, context_.manifest, path));
  }
  // Members that the decoder leaves out for such an ETag, or adds to it.
  const EtagForm form =
      job.head.rule == EtagRule::kAsWritten ? ParseEtag(sidecar.etag) : EtagForm();
  const bool drops_sizes = sidecar.part_sizes && !job.head.multipart;
  const bool gets_sizes = parts.unverified && form.parts == 1 && size > 0;
  if (drops_sizes || gets_sizes || !has_sidecar) {
    SNAPTREE_TRY(context_.differences.Add(SidecarPlace(context_.manifest, path)));
  }
  if (parts.unverified) {
    context_.findings.Note("s3_etag_unverified", "objects with an ETag that proves nothing", path);
  }
  if (form.digest && form.parts == 0) {  // not to be checked
    job.digests = {*form.digest};
  }
  ++objects_;
  rows_->From(path);
  return size <= kMaxInlineBytes ? PutSmall(&job, &parts) : PutLarge(&job, &parts, file.encoder);
}

Result<Sidecar> FileWorker::ReadSidecar(Slice path) {
  const std::string sidecar_path = SidecarPath(path);
  SNAPTREE_ASSIGN(const Slice text, reader_.ReadSmall(sidecar_path, StoredJson::kMaxBytes));
  Result<Sidecar> sidecar = ParseSidecar(text, &json_);
  if (!sidecar.ok()) return std::move(sidecar).status().At(sidecar_path);
  if (!sidecar->is_mended()) return sidecar;
  ReportMended(sidecar_path, *sidecar);
  SNAPTREE_TRY(context_.differences.Add(sidecar_path));
  return sidecar;
}

Result<Sidecar> FileWorker::ReadLine(Slice path, const ObjectFile& file) {
  const std::string lines_path = ObjectLinesPath(path);
  const std::string place = "line " + std::to_string(file.line);
  Result<Sidecar> sidecar = ParseSidecar(file.line_text, &json_, SidecarForm::kLine);
  if (!sidecar.ok()) return std::move(sidecar).status().At(lines_path).Address(place);
  if (!sidecar->is_mended()) return sidecar;
  ReportMended(lines_path + ": " + place, *sidecar);
  SNAPTREE_TRY(context_.differences.Add(lines_path));
  return sidecar;
}

void FileWorker::ReportMended(Slice place, const Sidecar& sidecar) {
  if (sidecar.lowered_names) {
    context_.findings.Note(
        "s3_metadata_name_lowered",
        "sidecars with capitals in names of user_metadata: a node keeps names in "
        "lower case",
        place);
  }
  for (const std::string& name : sidecar.unknown_members) {
    context_.findings.Note("s3_sidecar_unknown_member",
                           "members of sidecars that no version of today knows were ignored",
                           "\"" + name + "\" of " + std::string(place));
  }
}

// As what `aws s3 sync` leaves: nothing is guessed from the name.
Sidecar FileWorker::NoSidecar(Slice path, const ObjectFile& file) {
  context_.findings.Add(file.expects_sidecar ? Severity::kWarning : Severity::kNote,
                        "s3_sidecar_missing",
                        "bodies without a sidecar became objects without metadata, of the type "
                        "application/octet-stream",
                        path, 1);
  Sidecar sidecar;
  const uint64_t ms =
      file.use_mtime ? std::min(reader_.modified_ms(), kMaxMillis) : HlcMillis(context_.commit_ts);
  sidecar.last_modified_hlc = ms << kLogicalBits;
  sidecar.content_type = "application/octet-stream";
  return sidecar;
}

// ---- Bodies -------------------------------------------------------------------------------------

Status FileWorker::GiveUp(BodyJob* job, PartsPlan* parts) {
  const bool told = job->head.rewritten;
  GiveUpEtag(job->size(), parts, &job->head);
  job->part_sizes = parts->sizes;
  job->digests.clear();
  if (told) return {};
  return ReportRewritten(&context_.findings, &context_.differences, context_.manifest, job->path);
}

Status FileWorker::PutSmall(BodyJob* job, PartsPlan* parts) {
  job->part_sizes = parts->sizes;
  SNAPTREE_ASSIGN(const Slice bytes, reader_.ReadAll());
  if (job->digests.empty()) job->digests = Digests(bytes, job->part_sizes);
  if (parts->verify && !MakesEtag(job->digests, job->head.etag)) {
    SNAPTREE_TRY(GiveUp(job, parts));
    job->digests = Digests(bytes, job->part_sizes);
  }
  SNAPTREE_TRY(PutChunks(*job, bytes));
  const Head head = MakeHead(job->head, job->part_sizes, job->digests);
  if (head.rewritten) {
    SNAPTREE_TRY(
        ReportRewritten(&context_.findings, &context_.differences, context_.manifest, job->path));
  }
  return rows_->Put(HeadKey(job->scope), head.json);
}

// Part numbers are in the keys: whether the parts make the ETag must be known before the first row.
// Only such a body is read twice.
Status FileWorker::PutLarge(BodyJob* job, PartsPlan* parts, uint32_t encoder) {
  job->part_sizes = parts->sizes;
  if (parts->verify) {
    SNAPTREE_ASSIGN(job->digests, ReadDigests(job->path, job->part_sizes));
    if (!MakesEtag(job->digests, job->head.etag)) SNAPTREE_TRY(GiveUp(job, parts));
  }
  return rows_->PutBody(ChunkKeys(*job).First(), encoder, job->Payload());
}

Status FileWorker::PutChunks(const BodyJob& job, Slice bytes) {
  ChunkKeys keys(job);
  for (size_t part = 0; part < job.part_sizes.size(); ++part) {
    Slice rest = bytes.substr(0, job.part_sizes[part]);
    bytes.remove_prefix(rest.size());
    for (uint64_t chunk = 0; !rest.empty(); ++chunk) {
      const Slice data = rest.substr(0, kChunkBytes);
      SNAPTREE_TRY(rows_->Put(keys.Key(part, chunk), data));
      rest.remove_prefix(data.size());
    }
  }
  return {};
}

PartDigests FileWorker::Digests(Slice bytes, std::span<const uint64_t> sizes) {
  PartDigests digests;
  for (const uint64_t size : sizes) {
    md5_.Reset();
    md5_.Update(bytes.substr(0, size));
    bytes.remove_prefix(size);
    digests.push_back(md5_.Finish());
  }
  return digests;
}

Result<PartDigests> FileWorker::ReadDigests(Slice path, std::span<const uint64_t> sizes) {
  SNAPTREE_ASSIGN(const auto content, context_.input.source().Open(path));
  PartDigests digests;
  uint64_t at = 0;
  buffer_.resize(kPieceBytes);
  for (const uint64_t size : sizes) {
    md5_.Reset();
    for (uint64_t rest = size; rest > 0;) {
      SNAPTREE_TRY(CheckCancelled());
      const auto want = static_cast<size_t>(std::min<uint64_t>(rest, buffer_.size()));
      SNAPTREE_ASSIGN(const size_t n, content->ReadAt(at, buffer_.data(), want));
      if (n < want) {
        return EnvironmentError("ChangedWhileReading", "the file changed while it was read")
            .At(path)
            .Next("let no program write into the tree, then run again");
      }
      md5_.Update(Slice(buffer_.data(), n));
      at += n;
      rest -= n;
    }
    digests.push_back(md5_.Finish());
  }
  return digests;
}

// ---- Parts of open uploads ----------------------------------------------------------------------

Status FileWorker::TakePart(Slice path, const PartFile& file) {
  BodyJob job;
  job.path = path;
  job.scope = file.scope;
  job.upload = file.upload;
  job.first_part = file.number;
  job.version = file.version;
  job.part_sizes = {file.size};
  SNAPTREE_TRY(reader_.Open(path));
  job.modified_ms = reader_.modified_ms();
  SNAPTREE_ASSIGN(const bool fits, PartFits(job, file));
  if (!fits) {
    SNAPTREE_TRY(context_.differences.Add(file.records_path));
    return ReportPartMissing(context_, path);
  }
  rows_->From(path);
  std::string key(kUploadPartPrefix);
  key.append(file.scope);
  AppendSegment(&key, file.upload);
  AppendBe64(&key, file.number);
  SNAPTREE_TRY(rows_->Put(key, file.record));
  if (file.size > kMaxInlineBytes) {
    return rows_->PutBody(ChunkKeys(job).First(), file.encoder, job.Payload());
  }
  SNAPTREE_ASSIGN(const Slice bytes, reader_.ReadAll());
  return PutChunks(job, bytes);
}

// Whether the file is what the part's record says. REQUIRES: it is opened.
Result<bool> FileWorker::PartFits(const BodyJob& job, const PartFile& file) {
  if (reader_.size() != file.size) return false;
  if (!file.check_etags) return true;
  SNAPTREE_ASSIGN(const PartDigests digests, ReadDigests(job.path, job.part_sizes));
  const EtagForm form = ParseEtag(file.etag);
  return form.parts == 0 && form.digest == digests[0];
}

}  // namespace snaptree::s3
