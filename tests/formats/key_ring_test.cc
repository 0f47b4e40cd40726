// Key files: what opens, what does not, and what is said about it (spec 01 section 8.2).
#include "formats/encryption/key_ring.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

#include <catch2/catch.hpp>

#include "base/base64.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/encryption/sidecar.h"
#include "tests/support/sealed_rows.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

const std::string kKek = CountingKey(0x40);
const std::string kKey = CountingKey(0);

std::string Keys(const std::string& wrapped) { return SidecarJson({{7, "storage", wrapped}}); }

struct Files {
  TempFolder folder;
  KeyFiles names;
  Findings findings;

  Files(const std::string& kek, const std::string& sidecar) {
    names.kek_file = Add("kek", kek);
    names.keys_file = Add("keys.json", sidecar);
  }
  std::string Add(const std::string& name, const std::string& bytes) const {
    WriteWholeFile(folder / name, bytes);
    ::chmod((folder / name).c_str(), 0600);
    return folder / name;
  }
  Result<KeyRing> Load() { return KeyRing::Load(names, &findings); }
  // Of a load that fails. No message may hold a byte of a key.
  ErrorInfo Error() {
    const Result<KeyRing> ring = Load();
    REQUIRE_FALSE(ring.ok());
    const ErrorInfo& info = ring.status().info();
    CHECK_FALSE(info.source.empty());
    return info;
  }
};

std::string Bytes(const DataKey* key) {
  REQUIRE(key != nullptr);
  return {reinterpret_cast<const char*>(key->bytes()), DataKey::kBytes};
}

TEST_CASE("V17: the wrapped key opens") {
  const std::string wrapped = Unhex(
      "000102030405060708090a0b3a046e7b738942a7ca1b8ac9b4e0c2b493d53f1a7859bb44f639f28d5dac7741433e"
      "a9"
      "6d2f885eb89ad749ca1982e209");
  CHECK(Wrap(kKek, kKey, Unhex("000102030405060708090a0b")) == wrapped);
  Files files(kKek, Keys(wrapped));
  const Result<KeyRing> ring = files.Load();
  REQUIRE(ring.ok());
  CHECK(Bytes(ring->Find(7)) == kKey);
  CHECK(ring->Find(8) == nullptr);
  CHECK(ring->PurposeOf(7) == KeyPurpose::kStorage);
  CHECK_FALSE(ring->PurposeOf(8));
  CHECK(ring->IdsText() == "7");
  CHECK(files.findings.by_code().empty());
}

TEST_CASE("every flipped bit of a wrapped key or of the KEK is a wrong key") {
  const std::string wrapped = Wrap(kKek, kKey);
  for (size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
    std::string other = wrapped;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ 1 << bit % 8);
    Files files(kKek, Keys(other));
    CHECK(files.Error().code == "KekWrong");
  }
  for (size_t bit = 0; bit < kKek.size() * 8; ++bit) {
    std::string other = kKek;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ 1 << bit % 8);
    Files files(other, Keys(wrapped));
    CHECK(files.Error().code == "KekWrong");
  }
}

TEST_CASE("a KEK has 32 bytes, and texts of keys are told") {
  const auto next_of = [](size_t size) {
    Files files(std::string(size, 'a'), Keys(Wrap(kKek, kKey)));
    const ErrorInfo info = files.Error();
    CHECK(info.code == "KekSize");
    CHECK(info.found == std::to_string(size));
    CHECK(info.source == files.names.kek_file);
    return info.next;
  };
  CHECK(next_of(0).find("as it is") != std::string::npos);
  CHECK(next_of(31).find("as it is") != std::string::npos);
  CHECK(next_of(33).find("as it is") != std::string::npos);
  CHECK(next_of(65).find("xxd") != std::string::npos);
  CHECK(next_of(44).find("base64 -d") != std::string::npos);
}

TEST_CASE("key files go together, and must be there") {
  Files files(kKek, Keys(Wrap(kKek, kKey)));
  KeyFiles half = files.names;
  half.kek_file.clear();
  Result<KeyRing> ring = KeyRing::Load(half, &files.findings);
  CHECK(ring.status().code() == "KeyFilesIncomplete");
  CHECK(ring.status().kind() == ErrorKind::kUsage);
  half = files.names;
  half.keys_file.clear();
  ring = KeyRing::Load(half, &files.findings);
  CHECK(ring.status().code() == "KeyFilesIncomplete");

  for (std::string KeyFiles::*member : {&KeyFiles::kek_file, &KeyFiles::keys_file}) {
    KeyFiles missing = files.names;
    missing.*member += ".x";
    ring = KeyRing::Load(missing, &files.findings);
    CHECK(ring.status().code() == "NotFound");
    CHECK(ring.status().info().source == missing.*member);
    const std::string option = member == &KeyFiles::kek_file ? "--kek-file" : "--keys-file";
    CHECK(ring.status().info().next.find(option) != std::string::npos);
    for (const char* const none : {".", "/dev/zero"}) {
      missing.*member = none;
      ring = KeyRing::Load(missing, &files.findings);
      CHECK(ring.status().code() == "NotRegular");
      CHECK(ring.status().info().what.find(option) != std::string::npos);
      CHECK(ring.status().info().next.find("snapshot") == std::string::npos);
    }
  }
}

