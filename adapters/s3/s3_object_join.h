// Which files of a bucket's folder are objects, and under which keys: bodies joined with their
// sidecars, or with their lines, and with their KEYMAP records by path, beyond memory when there
// are many (spec 04 section 7.1, spec 07 chapter 3). One thread.
#pragma once

#include <optional>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/s3/s3_bucket_file.h"
#include "adapters/s3/s3_encoder.h"
#include "adapters/s3/s3_file_worker.h"
#include "adapters/s3/s3_path_check.h"
#include "base/external_sorter.h"
#include "manifest/keymap.h"

namespace snaptree::s3 {

class ObjectJoin {
 public:
  ObjectJoin(const EncodeContext& context, const EncodeS3Options& options, uint32_t body_encoder,
             double share);

  // folder: "s3/photos/". The bucket must live until Finish().
  void Begin(Slice folder, const BucketFile& bucket);
  void AddFolder(Slice path) { paths_.SeeFolder(path); }
  // A regular file, relative to the folder, that is not one of the folder's own.
  Status AddFile(Slice path);
  Status ReadKeymap();
  // _objects.jsonl, which is there.
  Status ReadLines();
  // Hands the objects to the jobs.
  Status Finish(S3FileJobs* jobs);

 private:
  // What has one path.
  struct Group {
    std::string path;
    bool body = false;
    bool perhaps_body = false;  // if it has a record
    bool sidecar = false;
    bool has_record = false;
    bool bad_record = false;   // that was told
    uint64_t line = 0;         // of the record
    std::string original;      // its key
    bool claimed = false;      // the path is the key of another file,
    std::string claimant;      // this one
    uint64_t object_line = 0;  // number of the line in _objects.jsonl; 0: there is none
    std::string line_key;
    std::string line_text;
  };

  Status Add(Slice path, char tag, Slice payload);
  Status CheckRecords();
  Status TakeEntry(char tag, Slice payload, Group* group);
  Status TakeLine(Slice payload, Group* group);
  Status EndGroup(const Group& group, S3FileJobs* jobs);
  Status Lost(const Group& group);
  Status NoRecord(const Group& group);
  Result<bool> IsObject(const Group& group);
  Result<bool> IsOneSidecar(const Group& group, Slice key);
  Status Emit(const Group& group, Slice key, S3FileJobs* jobs);
  Status KeymapProblem(const char* code, const char* what, uint64_t line, Slice found);
  Status LineProblem(const Group& group, Status error);

  const EncodeContext& context_;
  const EncodeS3Options& options_;
  const uint32_t body_encoder_;
  ExternalSorter by_path_;
  ExternalSorter by_original_;  // KEYMAP records
  PathCheck paths_;

  std::string folder_;
  std::string keymap_path_;
  std::string lines_path_;
  const BucketFile* bucket_ = nullptr;
  std::string key_;  // scratch
};

}  // namespace snaptree::s3
