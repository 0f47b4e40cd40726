// Names of the members of messages, as a node stores them and as they stand in messages.jsonl:
// spec 05 sections 2.3 and 5.3.
#pragma once

#include "adapters/sqs/sqs_members.h"

namespace snaptree::sqs {

inline constexpr Slice kMessageMagic("\0SM\x01", 4);

// In stored order, which is the order of a line; the last two stand in lines only.
enum MessageMember : size_t {
  kMessageId,
  kBody,
  kMd5OfBody,
  kMd5OfAttributes,
  kAttributes,
  kSenderId,
  kSent,
  kAvailable,
  kVisible,
  kReceiveCount,
  kFirstReceive,
  kReceiptToken,
  kGeneration,
  kGroupId,
  kDeduplicationId,
  kSequence,
  kDeadLetterSource,
  kStoredMembers,
  kPartition = kStoredMembers,
  kExtra,
  kLineMembers,
};

inline constexpr std::array<Slice, kLineMembers> kLineMemberNames = {
    "message_id",
    "body",
    "md5_of_body",
    "md5_of_message_attributes",
    "message_attributes",
    "sender_id",
    "send_timestamp_millis",
    "available_at_millis",
    "visible_at_millis",
    "receive_count",
    "first_receive_millis",
    "current_receipt_token",
    "queue_generation",
    "message_group_id",
    "message_deduplication_id",
    "sequence_number",
    "dead_letter_source_arn",
    "partition",
    "x_extra",
};

template <size_t N>
constexpr std::array<Slice, N> FirstLineMembers() {
  std::array<Slice, N> names{};
  for (size_t i = 0; i < N; ++i) names[i] = kLineMemberNames[i];
  return names;
}
inline constexpr OrderedNames<kStoredMembers> kStoredNames(FirstLineMembers<kStoredMembers>());
inline constexpr OrderedNames<kLineMembers> kLineNames(kLineMemberNames);

}  // namespace snaptree::sqs
