/* path_view.h: ways that keep objects alive, as people and programs read them: root first, one reference a step, in the words of the source.
 *
 *     root: global server.clients in kvserver
 *     |- struct faulty_map 0x7f..., made by connections_open connections.c:20
 *     |    .buckets
 *     |- pointer[64] 0x7f...
 *     |    [5]
 *     |    ^^^                 a suspect: see path.h
 *     '> struct client 0x7f..., made by connection_start connection.c:66
 *
 * The form is LeakCanary's. Of files that are stripped or gone, offsets and addresses are told.
 */
#ifndef GCTOOL_PATH_VIEW_H
#define GCTOOL_PATH_VIEW_H

#include "gctool/analyze/path.h"
#include "gctool/output/output.h"
#include "gctool/target.h"

struct path_view {
    struct target *target;
    const struct leaks *leaks;
    struct output *output;
};

enum { PATH_VIEW_TEXT_BYTES = 1024 };

/* "serve", goroutine 7's name or function: "goroutine 7 'serve'". */
void path_view_goroutine(const struct path_view *view, const struct snapshot_goroutine *goroutine,
                         char ret_text[PATH_VIEW_TEXT_BYTES]);

/* Type and address: "struct client 0x7f..., made by connection_start connection.c:66". */
void path_view_object(const struct path_view *view, uint32_t object, char ret_text[PATH_VIEW_TEXT_BYTES]);

/* An address that is in no object: a global, a place on a stack, or the address alone. */
void path_view_address(const struct path_view *view, uint64_t address, char ret_text[PATH_VIEW_TEXT_BYTES]);

/* Writes it for people; or as the members "root" and "steps" of the JSON object that is open. */
void path_view_write(const struct path_view *view, const struct path *path);

#endif