TEST_CASE("a sidecar that is none is refused with the member") {
  const std::string good = Keys(Wrap(kKek, kKey));
  const auto with = [&](const std::string& from, const std::string& to) {
    const size_t at = good.find(from);
    REQUIRE(at != std::string::npos);
    return good.substr(0, at) + to + good.substr(at + from.size());
  };
  const std::string cases[] = {
      "",
      "[]",
      "{}",
      good.substr(0, good.size() - 1),
      good + "{}",
      with("\"version\":2", "\"version\":3"),
      with("\"version\":2", "\"version\":0"),
      with("\"version\":2", "\"version\":\"2\""),
      with("\"version\":2", "\"vertion\":2"),
      with("\"keys\"", "\"kees\""),
      with("\"7\":", "\"0\":"),
      with("\"7\":", "\"07\":"),
      with("\"7\":", "\"-7\":"),
      with("\"7\":", "\"4294967296\":"),
      with("\"7\":", "\"seven\":"),
      with("\"purpose\":\"storage\",", ""),
      with("\"purpose\":\"storage\"", "\"purpose\":7"),
      with("\"wrapped\":\"", "\"wrapped\":\"AAAA"),
      with("\"wrapped\":\"", "\"wrapped\":\"*"),
      with("\"wrapped\"", "\"wraped\""),
      with("\"keys\":{", "\"keys\":{\"7\":{\"purpose\":\"raft\",\"wrapped\":\"" +
                             good.substr(good.find("wrapped") + 10, 80) + "\"},"),
  };
  for (const std::string& text : cases) {
    INFO(text);
    Files files(kKek, text);
    const ErrorInfo info = files.Error();
    CHECK(info.code == "KeyFileInvalid");
    CHECK(info.source == files.names.keys_file);
    CHECK(info.next.find("encryption/keys.json") != std::string::npos);
  }
}

TEST_CASE("members of the sidecar that are not needed may be of any form") {
  std::string text = Keys(Wrap(kKek, kKey));
  text.insert(1, "\"new\":[{}],\"active\":null,");
  const size_t created = text.find("\"2026");
  text.replace(created, text.find('"', created + 1) + 1 - created, "{\"at\":1}");
  Files files(kKek, text);
  CHECK(files.Load().ok());
  CHECK(Files(kKek, "{\"version\":1,\"keys\":{}}").Load().ok());
}

TEST_CASE("one wrapped key that opens shows that the KEK is right") {
  Files files(kKek, SidecarJson({{1, "storage", Wrap(CountingKey(9), kKey)},
                                 {2, "raft", Wrap(kKek, kKey)},
                                 {3, "later", Wrap(kKek, CountingKey(5))}}));
  const Result<KeyRing> ring = files.Load();
  REQUIRE(ring.ok());
  CHECK(ring->Find(1) == nullptr);
  CHECK(ring->Find(2) == nullptr);  // no key of rows
  CHECK(Bytes(ring->Find(3)) == CountingKey(5));
  CHECK(ring->PurposeOf(1) == KeyPurpose::kStorage);
  CHECK(ring->PurposeOf(2) == KeyPurpose::kRaft);
  CHECK(ring->PurposeOf(3) == KeyPurpose::kUnknown);
  CHECK(ring->IdsText() == "3");
  const auto& found = files.findings.by_code();
  REQUIRE(found.contains("wrapped_key_closed"));
  CHECK(found.at("wrapped_key_closed").example() == "key 1");
}

TEST_CASE("a data key as it is needs no KEK and wins over the sidecar") {
  Files files(kKek, SidecarJson({{7, "raft", Wrap(kKek, kKey)}}));
  files.names.data_keys.emplace_back(7, files.Add("dek", CountingKey(1)));
  const Result<KeyRing> both = files.Load();
  REQUIRE(both.ok());
  CHECK(Bytes(both->Find(7)) == CountingKey(1));
  CHECK(both->PurposeOf(7) == KeyPurpose::kStorage);

  KeyFiles alone;
  alone.data_keys = files.names.data_keys;
  alone.data_keys.emplace_back(9, files.Add("dek9", CountingKey(2)));
  const Result<KeyRing> ring = KeyRing::Load(alone, &files.findings);
  REQUIRE(ring.ok());
  CHECK(ring->IdsText() == "7, 9");

  alone.data_keys.emplace_back(9, files.folder / "dek");
  CHECK(KeyRing::Load(alone, &files.findings).status().code() == "OptionConflict");
  alone.data_keys.back() = {10, files.Add("short", "short")};
  CHECK(KeyRing::Load(alone, &files.findings).status().code() == "KekSize");
}

