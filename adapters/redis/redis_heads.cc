#include "adapters/redis/redis_heads.h"

#include <array>

#include "adapters/redis/redis_keys.h"

namespace snaptree::redis {

FamilyId FamilyOfHead(HeadKind kind) {
  static const std::array<FamilyId, kHeadKinds> kFamilies = {
      FamilyOf(kTtlPrefix),         FamilyOf(kStringPrefix),
      FamilyOf(kHllPrefix),         BareFamily(),
      FamilyOf(kListMetaPrefix),    FamilyOf(kListMetaPrefix),
      FamilyOf(kListItemPrefix),    FamilyOf(kHashMetaPrefix),
      FamilyOf(kHashMetaPrefix),    FamilyOf(kHashFieldPrefix),
      FamilyOf(kSetMetaPrefix),     FamilyOf(kSetMetaPrefix),
      FamilyOf(kSetMemberPrefix),   FamilyOf(kZSetMetaPrefix),
      FamilyOf(kZSetMetaPrefix),    FamilyOf(kZSetMemberPrefix),
      FamilyOf(kHashBlobPrefix),    FamilyOf(kSetBlobPrefix),
      FamilyOf(kZSetBlobPrefix),    FamilyOf(kStreamMetaPrefix),
      FamilyOf(kStreamEntryPrefix), FamilyOf(kStreamBlobPrefix),
  };
  return kFamilies[static_cast<size_t>(kind)];
}

}  // namespace snaptree::redis
