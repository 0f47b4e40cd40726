// Constants of the `.fsm` envelope and the EKVPBBL1 row stream (spec 01 chapters 1, 2 and 7).
//
//   FSM header | payload | footer
//   header: none, or "EKVTHLC1" u64be ceiling_ms, or "EKVTHLC2" u16be L u64be ceiling_ms u64be
//   cutover, L-16 more bytes EKVPBBL1 payload: magic, u64le last_commit_ts, rows (u64le key length,
//   key, u64le value length, value), no end mark footer: u32be CRC32C of everything before it
#pragma once

#include <cstdint>

#include "base/slice.h"

namespace snaptree {

inline constexpr size_t kMagicBytes = 8;
inline constexpr Slice kFsmMagicFamily = "EKVTHLC";
inline constexpr Slice kFsmMagic1 = "EKVTHLC1";
inline constexpr Slice kFsmMagic2 = "EKVTHLC2";
inline constexpr size_t kFsmHeader1Bytes = 16;
inline constexpr size_t kFsmHeader2FixedBytes = 10;  // magic and L
inline constexpr uint16_t kFsmHeader2MinLength = 16;
inline constexpr uint16_t kFsmHeader2MaxLength = 1024;

inline constexpr Slice kRowStreamMagic = "EKVPBBL1";
inline constexpr size_t kRowStreamHeaderBytes = 16;  // magic and last_commit_ts
inline constexpr Slice kSstBundleMagic = "EKVSSTI1";
inline constexpr Slice kVersionListMagic = "EKVMVCC2";

inline constexpr size_t kFooterBytes = 4;
inline constexpr size_t kLengthBytes = 8;  // of a key or value length
inline constexpr size_t kTimestampBytes =
    8;  // at the end of a raw key: bitwise NOT of the commit timestamp, big-endian

// Value header: u8 flags, u64le expireAt (an HLC value; 0 = never), then the body.
inline constexpr size_t kValueHeaderBytes = 9;
inline constexpr uint8_t kFlagTombstone = 0x01;
inline constexpr uint8_t kFlagEncrypted = 0x02;  // all other bits are reserved

// What a live node loads (section 2); longer keys exist in files that no node can load.
inline constexpr uint64_t kLiveMaxKeyBytes = 1048576 + kTimestampBytes;
inline constexpr uint64_t kLiveMaxValueBytes = 268435456 + kValueHeaderBytes + 34;
// The longest key that we hold in memory.
inline constexpr uint64_t kMaxKeyBytes = uint64_t{64} << 20;

}  // namespace snaptree
