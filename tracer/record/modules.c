/* See modules.h. The loader tells by _dl_find_object() (glibc 2.35), which was made for unwinders: lock-free and signal-safe. */
#include "tracer/record/modules.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#include "tracer/record/producer.h"

enum { MODULES_MAX = 1024, BUILD_ID_BYTES = 20, MODULE_WORDS = 6 };

/* Announced ranges: `begin` is claimed by compare-and-swap from 0, filled from the front. Beyond MODULES_MAX nothing is announced. */
static struct {
    _Atomic uintptr_t begin, end;
} known[MODULES_MAX];

/* Event payload: three words of addresses, then the build id, as in the table of events. */
struct module_payload {
    uint64_t bias, begin, end;
    uint32_t build_id_bytes;
    uint8_t build_id[BUILD_ID_BYTES];
};
_Static_assert(sizeof(struct module_payload) == MODULE_WORDS * sizeof(uint64_t), "6 words");

static bool is_known(uintptr_t pc)
{
    /* Relaxed: a range seen too late is looked up again, and then found claimed. */
    for (size_t i = 0; i < MODULES_MAX; i++) {
        uintptr_t begin = atomic_load_explicit(&known[i].begin, memory_order_relaxed);
        if (begin == 0)
            return false;
        if (pc >= begin && pc < atomic_load_explicit(&known[i].end, memory_order_relaxed))
            return true;
    }
    return true;
}

/* true: it is the caller's to announce. */
static bool claim(uintptr_t begin, uintptr_t end)
{
    for (size_t i = 0; i < MODULES_MAX; i++) {
        uintptr_t owner = 0;
        /* Relaxed: as above; the event itself orders nothing. */
        if (atomic_compare_exchange_strong_explicit(&known[i].begin, &owner, begin, memory_order_relaxed,
                                                    memory_order_relaxed)) {
            atomic_store_explicit(&known[i].end, end, memory_order_relaxed);
            return true;
        }
        if (owner == begin)
            return false;
    }
    return false;
}

static void find_build_id_note(const char *notes, size_t bytes, struct module_payload *payload)
{
    for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= bytes;) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(notes + at);
        size_t name = at + sizeof *note, descriptor = name + (note->n_namesz + 3U) / 4 * 4;
        size_t next = descriptor + (note->n_descsz + 3U) / 4 * 4;
        if (next > bytes)
            return;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof "GNU" && memcmp(notes + name, "GNU", 4) == 0 &&
            note->n_descsz <= BUILD_ID_BYTES) {
            payload->build_id_bytes = note->n_descsz;
            memcpy(payload->build_id, notes + descriptor, note->n_descsz);
            return;
        }
        at = next;
    }
}

/* The program headers of an object, where the loader or the kernel has mapped them; NULL: they are not. The map of a fully static program begins
 * behind its headers, but the kernel says where those of any program are. */
static const ElfW(Phdr) * find_segments(const struct dl_find_object *object, size_t *ret_count)
{
    const char *base = object->dlfo_map_start, *end = object->dlfo_map_end;
    if (object->dlfo_link_map->l_name[0] == '\0') {
        *ret_count = getauxval(AT_PHNUM);
        return (const ElfW(Phdr) *)getauxval(AT_PHDR);
    }
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)base;
    if ((size_t)(end - base) < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_phoff + header->e_phnum * sizeof(ElfW(Phdr)) > (size_t)(end - base))
        return NULL;
    *ret_count = header->e_phnum;
    return (const ElfW(Phdr) *)(base + header->e_phoff);
}

/* Whether one of the loaded segments has all of it. */
static bool is_loaded(const ElfW(Phdr) * segments, size_t count, const ElfW(Phdr) * part)
{
    for (size_t i = 0; i < count; i++)
        if (segments[i].p_type == PT_LOAD && part->p_vaddr >= segments[i].p_vaddr &&
            part->p_vaddr + part->p_memsz <= segments[i].p_vaddr + segments[i].p_memsz)
            return true;
    return false;
}

static void find_build_id(const struct dl_find_object *object, struct module_payload *payload)
{
    size_t count = 0;
    const ElfW(Phdr) *segments = find_segments(object, &count);
    for (size_t i = 0; segments && i < count; i++)
        if (segments[i].p_type == PT_NOTE && is_loaded(segments, count, &segments[i]))
            find_build_id_note((const char *)(object->dlfo_link_map->l_addr + segments[i].p_vaddr), segments[i].p_memsz,
                               payload);
}

void modules_announce(struct producer *producer, uintptr_t pc)
{
    struct dl_find_object object;
    if (is_known(pc) || _dl_find_object((void *)pc, &object) != 0 ||
        !claim((uintptr_t)object.dlfo_map_start, (uintptr_t)object.dlfo_map_end))
        return;
    struct module_payload payload = {.bias = object.dlfo_link_map->l_addr,
                                     .begin = (uintptr_t)object.dlfo_map_start,
                                     .end = (uintptr_t)object.dlfo_map_end};
    find_build_id(&object, &payload);
    const char *path = object.dlfo_link_map->l_name;
    if (path[0] == '\0')
        path = recorder.program_path;
    size_t path_bytes = strnlen(path, RECORDER_PATH_BYTES) + 1; /* one word at least */
    size_t words = MODULE_WORDS + producer_text_words(path_bytes);
    if (!producer_begin(producer, 1 + words))
        return;
    producer_put(producer, event_word_counted(EVENT_MODULE, 0, (uint32_t)words));
    producer_put_text(producer, (const char *)&payload, sizeof payload);
    producer_put_text(producer, path, path_bytes);
    producer_publish(producer);
}
