// Test vectors of bundles: V12 of spec 01 and P3 of spec 01b.
#pragma once

#include <string>

#include "base/checksum.h"
#include "base/coding.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

// Of an empty store.
inline std::string BundleV12() {
  return Unhex(
             "454b5653535449310000000000000099b86cd60af95c3f3bc56d0ca59b7c22225dbb9574c9c4efdaf16b6"
             "468"
             "cceb7374") +
         R"({"version":1,"last_commit_ts":0,"min_retained_ts":0,"pending_min_retained_ts":0,)"
         R"("entry_count":0,"uncompressed_bytes":0,"total_file_bytes":0,"files":null})";
}

// Three rows in one table without compression.
inline std::string BundleP3() {
  return Unhex(
             "454b56535354493100000000000001813709bdef6e7364f2bb3be5cf88487b0b5a438151e8cae2bd11f17"
             "188"
             "eb21a27a") +
         R"({"version":1,"last_commit_ts":115816896987136007,"min_retained_ts":0,"pending_mi)"
         R"(n_retained_ts":0,"applied_index":42,"entry_count":3,"uncompressed_bytes":99,"tot)"
         R"(al_file_bytes":468,"files":[{"name":"000000.sst","size":468,"sha256":"c95207f7ac)"
         R"(0ac1e540e3b17362fa6b1050303f58069dd64714810994520d7c28","smallest":"IXJlZGlzfHN0)"
         R"(cnxoZWxsb/5kiSVUF//4","largest":"X21ldGFfbGFzdF9jb21taXRfdHM="}]})" +
         Unhex(
             "00200a2172656469737c7374727c68656c6c6ffe6489255417fff80100000000000000000100000000000"
             "000"
             "00140c0f57fffff8010000000000000000000000000000000000776f726c64001c095f6d6574615f6c617"
             "374"
             "5f636f6d6d69745f74730100000000000000000700e8abda769b010000000001000000006cc898c700090"
             "260"
             "11ffffffffffffff007b0000000001000000006de21c73000c016f62736f6c6574652d6b6579000024047"
             "26f"
             "636b7364622e626c6f636b2e62617365642e7461626c652e696e6465782e7479706500000000080a1a636"
             "f6d"
             "70617261746f726c6576656c64622e4279746577697365436f6d70617261746f72080c0164656c6574656"
             "42e"
             "6b65797300080e126d657267652e6f70657261746f72706562626c652e636f6e636174656e617465080f0"
             "16e"
             "756d2e646174612e626c6f636b73010c0701656e747269657303080c017261772e6b65792e73697a655c0"
             "c0a"
             "0176616c75652e73697a6522000000000100000000767f6845001204726f636b7364622e70726f7065727"
             "469"
             "65739b01d901000000000100000000bb68ff5e01f90221800116000000000000000000000000000000000"
             "000"
             "0000000000000000000000000000000004000000f09faab3f09faab3");
}

// A bare payload as a file: behind a header, before a footer.
inline std::string WithEnvelope(const std::string& payload, Slice header, bool footer) {
  std::string bytes = std::string(header) + payload;
  if (footer) AppendBe32(&bytes, Crc32c(bytes));
  return bytes;
}

}  // namespace snaptree::test
