"""What things are called on the bus: subjects, the stream that keeps the samples, and headers of its messages.

zeropoint.HOSTID.samples    each sample, kept by the stream ZEROPOINT; the newest of each machine by ZEROPOINT_NEWEST
zeropoint.HOSTID.alive      told while no sample is due; not kept
zeropoint.HOSTID.query      requests that the machine answers; not kept
"""

import re

STREAM = "ZEROPOINT"
NEWEST = "ZEROPOINT_NEWEST"
# Of the ids of a hub's event stream: js-N is the N-th message of the stream.
EPOCH = "js"
ALL_SAMPLES = "zeropoint.*.samples"
ALL_ALIVE = "zeropoint.*.alive"
SUBJECT = re.compile(r"zeropoint\.([0-9a-f]{32})\.(?:samples|alive|query)")
# Inboxes of machines and of hubs lie apart, so that a machine need not be allowed to read what a hub is answered.
MACHINE_INBOX = "_INBOX_zeropoint_machine"
HUB_INBOX = "_INBOX_zeropoint_hub"

MESSAGE_ID = "Nats-Msg-Id"
# Where a message comes from that a stream took out of another: "ZEROPOINT 4023 > > zeropoint.HOSTID.samples". Servers
# let no publisher set it.
SOURCE = "Nats-Stream-Source"
# What is missing right before this sample, as Gaps in JSON.
GAPS = "Zeropoint-Gaps"
VERSION = "Zeropoint-Version"
CONTRACT = "Zeropoint-Contract"
# Of an answer: its HTTP status, and which part of how many this is.
STATUS = "Zeropoint-Status"
PARTS = "Zeropoint-Part"


def samples_of(host: str) -> str:
    return f"zeropoint.{host}.samples"


def alive_of(host: str) -> str:
    return f"zeropoint.{host}.alive"


def query_of(host: str) -> str:
    return f"zeropoint.{host}.query"


def host_of(subject: str) -> str | None:
    """The id of the machine that a subject belongs to; None for a subject that is none of ours."""
    matched = SUBJECT.fullmatch(subject)
    return matched[1] if matched else None


def message_id(host: str, sample: str) -> str:
    """What the stream knows a sample by. A sample's own id is unique on its machine alone: two that were started in the
    same millisecond have the same."""
    return f"{host}.{sample}"


def sample_of(message: str) -> str:
    """The sample's id in a message's."""
    return message.partition(".")[2]
