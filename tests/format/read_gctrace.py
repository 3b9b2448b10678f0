#!/usr/bin/python3
"""A reader of .gctrace, written from docs/formats/gctrace.md alone. Prints what it reads, a line each, for comparison with ours.

usage: read_gctrace.py FILE        compressed payloads are decompressed by the command 'zstd'
"""
import struct
import subprocess
import sys

U64 = (1 << 64) - 1
FILE_MAGIC, BLOCK_MAGIC = b"\x89GCTRACE", b"\x89gcBLOCK"
NOTES, EVENTS, CONTEXTS, SYMBOLS, GAP, END = 1, 2, 3, 4, 5, 6
COUNTED = "counted"
WORDS = {1: 0, 2: 0, 3: 3, 4: 0, 5: COUNTED, 6: COUNTED, 7: COUNTED, 8: COUNTED, 9: 3, 10: 0, 11: 2, 12: 0, 13: 0, 14: 0,
         15: 0, 16: 0, 17: 0, 18: 0, 19: 6, 20: 0, 21: 2, 22: 2}


class Nonsense(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Nonsense(what)


def xxh64(data, seed=0):
    p1, p2, p3, p4, p5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63,
                          0x27D4EB2F165667C5)

    def rotate(value, bits):
        return (value << bits | value >> (64 - bits)) & U64

    def round_(acc, lane):
        return rotate((acc + lane * p2) & U64, 31) * p1 & U64

    at, size = 0, len(data)
    if size >= 32:
        lanes = [(seed + p1 + p2) & U64, (seed + p2) & U64, seed, (seed - p1) & U64]
        while at + 32 <= size:
            lanes = [round_(acc, lane) for acc, lane in zip(lanes, struct.unpack_from("<4Q", data, at))]
            at += 32
        value = sum(rotate(acc, bits) for acc, bits in zip(lanes, (1, 7, 12, 18))) & U64
        for acc in lanes:
            value = ((value ^ round_(0, acc)) * p1 + p4) & U64
    else:
        value = (seed + p5) & U64
    value = (value + size) & U64
    while at + 8 <= size:
        value = (rotate(value ^ round_(0, struct.unpack_from("<Q", data, at)[0]), 27) * p1 + p4) & U64
        at += 8
    if at + 4 <= size:
        value = (rotate(value ^ struct.unpack_from("<I", data, at)[0] * p1 & U64, 23) * p2 + p3) & U64
        at += 4
    for byte in data[at:]:
        value = rotate(value ^ byte * p5 & U64, 11) * p1 & U64
    value = (value ^ value >> 33) * p2 & U64
    value = (value ^ value >> 29) * p3 & U64
    return value ^ value >> 32


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def more(self):
        return self.at < len(self.data)

    def take(self, count):
        need(count <= len(self.data) - self.at, "it ends within an item")
        self.at += count
        return self.data[self.at - count:self.at]

    def u8(self):
        return self.take(1)[0]

    def varint(self, below=1 << 64):
        value = 0
        for place in range(10):
            byte = self.u8()
            value |= (byte & 127) << 7 * place
            if byte < 128:
                need(value < below and value <= U64, "a number is out of its bounds")
                return value
        raise Nonsense("a number is too long")

    def zigzag(self, base):
        coded = self.varint()
        return (base + (coded >> 1 if coded % 2 == 0 else -(coded >> 1) - 1)) & U64

    def words(self, count):
        return list(struct.unpack(f"<{count}Q", self.take(8 * count)))

    def text(self):
        return self.take(self.varint(16385))


