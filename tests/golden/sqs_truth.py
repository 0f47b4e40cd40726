#!/usr/bin/env python3
"""Compares sqs/ of a tree with what the node answered.

usage: sqs_truth.py TREE TRUTH.json
TRUTH.json: for each queue what GetQueueAttributes answered, and the messages that ReceiveMessage handed out. Messages
that are delayed or in flight are not among them, but the counts tell how many there are.
Exit status 0: the same; 1: different.
"""

import collections
import json
import os
import sys

# Of _queue.json and of GetQueueAttributes.
ATTRIBUTES = {
    "visibility_timeout_seconds": "VisibilityTimeout",
    "message_retention_seconds": "MessageRetentionPeriod",
    "delay_seconds": "DelaySeconds",
    "maximum_message_size": "MaximumMessageSize",
    "receive_message_wait_seconds": "ReceiveMessageWaitTimeSeconds",
    "fifo": "FifoQueue",
    "content_based_deduplication": "ContentBasedDeduplication",
    "fifo_throughput_limit": "FifoThroughputLimit",
    "deduplication_scope": "DeduplicationScope",
    "redrive_policy": "RedrivePolicy",
}
DEFAULTS = {"receive_message_wait_seconds": 0, "fifo": False, "content_based_deduplication": False}
# Of a message, where the node gave it.
MEMBERS = {
    "send_timestamp_millis": "SentTimestamp",
    "message_group_id": "MessageGroupId",
    "message_deduplication_id": "MessageDeduplicationId",
    "sequence_number": "SequenceNumber",
}
COUNTS = [f"ApproximateNumberOfMessages{state}" for state in ("", "NotVisible", "Delayed")]


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


def read_queues(tree):
    """name -> (_queue.json, lines of messages.jsonl)"""
    queues = {}
    root = os.path.join(tree, "sqs")
    for folder in os.listdir(root):
        path = os.path.join(root, folder)
        with open(os.path.join(path, "_queue.json"), encoding="utf-8") as file:
            queue = json.load(file)
        messages = []
        if os.path.exists(os.path.join(path, "messages.jsonl")):
            with open(os.path.join(path, "messages.jsonl"), encoding="utf-8") as file:
                messages = [json.loads(line) for line in file]
        queues[queue["name"]] = queue, messages
    return queues


def compare_queue(queue, count, attributes):
    problems = []
    for mine, node in ATTRIBUTES.items():
        value = queue.get(mine, DEFAULTS.get(mine))
        if (value is None) != (node not in attributes) or (value is not None and text(value) != attributes[node]):
            problems.append(f"{mine} is {value}, the node says {attributes.get(node)}")
    # The node does not count the messages of partitions.
    expected = sum(int(attributes[name]) for name in COUNTS)
    if count != expected and queue.get("partition_count", 0) < 2:
        problems.append(f"{count} messages, the node says {expected}")
    return problems


def compare_message(mine, node):
    problems = []
    attributes = {k: {m: v for m, v in a.items() if v} for k, a in mine.get("message_attributes", {}).items()}
    pairs = [("body", mine["body"], node["body"]), ("md5", mine["md5_of_body"], node["md5"]),
             ("attributes", attributes, node.get("mattrs") or {})]
    # The node answers a derived deduplication id where the client sent none.
    pairs += [(m, text(mine[m]), node["attrs"].get(name)) for m, name in MEMBERS.items() if m in mine]
    for what, found, expected in pairs:
        if found != expected:
            problems.append(f"{what} is {found}, the node says {expected}")
    return problems


def order_by_group(ids, group_of):
    groups = collections.defaultdict(list)
    for message_id in ids:
        groups[group_of[message_id]].append(message_id)
    return groups


def compare_messages(messages, answers, fifo):
    mine = {m["message_id"]: m for m in messages}
    problems = [] if len(mine) == len(messages) else ["an id stands twice"]
    for node in answers:
        if node["id"] not in mine:
            problems.append(f"{node['id']} is missing")
        else:
            problems += [f"{node['id']}: {p}" for p in compare_message(mine[node["id"]], node)]
    if fifo and not problems:
        group_of = {m["message_id"]: m["message_group_id"] for m in messages}
        received = [node["id"] for node in answers]
        written = [m["message_id"] for m in messages if m["message_id"] in set(received)]
        if order_by_group(received, group_of) != order_by_group(written, group_of):
            problems.append("messages of a group stand in another order")
    return problems


def main(tree, truth):
    with open(truth, encoding="utf-8") as file:
        answers = json.load(file)
    queues = read_queues(tree)
    problems = [f"{name}: on one side only" for name in queues.keys() ^ answers.keys()]
    for name in queues.keys() & answers.keys():
        queue, messages = queues[name]
        found = compare_queue(queue, len(messages), answers[name]["attributes"])
        found += compare_messages(messages, answers[name].get("messages", []), queue.get("fifo", False))
        problems += [f"{name}: {p}" for p in found]
    for problem in sorted(problems):
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
