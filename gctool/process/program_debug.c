/* See program_debug.h. */
#include "gctool/process/program_debug.h"

#include <inttypes.h>
#include <string.h>

#include "gctool/process/elf_file.h"

enum {
    PROLOGUE_BYTES = 32,     /* shrink-wrapped functions test something before they make their frame */
    FUNCTION_BYTES_MIN = 64, /* smaller ones are often leaves, which need no frame */
    FUNCTIONS_MIN = 4,       /* fewer tell nothing */
    FRAMES_PERCENT_ENOUGH = 75
};

struct contents {
    Elf_Data *symbols;
    size_t symbol_count;
    bool has_dwarf, names_dwarf; /* in the file; in another that it names by .gnu_debuglink */
};

static struct contents list_contents(const struct elf_file *file)
{
    struct contents contents = {0};
    size_t names;
    if (elf_getshdrstrndx(file->elf, &names) < 0)
        return contents;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(file->elf, section)) != NULL;) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header))
            continue;
        const char *name = elf_strptr(file->elf, names, header.sh_name);
        if (header.sh_type == SHT_SYMTAB && header.sh_entsize > 0) {
            contents.symbols = elf_getdata(section, NULL);
            contents.symbol_count = header.sh_size / header.sh_entsize;
        }
        contents.has_dwarf |= name && strcmp(name, ".debug_info") == 0;
        contents.names_dwarf |= name && strcmp(name, ".gnu_debuglink") == 0;
    }
    return contents;
}

/* The bytes of a function in the file, or NULL. */
static const unsigned char *code_at(const struct elf_file *file, GElf_Addr address, size_t bytes)
{
    size_t segments, image_bytes;
    const unsigned char *image = (const unsigned char *)elf_rawfile(file->elf, &image_bytes);
    if (!image || elf_getphdrnum(file->elf, &segments) < 0)
        return NULL;
    for (size_t at = 0; at < segments; at++) {
        GElf_Phdr segment;
        if (!gelf_getphdr(file->elf, (int)at, &segment) || segment.p_type != PT_LOAD || !(segment.p_flags & PF_X) ||
            address < segment.p_vaddr || address - segment.p_vaddr + bytes > segment.p_filesz)
            continue;
        GElf_Off offset = segment.p_offset + (address - segment.p_vaddr);
        return offset <= image_bytes && bytes <= image_bytes - offset ? image + offset : NULL;
    }
    return NULL;
}

/* 'mov rbp, rsp' near the beginning, in either encoding. */
static bool makes_frame(const unsigned char *code)
{
    for (size_t at = 0; at + 3 <= PROLOGUE_BYTES; at++)
        if (code[at] == 0x48 &&
            ((code[at + 1] == 0x89 && code[at + 2] == 0xe5) || (code[at + 1] == 0x8b && code[at + 2] == 0xec)))
            return true;
    return false;
}

static void examine_frames(const struct elf_file *file, const struct contents *contents, struct findings *findings)
{
    uint64_t functions = 0, with_frame = 0;
    for (size_t at = 0; contents->symbols && at < contents->symbol_count; at++) {
        GElf_Sym symbol;
        if (!gelf_getsym(contents->symbols, (int)at, &symbol) || GELF_ST_TYPE(symbol.st_info) != STT_FUNC ||
            symbol.st_size < FUNCTION_BYTES_MIN)
            continue;
        const unsigned char *code = code_at(file, symbol.st_value, PROLOGUE_BYTES);
        functions += code != NULL;
        with_frame += code && makes_frame(code);
    }
    if (functions < FUNCTIONS_MIN)
        return;
    bool is_enough = with_frame * 100 >= functions * FRAMES_PERCENT_ENOUGH;
    /* The C library is compiled without, and its functions are among a fully static program's. */
    bool is_mixed = elf_file_dynamic(file, DT_NEEDED, 0) == NULL;
    findings_add(findings, "frame pointers",
                 is_enough  ? FINDING_OK
                 : is_mixed ? FINDING_LESS
                            : FINDING_WRONG,
                 "in %" PRIu64 " of %" PRIu64 " functions%s", with_frame, functions,
                 is_enough  ? ""
                 : is_mixed ? ", those of the C library among them, which need none"
                            : ": call stacks will end early or miss callers");
    if (!is_enough)
        findings_fix(findings, "compile with -fno-omit-frame-pointer, which the CMake target gcrt::gcrt carries");
}

static void examine_symbols(const struct contents *contents, struct findings *findings)
{
    if (contents->symbols) {
        findings_add(findings, "symbols", FINDING_OK, "function names are in the file");
        return;
    }
    bool is_elsewhere = contents->names_dwarf || contents->has_dwarf;
    findings_add(findings, "symbols", is_elsewhere ? FINDING_LESS : FINDING_WRONG,
                 "the file is stripped: functions have no names%s",
                 contents->names_dwarf ? " where its debug information is not installed" : "");
    findings_fix(findings, "link without -s, and do not strip");
}

static void examine_lines(const struct contents *contents, struct findings *findings)
{
    bool is_known = contents->has_dwarf || contents->names_dwarf;
    findings_add(findings, "source lines", is_known ? FINDING_OK : FINDING_LESS, "%s",
                 contents->has_dwarf     ? "DWARF is in the file"
                 : contents->names_dwarf ? "DWARF is in another file, by .gnu_debuglink"
                                         : "no DWARF: functions are known, files, lines and inlined calls are not");
    if (!is_known)
        findings_fix(findings, "compile with -g");
}

int program_debug_examine(const char *path, struct findings *findings, struct error *reterr)
{
    struct elf_file file;
    int error = elf_file_open(&file, path, reterr);
    if (error < 0)
        return error;
    struct contents contents = list_contents(&file);
    examine_symbols(&contents, findings);
    examine_lines(&contents, findings);
    examine_frames(&file, &contents, findings);
    elf_file_close(&file);
    return 0;
}