class Events:
    """The payload of a block of events: a generator of (ring, time, head word, payload words)."""

    def __init__(self, payload):
        self.bytes = Bytes(payload)
        self.time = self.ring = self.span = 0
        self.recent = [0] * 14
        self.last, self.before, self.goroutine = [0] * 256, [0] * 256, [0] * 256
        self.successors, self.spans, self.slots = [0] * 4096, [0] * 4096, [0] * 4096
        self.waits = {}

    def __iter__(self):
        while self.bytes.more():
            tag = self.bytes.u8()
            if tag >= 0x80:
                yield self.ring, self.time, self.birth(tag), []
            elif tag >= 0x40:
                yield (self.ring, self.time, *self.any(tag & 63))
            elif tag in (1, 2):
                self.time = self.bytes.zigzag(self.time)
                if tag == 2:
                    self.ring = self.bytes.varint(256)
            elif tag in (4, 5):
                yield (self.ring, self.time, *self.of_span(tag))
            elif 0x0A <= tag <= 0x0E:
                yield (self.ring, self.time, *self.of_goroutine(tag))
            else:
                raise Nonsense("no such tag")

    def birth(self, tag):
        c, s, ring = tag >> 3 & 15, tag & 7, self.ring
        successor = (self.last[ring] * 0x9E3779B1 + self.before[ring] * 0x85EBCA77 + ring * 0xC2B2AE3D & 0xFFFFFFFF) >> 20
        if c == 0:
            context = self.successors[successor]
        elif c == 15:
            context = self.bytes.zigzag(self.last[ring])
            need(context < 1 << 23, "a context is out of its bounds")
            self.recent = [context] + self.recent[:13]
        else:
            context = self.recent.pop(c - 1)
            self.recent.insert(0, context)
        place = (context * 0x9E3779B1 + ring * 0xC2B2AE3D & 0xFFFFFFFF) >> 20
        if s == 7:
            self.span = span = self.bytes.zigzag(self.span)
            need(span < 1 << 23, "a span is out of its bounds")
        else:
            span = self.spans[place]
        slot = self.slots[span % 4096]
        slot = self.bytes.zigzag(slot) if s >= 6 else slot + s
        need(slot < 4096, "a slot is out of its bounds")
        self.successors[successor] = context
        self.before[ring], self.last[ring] = self.last[ring], context
        self.spans[place] = span
        self.slots[span % 4096] = slot + 1
        return 2 | span << 6 | slot << 29 | context << 41

    def any(self, kind):
        need(kind > 1, "no such kind")
        argument, coded = self.bytes.varint(1 << 58), self.bytes.varint()
        count, word = coded >> 1, kind | argument << 6
        need(count <= 4096, "a payload is too long")
        if kind in WORDS:
            need(count == (word >> 45 & 0xFFFF if WORDS[kind] == COUNTED else WORDS[kind]), "not the words of its kind")
        return word, self.bytes.words(count) if coded & 1 else [self.bytes.varint() for _ in range(count)]

    def of_span(self, tag):
        self.span = span = self.bytes.zigzag(self.span)
        need(span < 1 << 23, "a span is out of its bounds")
        incarnation = self.bytes.varint(1 << 16)
        count = self.bytes.varint(4097) if tag == 5 else 0
        return tag | span << 6 | incarnation << 29 | count << 45, self.bytes.words(count)

    def of_goroutine(self, tag):
        number = self.goroutine[self.ring] = self.bytes.zigzag(self.goroutine[self.ring])
        need(number < 1 << 48, "a goroutine is out of its bounds")
        if tag != 0x0B:
            return tag | number << 6, []
        reason, wanted, context = self.waits.get(number % 1024, (0, 0, 0))
        flags = self.bytes.u8()
        need(flags < 8, "no such flag")
        if flags & 1:
            reason = self.bytes.u8()
        if flags & 2:
            wanted = self.bytes.zigzag(wanted)
        if flags & 4:
            context = self.bytes.varint(1 << 32)
        self.waits[number % 1024] = reason, wanted, context
        return tag | number << 6 | reason << 54, [wanted, context]


