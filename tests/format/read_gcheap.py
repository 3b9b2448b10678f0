#!/usr/bin/python3
"""A reader of .gcheap, written from docs/formats/gcheap.md alone; the frame is read as read_gctrace.py does. Prints a summary as JSON, for comparison
with 'gctool heap --json' and 'gctool goroutines --json'.

usage: read_gcheap.py FILE
"""
import collections
import json
import struct
import sys

from read_gctrace import Bytes, Nonsense, Reader, need, xxh64

HEAP_MAGIC = b"\x89GCHEAP\n"
NAMES, TYPES, MODULES, OBJECTS, ROOTS, GOROUTINES = 16, 17, 18, 19, 20, 21
WEAK, UNSCANNED = 3, 7


class HeapReader(Reader):
    def __init__(self, data):
        if data[:8] != HEAP_MAGIC:
            sys.exit("not a heap dump")
        super().__init__(b"\x89GCTRACE" + data[8:])
        self.data = data
        self.file, = struct.unpack_from("<Q", data, 56)
        self.header_damaged = self.file != xxh64(data[:56])
        self.names, self.types, self.modules = {}, {}, []
        self.objects, self.roots, self.goroutines = {}, [], []
        self.spans = []
        self.base = self.slot = None

    def text(self, data):
        return data.take(data.varint(4097)).decode()

    def take(self, kind, count, payload):
        data = Bytes(payload)
        takers = {NAMES: self.take_name, TYPES: self.take_type, MODULES: self.take_module, OBJECTS: self.take_run,
                  GOROUTINES: self.take_goroutine}
        if kind == ROOTS:
            self.take_roots(data)
        elif kind in takers:
            while data.more():
                takers[kind](data)
        else:
            yield from super().take(kind, count, payload)

    def take_name(self, data):
        table, code = data.varint(), data.varint(256)
        self.names[table, code] = data.varint(), self.text(data)

    def take_type(self, data):
        number = data.varint(1 << 20)
        self.types[number] = data.varint(), data.varint(), self.text(data)

    def take_module(self, data):
        bias, start, end = data.varint(), data.varint(), data.varint()
        self.modules.append((bias, start, end, data.take(data.varint(65)), self.text(data)))

    def take_run(self, data):
        base, size, slots, kind = data.varint() * 4096, data.varint(), data.varint(), data.varint()
        if base != self.base:
            self.spans.append((base, size, slots, kind))
            self.base = base
        need(self.spans[-1] == (base, size, slots, kind), "a span has changed")
        slot = -1
        while step := data.varint():
            slot += step
            need(slot < slots, "no such slot")
            address = base + slot * size
            birth = data.varint(), data.varint()
            entry = self.objects.setdefault(address, (kind, size, birth, []))
            need(entry[2] == birth, "an object goes on with another birth")
            word = -1
            while step := data.varint():
                word += step
                need(word * 8 < size, "no such word")
                way = data.varint(4)
                entry[3].append((word, way, data.zigzag(address // 16) * 16))

    def take_roots(self, data):
        word = target = 0
        while data.more():
            kind, owner = data.varint(8), data.varint()
            word = data.zigzag(word)
            interior = data.varint(2)
            target = data.zigzag(target)
            self.roots.append((kind, owner, word, interior, target * 16))

    def take_goroutine(self, data):
        number, creator, status, reason, waiting = (data.varint() for _ in range(5))
        function, low, size = (data.varint() for _ in range(3))
        frames, pc = [], 0
        for _ in range(data.varint(129)):
            pc = data.zigzag(pc)
            frames.append(pc)
        waits = [data.varint() for _ in range(data.varint(1025))]
        self.goroutines.append((number, creator, status, reason, waiting, function, low, size, frames, waits,
                                self.text(data), self.text(data)))

    def reached(self):
        """Objects that roots reach, weak edges left out; and words that point to nothing that the file tells."""
        stacks = [(low, low + size) for _, _, _, _, _, _, low, size, *_ in self.goroutines]
        edges = [target for _, _, _, out in self.objects.values() for _, _, target in out]
        outside = {target for target in edges + [root[4] for root in self.roots] if target not in self.objects}
        dangling = [target for target in outside if not any(low <= target < high for low, high in stacks)]
        queue = collections.deque({target for kind, _, _, _, target in self.roots if kind != UNSCANNED and target in self.objects})
        seen = set(queue)
        while queue:
            for _, way, target in self.objects[queue.popleft()][3]:
                if way != WEAK and target in self.objects and target not in seen:
                    seen.add(target)
                    queue.append(target)
        return seen, dangling


def main():
    with open(sys.argv[1], "rb") as file:
        reader = HeapReader(file.read())
    for _ in reader.read():
        raise Nonsense("an event in a heap dump")
    seen, dangling = reader.reached()
    types = collections.Counter()
    for kind, size, _, _ in reader.objects.values():
        types[reader.types[kind][2]] += size
    goroutines = collections.Counter()
    for _, _, status, reason, _, _, _, _, _, waits, name, _ in reader.goroutines:
        waiting, text = reader.names[1, status]
        goroutines[f"{name} {text} {reader.names[2, reason][1] if waiting & 1 else None}"] += 1
    json.dump({"objects": len(reader.objects), "bytes": sum(size for _, size, _, _ in reader.objects.values()),
               "edges": sum(len(out) for _, _, _, out in reader.objects.values()),
               "roots": sum(root[0] != UNSCANNED for root in reader.roots), "reached": len(seen), "dangling": len(dangling),
               "births": sum(birth[0] != 0 for _, _, birth, _ in reader.objects.values()), "contexts": len(reader.contexts),
               "types": dict(sorted(types.items())), "goroutines": dict(sorted(goroutines.items())),
               "modules": [[path, build_id.hex()] for _, _, _, build_id, path in reader.modules],
               "complete": reader.end is not None and reader.gaps == 0 and not reader.header_damaged}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
