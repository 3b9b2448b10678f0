#include "faults.h"

#include <stdio.h>

#include "store.h"

void faults_open(struct faults *faults)
{
    if (faults->leaks_map)
        gcrt_store(&faults->clients, faulty_map_new());
}

void faults_client_begins(struct faults *faults, void *client)
{
    if (faults->clients != NULL)
        faulty_map_store(faults->clients, client, client);
}

void faults_client_ends(struct faults *faults, void *client)
{
    if (faults->clients != NULL)
        faulty_map_delete(faults->clients, client);
}

enum { SLOW_MS = 1000 };

struct timed_request {
    void *client; /* whose it is */
    struct gcrt_chan *whole;
    int64_t begun_ms;
};

static GCRT_TYPE(timed_request_type, struct timed_request, client, whole);

static void time_request(void *arg)
{
    struct timed_request *request = arg;
    gcrt_chan_receive(request->whole, NULL); /* for ever, when the client went away: the bug */
    int64_t took_ms = store_now_ms() - request->begun_ms;
    if (took_ms >= SLOW_MS)
        fprintf(stderr, "kvserver: a request of client %p took %lld ms\n", request->client, (long long)took_ms);
}

struct gcrt_chan *faults_request_begins(struct faults *faults, void *client)
{
    if (!faults->leaks_goroutines)
        return NULL;
    struct timed_request *request = gcrt_new(&timed_request_type);
    gcrt_store(&request->client, client);
    gcrt_store(&request->whole, gcrt_chan_new(&gcrt_type_unit, 0));
    request->begun_ms = store_now_ms();
    gcrt_go(time_request, request);
    return request->whole;
}

void faults_request_is_whole(struct gcrt_chan *stopwatch)
{
    if (stopwatch != NULL)
        gcrt_chan_close(stopwatch);
}