class Reader:
    def __init__(self, data):
        self.data = data
        self.contexts, self.symbols, self.notes = {}, {}, []
        self.events = self.lost = self.gap_bytes = self.missing = self.gaps = self.symbol_count = self.blocks = 0
        self.end, self.at = None, 64
        if data[:8] != FILE_MAGIC or len(data) < 64:
            sys.exit("not a trace")
        self.major, self.minor, self.pid, self.start = struct.unpack_from("<HHIQ", data, 8)
        self.file, = struct.unpack_from("<Q", data, 56)
        self.header_damaged = self.file != xxh64(data[:56])
        if self.header_damaged:
            self.file = None
        elif self.major != 1:
            sys.exit("another version")

    def gap(self, size, missing=0):
        self.gaps += 1
        self.gap_bytes += size
        self.missing += missing

    def whole_block(self, at):
        header = self.data[at:at + 64]
        if len(header) < 64 or header[:8] != BLOCK_MAGIC:
            return None
        kind, encoding, _, number, stored, raw = struct.unpack_from("<BBHIII", header, 8)
        count, _, file, checksum = struct.unpack_from("<IIQQ", header, 40)
        payload = self.data[at + 64:at + 64 + stored]
        if stored > 262144 or raw > 262144 or encoding > 1 or (encoding == 0 and stored != raw) or len(payload) < stored:
            return None
        if xxh64(payload, xxh64(header[:56])) != checksum:
            return None
        return kind, encoding, number, raw, count, file, payload

    def all_blocks(self):
        """Whole blocks in their order; what lies between is counted."""
        expected = 0
        while self.end is None:
            start = at = self.at
            while at >= 0 and (block := self.whole_block(at)) is None:
                at = self.data.find(BLOCK_MAGIC, at + 1)
            if at < 0:
                return
            kind, encoding, number, raw, count, file, payload = block
            self.at = at + 64 + len(payload)
            self.file = file if self.file is None else self.file
            if file != self.file or number < expected:
                if at > start:
                    self.gap(at - start)
                self.gap(64 + len(payload))
                continue
            if at > start or number > expected:
                self.gap(at - start, number - expected)
            expected = number + 1
            self.blocks += 1
            yield kind, encoding, raw, count, payload

    def read(self):
        for kind, encoding, raw, count, payload in self.all_blocks():
            if kind == END:
                self.end = 0, 0, 0, 0
            try:
                if encoding == 1:
                    run = subprocess.run(["zstd", "-dcq"], input=payload, capture_output=True, check=False)
                    need(run.returncode == 0 and len(run.stdout) == raw, "it does not decompress")
                    yield from self.take(kind, count, run.stdout)
                else:
                    yield from self.take(kind, count, payload)
            except Nonsense:
                self.gap(len(payload))

    def take(self, kind, count, payload):
        data = Bytes(payload)
        if kind == EVENTS:
            given = 0
            for event in Events(payload):
                given += 1
                self.events += 1
                if event[2] & 63 == 20:
                    self.lost += event[2] >> 6
                yield event
            need(given == count, "not as many events as the header says")
        elif kind == NOTES:
            while data.more():
                self.notes.append((data.text(), data.text()))
        elif kind == CONTEXTS:
            self.take_contexts(data)
        elif kind == SYMBOLS:
            self.take_symbols(data)
        elif kind == GAP:
            need(len(payload) >= 40, "too short")
            _, size, missing, _, _ = data.words(5)
            self.gap(size, missing)
        elif kind == END:
            need(len(payload) >= 24, "too short")
            self.end = struct.unpack_from("<IiQQ", payload)
            self.lost += self.end[2]
        else:
            need(self.minor > 0, "no such kind")

    def take_contexts(self, data):
        number, pc = data.varint(), 0
        need(number > max(self.contexts, default=0), "ids rise")
        while data.more():
            distance = data.varint()
            pc = data.zigzag(pc)
            need(0 < distance <= number < 1 << 23, "no such parent")
            parent = number - distance
            self.contexts[number] = parent if parent in self.contexts else 0, pc
            number += 1

    def take_symbols(self, data):
        texts, pc = [], 0
        while data.more():
            form = data.u8()
            if form == 1:
                texts.append(data.text())
                continue
            need(form == 2, "no such form")
            pc = data.zigzag(pc)
            self.symbols[pc] = [(texts[data.varint(len(texts))], texts[data.varint(len(texts))], data.varint(1 << 32))
                                for _ in range(data.varint(65))]
            self.symbol_count += 1


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    reader = Reader(data)
    print("header", reader.major, reader.minor, reader.pid, reader.start)
    for ring, time, word, payload in reader.read():
        print("event", ring, time, f"{word:016x}", *(f"{part:x}" for part in payload))
    for name in (b"program", b"argument", b"folder"):
        for text in (text for note, text in reader.notes if note == name):
            print("note", name.decode(), text.decode())
    for number, (parent, pc) in sorted(reader.contexts.items()):
        frames = " ".join(f"{function.decode()}:{file.decode()}:{line}" for function, file, line in reader.symbols.get(pc, []))
        print("context", number, parent, f"{pc:x}", frames)
    print("end", *(reader.end or ("none",)))
    print("gaps", reader.gaps, reader.gap_bytes, reader.missing, "header", int(reader.header_damaged))
    print("read", reader.blocks, reader.events, len(reader.contexts), reader.symbol_count, "lost", reader.lost)
    print("rest", len(data) - reader.at)


if __name__ == "__main__":
    main()
