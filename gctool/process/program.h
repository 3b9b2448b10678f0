/* program.h: finding a program as the shell would, and saying before it runs that it can be recorded. */
#ifndef GCTOOL_PROCESS_PROGRAM_H
#define GCTOOL_PROCESS_PROGRAM_H

struct error;

/* The file that execvp() would run: `name` itself when it has a slash, else the first in PATH. The path is the caller's to free.
 * 0; -ENOENT: there is none; -EACCES: there is, but it is no executable file; -ENOMEM. */
[[nodiscard]] int program_find(const char *name, char **ret_path, struct error *reterr);

/* Whether the program uses libgcrt: contains it, or needs libgcrt.so directly or through its libraries, as far as these are found.
 * 0; -ENOEXEC: not an ELF program for x86-64; -ENOPKG: does not use libgcrt; else a negative errno; each with a hint. */
[[nodiscard]] int program_check(const char *path, struct error *reterr);

/* Whether the loader finds all libraries of the program, in this environment. Of a program without a loader, or with one that is not the C
 * library's, nothing is known to be missing. 0; -ELIBACC: one is not found, with a hint; else a negative errno of reading the file. */
[[nodiscard]] int program_loader_check(const char *path, struct error *reterr);

#endif
