/* commands.h: what the server can be asked: one table, which the dispatcher, the locking of keys, COMMAND and the errors read.
 *
 * A function is called with the number of arguments in order and the stripes of all its keys locked; it replies exactly once.
 */
#ifndef KVSERVER_COMMANDS_H
#define KVSERVER_COMMANDS_H

#include <stdatomic.h>

#include "faults.h"
#include "reply.h"
#include "request.h"
#include "store.h"

/* What all connections share. Counters are relaxed: numbers for INFO. */
struct server {
    struct store store;
    struct faults faults;
    int port;
    int64_t started_ms;
    _Atomic uint64_t client_count, accepted_count, command_count;
};

struct client {
    struct server *server;
    struct gcrt_conn *conn;
    struct request request;
    struct reply reply;
    int64_t now_ms; /* when the input came that holds the request */
    bool is_leaving;
};

enum command_flags {
    COMMAND_WRITE = 1,
    COMMAND_READONLY = 2,
    COMMAND_FAST = 4,
    COMMAND_ADMIN = 8,
    COMMAND_ALL_KEYS = 16, /* it locks everything */
};

struct command {
    const char *name;
    int arity; /* arguments, the name included; negative: at least so many */
    unsigned flags;
    int first_key, last_key, key_step; /* indexes of arguments; last_key -1: the last argument; 0, 0, 0: no keys */
    void (*function)(struct client *client);
};

extern const struct command commands[];
extern const size_t command_count;

/* Answers the request that is ready. */
void command_execute(struct client *client);

/* ---- for the functions ---- */

static inline struct bytes argument(const struct client *client, size_t index)
{
    return request_argument(&client->request, index);
}

static inline size_t argument_count(const struct client *client)
{
    return client->request.argument_count;
}

/* The entry of the key that is argument `index`, or NULL. */
struct entry *command_find(struct client *client, size_t index);

/* The same, made when it is not there. */
struct entry *command_find_or_add(struct client *client, size_t index);

/* False: has replied that the argument is no number. */
bool command_number(struct client *client, size_t index, int64_t *ret_number);

void reply_wrong_arguments(struct client *client, const char *command);
void reply_wrong_type(struct client *client);
void reply_syntax_error(struct client *client);

/* One file a group. */
void command_get(struct client *client); /* commands_text.c */
void command_set(struct client *client);
void command_incr(struct client *client);
void command_mget(struct client *client);
void command_mset(struct client *client);

void command_lpush(struct client *client); /* commands_list.c */
void command_rpush(struct client *client);
void command_lpop(struct client *client);
void command_rpop(struct client *client);
void command_lrange(struct client *client);

void command_del(struct client *client); /* commands_key.c */
void command_exists(struct client *client);
void command_expire(struct client *client);
void command_ttl(struct client *client);
void command_dbsize(struct client *client);
void command_flushall(struct client *client);

void command_ping(struct client *client); /* commands_server.c */
void command_echo(struct client *client);
void command_info(struct client *client);
void command_config(struct client *client);
void command_command(struct client *client);
void command_quit(struct client *client);

#endif
