#!/usr/bin/env python3
"""endurance_servers.py FOLDER: the servers of endurance.py, on every address of loopback, until standard input ends.

Writes a JSON object with the ports to standard output: tls, smtp (STARTTLS), dns, mixed. Behind `mixed` one address in
five is hostile, each in one of the ways of HOSTILE; the others answer as on `tls`. FOLDER has certificate.pem and key.pem.
"""
import asyncio
import json
import logging
import os
import pathlib
import socket
import ssl
import struct
import sys

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 30\r\nConnection: close\r\n\r\n<title>endurance</title><p>hi."
ALERT = bytes([21, 3, 3, 0, 2, 2, 40])
# A record that promises 16 KiB of handshake, in which a ServerHello promises 16 MiB.
PROMISE = bytes([22, 3, 3, 0x40, 0, 2, 0xFF, 0xFF, 0xFF])


async def silent(reader, writer):
    await asyncio.sleep(120)


async def closed(reader, writer):
    return


async def reset(reader, writer):
    await reader.read(100)
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


async def drip(reader, writer):
    for byte in PROMISE + bytes(200):
        writer.write(bytes([byte]))
        await asyncio.sleep(0.4)


async def flood(reader, writer):
    for _ in range(400):
        writer.write(bytes([22, 3, 3, 0x40, 0]) + b"\x0b\x00\x40\x00" * 4096)
        await writer.drain()


async def noise(reader, writer):
    await reader.read(100)
    writer.write(os.urandom(5000))
    await writer.drain()


async def alerts(reader, writer):
    await reader.read(100)
    writer.write(bytes([21, 3, 3, 0, 2, 1, 90]) * 2000 + ALERT)
    await writer.drain()


async def promise(reader, writer):
    await reader.read(100)
    writer.write(PROMISE)
    await asyncio.sleep(30)


async def plain(reader, writer):
    await reader.read(100)
    writer.write(b"HTTP/1.0 400 Bad Request\r\n" + b"X: " + b"y" * 70000 + b"\r\n\r\n")
    await writer.drain()


async def endless_page(reader, writer):
    await writer.start_tls(endless_page.context)
    await reader.read(1000)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(3000):
        writer.write(b"400\r\n" + b"\x1b[2J<title>" * 93 + b"\0\r\n")
        await writer.drain()


async def endless_header(reader, writer):
    await writer.start_tls(endless_page.context)
    await reader.read(1000)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(3000):
        writer.write(b"X-Header: " + b"z" * 1000 + b"\r\n")
        await writer.drain()


HOSTILE = [
    silent, closed, reset, drip, flood, noise, alerts, promise, plain, endless_page, endless_header,
]


async def page(reader, writer):
    await writer.start_tls(endless_page.context)
    if await reader.read(4000):
        writer.write(PAGE)
        await writer.drain()


async def mixed(reader, writer):
    address = writer.get_extra_info("sockname")[0].split(".")
    place = int(address[2]) * 256 + int(address[3])
    await (HOSTILE[place // 5 % len(HOSTILE)] if place % 5 == 0 else page)(reader, writer)


async def smtp(reader, writer):
    writer.write(b"220 mail.test ESMTP\r\n")
    await reader.readline()
    writer.write(b"250-mail.test\r\n250 STARTTLS\r\n")
    if await reader.readline():
        writer.write(b"220 go ahead\r\n")
        await writer.drain()
        await writer.start_tls(endless_page.context)
        await reader.read(100)


def guarded(serve):
    async def run(reader, writer):
        try:
            await serve(reader, writer)
            writer.close()
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, ValueError):
            writer.transport.abort()

    return run


class Names(asyncio.DatagramProtocol):
    """nNUMBER.test has three addresses of 127.51.0.0/16."""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        end = 12
        while data[end]:
            end += 1 + data[end]
        label = data[13 : 13 + data[12]].decode("latin-1")
        kind = struct.unpack(">H", data[end + 1 : end + 3])[0]
        number = int(label[1:]) if kind == 1 and label[1:].isdigit() else None
        found = [] if number is None else [bytes([127, 51, 80 + at, number % 250 + 1]) for at in range(3)]
        head = data[:2] + b"\x81\x80" + struct.pack(">HHHH", 1, len(found), 0, 0) + data[12 : end + 5]
        answers = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + one for one in found)
        self.transport.sendto(head + answers, peer)


async def main(folder):
    # Clients that go away in the middle are what it is all about.
    logging.disable(logging.CRITICAL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    endless_page.context = context
    ports = {}
    for name, serve in [("tls", page), ("smtp", smtp), ("mixed", mixed)]:
        server = await asyncio.start_server(guarded(serve), "0.0.0.0", 0, backlog=4096)
        ports[name] = server.sockets[0].getsockname()[1]
        await asyncio.start_server(guarded(serve), "::", ports[name], backlog=4096)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Names, local_addr=("127.0.0.1", 0))
    ports["dns"] = transport.get_extra_info("sockname")[1]
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(pathlib.Path(sys.argv[1])))
