from zlib import crc32

from perpetuo.lab.aws_event_stream import corrupted, event_frame, exception_frame, frame


def test_a_frame_is_byte_for_byte_what_the_vendor_sends():
    # The first frame of a recorded reply of ConverseStream.
    recorded = (
        b"\x00\x00\x00v\x00\x00\x00R\x96\xd5\xfa\xde\x0b:event-type\x07\x00\x0cmessageStart\r:content-type\x07\x00\x10"
        b'application/json\r:message-type\x07\x00\x05event{"role":"assistant"}o\xa8\xc5\x99'
    )
    assert event_frame("messageStart", {"role": "assistant"}) == recorded


def test_a_frame_without_headers_and_payload_is_sixteen_bytes():
    assert len(frame({}, b"")) == 16


def test_an_exception_says_what_it_is_in_its_headers():
    raised = exception_frame("throttlingException", {"message": "slow down"})
    assert b":message-type\x07\x00\x09exception" in raised
    assert b":exception-type\x07\x00\x13throttlingException" in raised
    assert b":event-type" not in raised


def test_a_corrupted_frame_keeps_its_lengths_and_fails_only_the_last_checksum():
    whole = event_frame("contentBlockStop", {"contentBlockIndex": 0})
    broken = corrupted(whole)
    assert broken[:12] == whole[:12]
    assert len(broken) == len(whole)
    assert crc32(broken[:-4]) != int.from_bytes(broken[-4:])
    assert crc32(whole[:-4]) == int.from_bytes(whole[-4:])
