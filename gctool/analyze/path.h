/* path.h: what keeps an object alive: the shortest way to it from a root, and which references of the way are its own.
 *
 *     root -> object -> ... -> object -> ... -> the object that was asked for
 *                                |----- suspects -----|
 *
 * Objects of one type are grouped by the shape of their ways: kind of root, and at each step types and field; elements of arrays are alike, and
 * steps within one type (a list, a tree) do not count. Of a group one way is told, the shortest. Its suspects are the references below the last object
 * through which all ways of the group go, or the last one: to release the objects and no others, one of these must be cut.
 *
 * Roots that are alive come first: an object is in wave PATH_WAVE_LEAKED only when stacks of leaked goroutines alone keep it.
 */
#ifndef GCTOOL_ANALYZE_PATH_H
#define GCTOOL_ANALYZE_PATH_H

#include "gctool/analyze/leaks.h"

enum { PATH_WAVE_ALIVE = 1, PATH_WAVE_LEAKED = 2 };

struct path_step {
    uint32_t object;
    uint64_t edge;    /* from it to the next; UINT64_MAX: it is the last */
    uint64_t skipped; /* steps after this one that are like it and are left out */
    bool suspect;     /* the reference */
};

struct path {
    size_t root; /* index; SIZE_MAX: garbage */
    struct path_step *steps;
    size_t count;
};

struct path_group {
    uint64_t shape;
    uint32_t type;    /* index into types */
    uint32_t example; /* the object to which the shortest way leads */
    uint64_t objects, bytes;
};

struct paths {
    const struct snapshot *snapshot;
    struct reach reach;
    uint64_t *shapes; /* by object; 0: garbage */
    struct path_group *groups;
    size_t count, capacity;
};

/* Follows all roots. 0 or -ENOMEM; the snapshot is borrowed. */
[[nodiscard]] int paths_start(struct paths *paths, const struct snapshot *snapshot, const struct leaks *leaks);

/* Groups the objects whose type contains the text, the group with most bytes first. 0 or -ENOMEM. */
[[nodiscard]] int paths_group_type(struct paths *paths, const char *text);

/* One group: that of the object, with it as example. 0 or -ENOMEM. */
[[nodiscard]] int paths_group_object(struct paths *paths, uint32_t object);

/* The way to the example of a group. 0 or -ENOMEM; path_free() it. */
[[nodiscard]] int paths_tell(const struct paths *paths, const struct path_group *group, struct path *ret_path);

/* The way to an object in any reach, without suspects. 0 or -ENOMEM; path_free() it. */
[[nodiscard]] int path_tell(const struct reach *reach, uint32_t object, struct path *ret_path);

void path_free(struct path *path);
void paths_end(struct paths *paths);

#endif