TEST_CASE("keys come out of pipes, once for all who ask") {
  Files files(kKek, Keys(Wrap(kKek, kKey)));
  const auto pipe_of = [](const std::string& text, UniqueFd* reader) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    *reader = UniqueFd(ends[0]);
    const UniqueFd writer(ends[1]);
    REQUIRE(WriteFully(writer.get(), text, "pipe").ok());
    return "/proc/self/fd/" + std::to_string(ends[0]);
  };
  UniqueFd kek;
  UniqueFd sidecar;
  files.names.kek_file = pipe_of(kKek, &kek);
  files.names.keys_file = pipe_of(Keys(Wrap(kKek, kKey)), &sidecar);
  for (int i = 0; i < 2; ++i) {
    const Result<KeyRing> ring = files.Load();
    REQUIRE(ring.ok());
    CHECK(Bytes(ring->Find(7)) == kKey);
  }
  CHECK(files.findings.by_code().empty());
  UniqueFd cut;
  files.names.kek_file = pipe_of(kKek.substr(1), &cut);
  CHECK(files.Error().code == "KekSize");
  UniqueFd endless;
  files.names.kek_file = pipe_of(std::string(1000, 'k'), &endless);
  CHECK(files.Error().found == "more than 66");
}

TEST_CASE("a key that is given in place of its file is not repeated") {
  const std::string hex = Hex(kKek);
  std::string base64;
  AppendBase64(&base64, kKek);
  for (const std::string& key : {hex, base64, base64.substr(0, 43)}) {
    Files files(kKek, Keys(Wrap(kKek, kKey)));
    for (std::string KeyFiles::*member : {&KeyFiles::kek_file, &KeyFiles::keys_file}) {
      KeyFiles names = files.names;
      names.*member = key;
      const Result<KeyRing> ring = KeyRing::Load(names, &files.findings);
      CHECK(ring.status().code() == "KeyOnCommandLine");
      CHECK(ring.status().kind() == ErrorKind::kUsage);
      CHECK(ring.status().info().source.empty());
      CHECK(ring.status().Message().find(key.substr(0, 8)) == std::string::npos);
    }
  }
  // A file may have any name.
  Files files(kKek, Keys(Wrap(kKek, kKey)));
  files.names.kek_file = files.Add(hex, kKek);
  CHECK(files.Load().ok());
}

TEST_CASE("key files that others can read are told") {
  Files files(kKek, Keys(Wrap(kKek, kKey)));
  ::chmod(files.names.keys_file.c_str(), 0644);  // nothing in it is secret
  ::chmod(files.names.kek_file.c_str(), 0640);
  REQUIRE(files.Load().ok());
  const auto& found = files.findings.by_code();
  REQUIRE(found.contains("key_file_readable"));
  CHECK(found.at("key_file_readable").count == 1);
  CHECK(found.at("key_file_readable").example() == files.names.kek_file);
  CHECK(found.at("key_file_readable").severity == Severity::kNote);
}

TEST_CASE("a key is zeroed when it goes") {
  alignas(DataKey) unsigned char place[sizeof(DataKey)];
  auto* const key = new (place) DataKey;
  std::fill_n(key->bytes(), DataKey::kBytes, uint8_t{0x5a});
  key->~DataKey();
  // The bytes of the place itself, which outlives the object.
  volatile const unsigned char* const left = place;
  size_t zeros = 0;
  for (size_t i = 0; i < sizeof place; ++i) zeros += left[i] == 0 ? 1U : 0U;
  CHECK(zeros == sizeof place);
}

TEST_CASE("as long as keys are in memory there is no core file") {
  const int before = ::prctl(PR_GET_DUMPABLE);
  Files files(kKek, Keys(Wrap(kKek, kKey)));
  {
    const Result<KeyRing> ring = files.Load();
    REQUIRE(ring.ok());
    CHECK(::prctl(PR_GET_DUMPABLE) == 0);
    { CHECK(files.Load().ok()); }
    CHECK(::prctl(PR_GET_DUMPABLE) == 0);
  }
  CHECK(::prctl(PR_GET_DUMPABLE) == before);
  Files wrong(kKey, Keys(Wrap(kKek, kKey)));
  CHECK_FALSE(wrong.Load().ok());
  CHECK(::prctl(PR_GET_DUMPABLE) == before);
}

}  // namespace
}  // namespace snaptree
