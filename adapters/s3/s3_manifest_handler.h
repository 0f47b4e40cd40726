// What RapidJSON's reader calls while it walks a manifest or a part record: knows their members,
// judges types, keeps what is unknown. Private to s3_manifest.cc. One object per walk.
//
// As for the library that wrote these values: null leaves a member as it is, and of two members of
// one name the last counts. Names are matched exactly.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/common/rapidjson_reader.h"
#include "adapters/s3/s3_manifest.h"
#include "adapters/s3/s3_rapidjson.h"
#include "base/status.h"

namespace snaptree::s3 {

class ManifestHandler : public NumbersStayText {
 public:
  // One of the two is null: the whole value is a manifest, or one part.
  ManifestHandler(Manifest* manifest, Part* part, std::vector<std::string>* unknown_part_members);

  const std::string& problem() const { return problem_; }  // why an event was refused

  // RapidJSON's handler concept. False ends the walk.
  bool Null();
  bool Bool(bool v);
  bool RawNumber(const char* text, unsigned size, bool copy);
  bool String(const char* text, unsigned size, bool copy);
  bool StartObject();
  bool Key(const char* text, unsigned size, bool copy);
  bool EndObject(unsigned members);
  bool StartArray();
  bool EndArray(unsigned elements);

 private:
  // Where the walk is: in the manifest, its metadata, its list of parts, a part, its chunk sizes.
  enum class Place : uint8_t { kStart, kManifest, kMetadata, kParts, kPart, kSizes, kEnd };

  // What the last name announced; at most one of the pointers is set.
  struct Slot {
    std::string* text = nullptr;
    uint64_t* number = nullptr;  // at most `max`
    uint64_t max = UINT64_MAX;
    bool* flag = nullptr;
    bool metadata = false;
    bool parts = false;
    bool sizes = false;
    bool unknown = false;
  };

  Slot ManifestSlot(Slice name);
  Slot PartSlot(Slice name);
  bool BeginUnknown(Slice name);
  // Runs an event of an unknown member's value; false when there is none.
  template <class Event>
  bool Unknown(Event event, int depth_change, bool* result);
  bool EndUnknown();
  bool Refuse(const char* what);
  bool CheckText(Slice text);
  bool TakeMetadata(Slice value);
  bool TakeSize(Slice number);
  bool TakeNumber(Slice number);

  Manifest* const manifest_;
  Part* part_;
  std::vector<std::string>* const unknown_part_members_;
  std::string problem_;
  Place place_ = Place::kStart;
  Slot slot_;
  std::string metadata_name_;
  size_t text_bytes_ = 0;    // of all texts that are kept
  size_t packed_bytes_ = 0;  // of all chunk sizes of finished parts

  std::string unknown_name_;
  int unknown_depth_ = 0;  // open objects and arrays of an unknown member
  JsonWriter unknown_json_;
  JsonForwarder forward_;
};

}  // namespace snaptree::s3
