#include "connection.h"

enum {
    REPLY_BYTES_SENT = 64 * 1024, /* so many wait no longer for the rest of a batch */
    REPLY_BYTES_KEPT = 64 * 1024, /* a larger buffer is not kept for the next batch */
};

static GCRT_TYPE(client_type, struct client, conn, request.input, request.arguments, reply.bytes);

/* False: the client is gone. */
static bool send_replies(struct client *client)
{
    struct reply *reply = &client->reply;
    if (reply->length == 0)
        return true;
    bool is_sent = gcrt_write(client->conn, reply->bytes, reply->length) == (ssize_t)reply->length;
    reply->length = 0;
    if (reply->capacity > REPLY_BYTES_KEPT) {
        gcrt_store(&reply->bytes, NULL);
        reply->capacity = 0;
    }
    return is_sent;
}

/* Answers all requests that have arrived whole. False: the client is gone. */
static bool answer(struct client *client)
{
    struct request *request = &client->request;
    enum request_state state;
    uint64_t count = 0;
    while (!client->is_leaving && (state = request_read(request)) != REQUEST_INCOMPLETE) {
        if (state == REQUEST_ERROR) {
            reply_error(&client->reply, "ERR Protocol error: %s", request->error);
            client->is_leaving = true;
            break;
        }
        if (request->argument_count != 0) {
            command_execute(client);
            count++;
        }
        request_next(request);
        if (client->reply.length >= REPLY_BYTES_SENT && !send_replies(client))
            return false;
    }
    atomic_fetch_add_explicit(&client->server->command_count, count, memory_order_relaxed);
    return true;
}

static void serve(void *arg)
{
    struct client *client = arg;
    struct faults *faults = &client->server->faults;
    struct gcrt_chan *stopwatch = NULL;
    while (!client->is_leaving) {
        size_t size;
        char *space = request_space(&client->request, &size);
        ssize_t count = gcrt_read(client->conn, space, size);
        if (count <= 0)
            break;
        client->request.end += (size_t)count;
        client->now_ms = store_now_ms();
        if (!answer(client) || !send_replies(client))
            break;
        bool is_whole = client->request.begin == client->request.end;
        if (is_whole)
            faults_request_is_whole(stopwatch);
        if (is_whole || stopwatch == NULL)
            stopwatch = is_whole ? NULL : faults_request_begins(faults, client);
    }
    faults_client_ends(faults, client);
    gcrt_conn_close(client->conn);
    atomic_fetch_sub_explicit(&client->server->client_count, 1, memory_order_relaxed);
}

void connection_start(struct server *server, struct gcrt_conn *conn)
{
    struct client *client = gcrt_new(&client_type);
    client->server = server;
    gcrt_store(&client->conn, conn);
    request_next(&client->request);
    atomic_fetch_add_explicit(&server->client_count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&server->accepted_count, 1, memory_order_relaxed);
    faults_client_begins(&server->faults, client);
    gcrt_go(serve, client);
}
