"""Requests that two parsers might cut differently, each with a whole request hidden in it that nobody may carry out.

The hidden one would reach a simulated vendor; the outer one asks for a path that is nothing. After the vector comes a
plain `GET /livez` on the same connection, which may be answered where the vector was a valid request after all.
"""

from gateway_harness import API_KEY

BODY = b'{"model":"gpt-4o","messages":[{"role":"user","content":"hidden"}]}'
HIDDEN = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b"
    % (API_KEY.encode(), len(BODY), BODY)
)
AFTER = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
LINE = b"POST /v1/nothing HTTP/1.1\r\n"
HOST = b"Host: x\r\n"
END = b"0\r\n\r\n"
SIZE = len(HIDDEN)
LENGTH = b"Content-Length: %d" % SIZE


def headers(*lines: bytes, line: bytes = LINE, host: bytes = HOST, body: bytes = END + HIDDEN) -> bytes:
    return line + host + b"".join(text + b"\r\n" for text in lines) + b"\r\n" + body


def chunked(body: bytes) -> bytes:
    return headers(b"Transfer-Encoding: chunked", body=body)


def length(value: bytes) -> bytes:
    return headers(b"Content-Length: " + value, body=HIDDEN)


def _vectors() -> dict[str, bytes]:
    found: dict[str, bytes] = {
        "length and coding": headers(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        "coding and length": headers(b"Transfer-Encoding: chunked", b"Content-Length: 5"),
        "length of all and coding": headers(b"Content-Length: %d" % (5 + SIZE), b"Transfer-Encoding: chunked"),
        "length 0 and coding": headers(b"Content-Length: 0", b"Transfer-Encoding: chunked"),
        "two codings": headers(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"),
        "two codings, the other first": headers(b"Transfer-Encoding: identity", b"Transfer-Encoding: chunked"),
        "coding in 1.0": headers(b"Transfer-Encoding: chunked", line=b"POST /v1/nothing HTTP/1.0\r\n"),
        "two lengths": headers(b"Content-Length: 0", b"Content-Length: %d" % SIZE, body=HIDDEN),
        "two equal lengths": headers(b"Content-Length: %d" % SIZE, b"content-length: %d" % SIZE, body=HIDDEN),
        "folded coding": headers(b"X: y", b" Transfer-Encoding: chunked"),
        "folded first line": headers(b"Transfer-Encoding: chunked", host=b" X: y\r\n" + HOST),
        "coding on the next line": headers(b"Transfer-Encoding:", b" chunked"),
        "coding after a bare LF": headers(b"X: y\nTransfer-Encoding: chunked"),
        "coding after a bare CR": headers(b"X: y\rTransfer-Encoding: chunked"),
        "hop-by-hop length": headers(b"Connection: content-length", b"Content-Length: %d" % SIZE, body=HIDDEN),
        "behind the last request": headers(b"Content-Length: 0", b"Connection: close", body=HIDDEN),
        "behind the last request of 1.0": headers(line=b"GET /v1/nothing HTTP/1.0\r\n", body=HIDDEN),
        "in the body of a GET": headers(LENGTH, line=b"GET /v1/nothing HTTP/1.1\r\n", body=HIDDEN),
        "in the body of a HEAD": headers(LENGTH, line=b"HEAD /v1/nothing HTTP/1.1\r\n", body=HIDDEN),
        "in the body of OPTIONS": headers(LENGTH, line=b"OPTIONS * HTTP/1.1\r\n", body=HIDDEN),
        "behind an upgrade": headers(b"Connection: Upgrade", b"Upgrade: h2c", LENGTH, body=HIDDEN),
        "behind a websocket": headers(b"Connection: Upgrade", b"Upgrade: websocket", LENGTH, body=HIDDEN),
        "behind CONNECT": headers(line=b"CONNECT x:443 HTTP/1.1\r\n", body=HIDDEN),
        "behind the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN,
        "where it expects to be told": headers(b"Expect: 100-continue", b"Content-Length: %d" % SIZE, body=HIDDEN),
        "an odd expectation": headers(b"Expect: 200-ok", b"Content-Length: %d" % SIZE, body=HIDDEN),
        "an empty line of LF": LINE + HOST + b"\n" + HIDDEN,
        "a space before the end of the head": LINE + HOST + b" \r\n" + HIDDEN,
        "a header without a name": headers(b": y"),
        "a header without a colon": headers(b"nothing"),
        "two hosts": headers(host=HOST + b"Host: y\r\n"),
        "no host": headers(host=b""),
        "a host with a path": headers(host=b"Host: x/?y=\r\n"),
        "a host with a space": headers(host=b"Host: x y\r\n"),
    }  # fmt: skip
    for name, value in {
        "xchunked": b"xchunked", "chunked, identity": b"chunked, identity", "identity, chunked": b"identity, chunked",
        "chunked twice": b"chunked, chunked", "gzip, chunked": b"gzip, chunked", "a quoted one": b'"chunked"',
        "a parameter": b"chunked;q=1", "a comma before": b",chunked", "a comma behind": b"chunked,",
        "a tab inside": b"chun\tked", "a vertical tab": b"\x0bchunked", "a NUL": b"chunked\x00",
        "a DEL": b"chunked\x7f", "an umlaut": b"ch\xfcnked", "nothing": b"", "gzip": b"gzip",
    }.items():  # fmt: skip
        found[f"coding: {name}"] = headers(b"Transfer-Encoding: " + value)
    for name, text in {
        "a space before the colon": b"Transfer-Encoding : chunked",
        "a tab before the colon": b"Transfer-Encoding\t: chunked",
        "an underscore": b"Transfer_Encoding: chunked", "a NUL before": b"\x00Transfer-Encoding: chunked",
        "a NUL behind": b"Transfer-Encoding\x00: chunked", "an odd letter": b"Transf\xc3\xa9r-Encoding: chunked",
        "a CR behind": b"Transfer-Encoding\r: chunked", "a slash": b"Transfer/Encoding: chunked",
    }.items():  # fmt: skip
        found[f"name of the coding: {name}"] = headers(text)
    for name, value in {
        "plus": b"+%d" % SIZE, "minus": b"-1", "hexadecimal": b"0x%x" % SIZE, "twice": b"%d,%d" % (SIZE, SIZE),
        "twice with a space": b"%d, %d" % (SIZE, SIZE), "two numbers": b"0 %d" % SIZE, "exponent": b"1e3",
        "empty": b"", "letters": b"abc", "over 64 bits": b"18446744073709551616", "a NUL": b"%d\x00" % SIZE,
        "a vertical tab": b"%d\x0b" % SIZE, "a semicolon": b"%d;" % SIZE, "arabic digits": "٣".encode(),
        "an underscore": b"1_0", "a fraction": b"%d.0" % SIZE,
    }.items():  # fmt: skip
        found[f"length: {name}"] = length(value)
    for name, body in {
        "0x": b"0x0\r\n\r\n", "plus": b"+0\r\n\r\n", "minus": b"-0\r\n\r\n", "space before": b" 0\r\n\r\n",
        "LF": b"0\n\n", "LF at the end": b"0\r\n\n", "CR": b"0\r\r\n\r\n", "empty": b"\r\n\r\n",
        "over 64 bits": b"10000000000000000\r\n", "negative": b"-5\r\nabcde\r\n0\r\n\r\n", "comma": b"0,0\r\n\r\n",
        "letters": b"zz\r\n\r\n", "no CRLF behind data": b"5\r\nabcde0\r\n\r\n",
        "more than it says": b"1\r\nab\r\n0\r\n\r\n",
        "LF behind data": b"1\r\na\n0\r\n\r\n", "LF in an extension": b"0;a\nb\r\n\r\n",
        "CR in an extension": b"0;a\rb\r\n\r\n",
        "LF in a quoted extension": b'0;a="\n"\r\n\r\n', "NUL in an extension": b"0;\x00\r\n\r\n",
        "LF in a trailer": b"0\r\nX: y\n\r\n", "a folded trailer": b"0\r\nX: y\r\n z\r\n\r\n",
        "a space before a trailer's colon": b"0\r\nX : y\r\n\r\n",
    }.items():  # fmt: skip
        found[f"chunk: {name}"] = chunked(body + HIDDEN)
    for name, line in {
        "LF": b"POST /v1/nothing HTTP/1.1\n", "two spaces": b"POST  /v1/nothing HTTP/1.1\r\n",
        "a tab": b"POST\t/v1/nothing HTTP/1.1\r\n", "a NUL in the path": b"POST /v1/\x00nothing HTTP/1.1\r\n",
        "more behind": b"POST /v1/nothing HTTP/1.1 x\r\n", "version 9.9": b"POST /v1/nothing HTTP/9.9\r\n",
        "version 1.10": b"POST /v1/nothing HTTP/1.10\r\n", "small letters": b"post /v1/nothing HTTP/1.1\r\n",
        "small protocol": b"POST /v1/nothing http/1.1\r\n", "no method": b"/v1/nothing HTTP/1.1\r\n",
        "no version": b"POST /v1/nothing\r\n", "a fragment": b"POST /v1/nothing#x HTTP/1.1\r\n",
        "a whole URL": b"POST http://x/v1/nothing HTTP/1.1\r\n", "an authority": b"POST x:80 HTTP/1.1\r\n",
        "an asterisk": b"POST * HTTP/1.1\r\n", "a CR before": b"\rPOST /v1/nothing HTTP/1.1\r\n",
    }.items():  # fmt: skip
        found[f"first line: {name}"] = headers(b"Content-Length: %d" % SIZE, line=line, body=HIDDEN)
    return found


VECTORS = _vectors()
