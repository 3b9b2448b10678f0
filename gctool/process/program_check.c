/* program_check.c: whether libgcrt is somewhere among a program and the libraries it needs, breadth first.
 *
 * The loader's own search is followed as far as files can tell: DT_RPATH, LD_LIBRARY_PATH, DT_RUNPATH, the standard folders (not its
 * cache). A library that is not found is passed over: program_loader_check() tells.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/process/elf_file.h"
#include "gctool/process/program.h"

enum { LIBRARIES_MAX = 512 };

static const char library_prefix[] = "libgcrt.so";
static const char standard_folders[] =
    "/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/usr/local/lib/x86_64-linux-gnu:"
    "/usr/local/lib:/lib64:/usr/lib64:/lib:/usr/lib";

/* Files to look into, each once: those before `next` were. */
struct search {
    char *paths[LIBRARIES_MAX];
    size_t count, next;
};

static void search_add(struct search *search, const char *path)
{
    for (size_t i = 0; i < search->count; i++) {
        if (strcmp(search->paths[i], path) == 0)
            return;
    }
    if (search->count < LIBRARIES_MAX && (search->paths[search->count] = strdup(path)) != NULL)
        search->count++;
}

/* Writes `folder` with $ORIGIN replaced by `origin`, and the name. false: too long for a path. */
static bool join(char path[PATH_MAX], const char *folder, int folder_bytes, const char *origin, const char *name)
{
    static const char *const tokens[] = {"$ORIGIN", "${ORIGIN}"};
    for (size_t i = 0; i < 2; i++) {
        int bytes = (int)strlen(tokens[i]);
        if (folder_bytes >= bytes && strncmp(folder, tokens[i], (size_t)bytes) == 0)
            return snprintf(path, PATH_MAX, "%s%.*s/%s", origin, folder_bytes - bytes, folder + bytes, name) < PATH_MAX;
    }
    return snprintf(path, PATH_MAX, "%.*s/%s", folder_bytes, folder, name) < PATH_MAX;
}

/* Adds the first file of that name in a list of folders ("a:b"). */
static bool add_from(struct search *search, const char *folders, const char *origin, const char *name)
{
    char path[PATH_MAX];
    for (const char *end; folders != NULL; folders = *end ? end + 1 : NULL) {
        end = strchrnul(folders, ':');
        if (end > folders && join(path, folders, (int)(end - folders), origin, name) && access(path, R_OK) == 0) {
            search_add(search, path);
            return true;
        }
    }
    return false;
}

static void add_library(struct search *search, const struct elf_file *needer, const char *origin, const char *name)
{
    if (strchr(name, '/') != NULL) {
        search_add(search, name);
        return;
    }
    const char *runpath = elf_file_dynamic(needer, DT_RUNPATH, 0);
    const char *rpath = runpath == NULL ? elf_file_dynamic(needer, DT_RPATH, 0) : NULL;
    if (!add_from(search, rpath, origin, name) && !add_from(search, getenv("LD_LIBRARY_PATH"), origin, name) &&
        !add_from(search, runpath, origin, name))
        (void)add_from(search, standard_folders, origin, name);
}

/* Whether the file holds libgcrt or needs it; else what it needs is added to the search. */
static bool uses_gcrt(struct search *search, const struct elf_file *file, const char *path)
{
    if (elf_file_has_gcrt(file))
        return true;
    char *real = realpath(path, NULL);
    char *slash = real != NULL ? strrchr(real, '/') : NULL;
    if (slash != NULL)
        *slash = '\0';
    bool found = false;
    const char *name;
    for (size_t i = 0; !found && (name = elf_file_dynamic(file, DT_NEEDED, i)) != NULL; i++) {
        const char *last = strrchr(name, '/');
        found = strncmp(last ? last + 1 : name, library_prefix, strlen(library_prefix)) == 0;
        add_library(search, file, slash != NULL ? real : ".", name);
    }
    free(real);
    return found;
}

static bool search_libraries(struct search *search)
{
    bool found = false;
    while (!found && search->next < search->count) {
        const char *path = search->paths[search->next++];
        struct elf_file library;
        if (elf_file_open(&library, path, NULL) < 0)
            continue;
        found = uses_gcrt(search, &library, path);
        elf_file_close(&library);
    }
    return found;
}

static bool program_uses_gcrt(const struct elf_file *file, const char *path)
{
    struct search search = {.count = 0};
    bool found = uses_gcrt(&search, file, path) || search_libraries(&search);
    for (size_t i = 0; i < search.count; i++)
        free(search.paths[i]);
    return found;
}

int program_check(const char *path, struct error *reterr)
{
    struct elf_file file;
    int code = elf_file_open(&file, path, reterr);
    if (code < 0)
        return code;
    if ((file.header.e_type != ET_EXEC && file.header.e_type != ET_DYN) || file.header.e_entry == 0) {
        code = error_set(reterr, -ENOEXEC, "'%s' is not a program", path);
        error_hint(reterr, "it is an object file, a library or a core: name the program that was linked with it");
    } else if (!program_uses_gcrt(&file, path)) {
        code = error_set(reterr, -ENOPKG, "'%s' does not use libgcrt, so there is nothing to record", path);
        error_hint(reterr, "link it with 'pkg-config --libs gcrt' or the CMake target gcrt::gcrt");
    }
    elf_file_close(&file);
    return code;
}
