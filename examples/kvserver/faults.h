/* faults.h: two bugs that the server has when it is asked for them, so that there is something to find:
 *
 *     --leak-goroutines    a request that comes in parts is timed by a goroutine, which is told when the request is whole; nobody tells it when
 *                          the client goes away first, and it waits for ever
 *     --leak-map           connected clients are kept in a map whose delete keeps the key (faulty_map.h)
 *
 * Without the switches nothing here does anything.
 */
#ifndef KVSERVER_FAULTS_H
#define KVSERVER_FAULTS_H

#include "faulty_map.h"

/* Of the server. */
struct faults {
    bool leaks_goroutines, leaks_map;
    struct faulty_map *clients; /* NULL: without the bug */
};

void faults_open(struct faults *faults);

/* Around the life of a client. */
void faults_client_begins(struct faults *faults, void *client);
void faults_client_ends(struct faults *faults, void *client);

/* The stopwatch of a request: started when a part of it has come, told when it is whole. NULL: none runs. */
struct gcrt_chan *faults_request_begins(struct faults *faults, void *client);
void faults_request_is_whole(struct gcrt_chan *stopwatch);

#endif
