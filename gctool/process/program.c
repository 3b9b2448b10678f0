/* program.c: the search for a program in PATH. */
#include "gctool/process/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* 0, or why the path cannot be executed. */
static int try_path(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode) || access(path, X_OK) < 0)
        return -EACCES;
    return 0;
}

static int refuse(const char *name, int code, struct error *reterr)
{
    error_set(reterr, code, "cannot run '%s': %s", name, strerror(-code));
    struct stat status;
    if (code == -EACCES && stat(name, &status) == 0 && S_ISDIR(status.st_mode))
        error_hint(reterr, "'%s' is a directory", name);
    else if (code == -EACCES)
        error_hint(reterr, "it is there, but not executable for this user: 'chmod +x' it");
    else if (code == -ENOENT && strchr(name, '/') == NULL && try_path(name) == 0)
        error_hint(reterr, "it is not in PATH; for the one in this folder say './%s'", name);
    else if (code == -ENOENT && strchr(name, '/') == NULL)
        error_hint(reterr, "it is in no folder of PATH");
    return code;
}

/* In each folder of PATH; an empty one is the current folder. As execvp(): a file that cannot be executed does not end the search. */
static int search_path(const char *name, char **ret_path)
{
    const char *folders = getenv("PATH");
    int result = -ENOENT;
    for (const char *folder = folders ? folders : "/bin:/usr/bin", *end; folder != NULL;
         folder = *end ? end + 1 : NULL) {
        end = strchrnul(folder, ':');
        int bytes = (int)(end - folder);
        char *path;
        if (asprintf(&path, "%.*s%s%s", bytes, folder, bytes > 0 ? "/" : "./", name) < 0)
            return -ENOMEM;
        int code = try_path(path);
        if (code == 0) {
            *ret_path = path;
            return 0;
        }
        free(path);
        if (code == -EACCES)
            result = -EACCES;
    }
    return result;
}

int program_find(const char *name, char **ret_path, struct error *reterr)
{
    int code;
    if (strchr(name, '/') == NULL) {
        code = name[0] != '\0' ? search_path(name, ret_path) : -ENOENT;
    } else {
        code = try_path(name);
        if (code == 0 && (*ret_path = strdup(name)) == NULL)
            code = -ENOMEM;
    }
    return code < 0 ? refuse(name, code, reterr) : 0;
}
