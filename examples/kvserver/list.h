/* list.h: a list of byte strings with two ends, in chunks whose bytes are what LRANGE sends.
 *
 *     list -> | chunk | <-> | chunk | <-> | chunk |
 *
 *     chunk     starts  |  ...  | 40 | 49 | 58 |  ...  |           offsets of its elements, at first_slot .. first_slot + count
 *               bytes   |    free    | $3\r\nabc\r\n$3\r\n... |  free  |
 *                                    ^ begin                  ^ end
 *
 * Pushing left fills a chunk downwards, pushing right upwards, popping takes back; no element is moved. A range of elements is one copy for each
 * chunk. An empty list has no chunks. Whoever calls holds the lock of the list's key.
 */
#ifndef KVSERVER_LIST_H
#define KVSERVER_LIST_H

#include "bytes.h"
#include "reply.h"

struct chunk;

struct list {
    struct chunk *first, *last;
    size_t length;
};

enum list_end { LIST_LEFT, LIST_RIGHT };

struct list *list_new(void);
void list_push(struct list *list, enum list_end end, struct bytes element);

/* Replies with the element, and removes it. The list is not empty. */
void list_pop(struct list *list, enum list_end end, struct reply *reply);

/* Replies with `count` elements from index `start` on, each a bulk; all of them are there. */
void list_range(const struct list *list, size_t start, size_t count, struct reply *reply);

#endif
