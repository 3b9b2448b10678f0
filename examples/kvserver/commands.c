#include "commands.h"

#include <stdio.h>

#include "number.h"

const struct command commands[] = {
    {"ping", -1, COMMAND_FAST, 0, 0, 0, command_ping},
    {"echo", 2, COMMAND_FAST, 0, 0, 0, command_echo},
    {"get", 2, COMMAND_READONLY | COMMAND_FAST, 1, 1, 1, command_get},
    {"set", -3, COMMAND_WRITE, 1, 1, 1, command_set},
    {"incr", 2, COMMAND_WRITE | COMMAND_FAST, 1, 1, 1, command_incr},
    {"mget", -2, COMMAND_READONLY | COMMAND_FAST, 1, -1, 1, command_mget},
    {"mset", -3, COMMAND_WRITE, 1, -1, 2, command_mset},
    {"lpush", -3, COMMAND_WRITE | COMMAND_FAST, 1, 1, 1, command_lpush},
    {"rpush", -3, COMMAND_WRITE | COMMAND_FAST, 1, 1, 1, command_rpush},
    {"lpop", -2, COMMAND_WRITE | COMMAND_FAST, 1, 1, 1, command_lpop},
    {"rpop", -2, COMMAND_WRITE | COMMAND_FAST, 1, 1, 1, command_rpop},
    {"lrange", 4, COMMAND_READONLY, 1, 1, 1, command_lrange},
    {"del", -2, COMMAND_WRITE, 1, -1, 1, command_del},
    {"exists", -2, COMMAND_READONLY | COMMAND_FAST, 1, -1, 1, command_exists},
    {"expire", -3, COMMAND_WRITE | COMMAND_FAST, 1, 1, 1, command_expire},
    {"ttl", 2, COMMAND_READONLY | COMMAND_FAST, 1, 1, 1, command_ttl},
    {"dbsize", 1, COMMAND_READONLY | COMMAND_FAST, 0, 0, 0, command_dbsize},
    {"flushall", -1, COMMAND_WRITE | COMMAND_ALL_KEYS, 0, 0, 0, command_flushall},
    {"info", -1, 0, 0, 0, 0, command_info},
    {"config", -2, COMMAND_ADMIN, 0, 0, 0, command_config},
    {"command", -1, 0, 0, 0, 0, command_command},
    {"quit", -1, COMMAND_FAST, 0, 0, 0, command_quit},
};
const size_t command_count = sizeof commands / sizeof *commands;

/* ---- replies of many ---- */

void reply_wrong_arguments(struct client *client, const char *command)
{
    reply_error(&client->reply, "ERR wrong number of arguments for '%s' command", command);
}

void reply_wrong_type(struct client *client)
{
    reply_error(&client->reply, "WRONGTYPE Operation against a key holding the wrong kind of value");
}

void reply_syntax_error(struct client *client)
{
    reply_error(&client->reply, "ERR syntax error");
}

enum { UNKNOWN_NAME_BYTES = 128, UNKNOWN_ARGUMENTS_BYTES = 128 };

static int shown_length(struct bytes bytes, size_t most)
{
    return (int)(bytes.length < most ? bytes.length : most);
}

static void reply_unknown(struct client *client)
{
    struct bytes name = argument(client, 0);
    char shown[UNKNOWN_ARGUMENTS_BYTES + 8];
    size_t length = 0;
    shown[0] = '\0';
    for (size_t i = 1; i < argument_count(client) && length < UNKNOWN_ARGUMENTS_BYTES; i++) {
        struct bytes bytes = argument(client, i);
        int most = shown_length(bytes, UNKNOWN_ARGUMENTS_BYTES - length);
        length += (size_t)snprintf(shown + length, sizeof shown - length, "'%.*s' ", most, bytes.at);
    }
    reply_error(&client->reply, "ERR unknown command '%.*s', with args beginning with: %s",
                shown_length(name, UNKNOWN_NAME_BYTES), name.at, shown);
}

/* ---- what functions ask for ---- */

bool command_number(struct client *client, size_t index, int64_t *ret_number)
{
    if (number_parse(argument(client, index), ret_number))
        return true;
    reply_error(&client->reply, "ERR value is not an integer or out of range");
    return false;
}

struct entry *command_find(struct client *client, size_t index)
{
    struct key key = store_key(argument(client, index));
    return store_find(&client->server->store, &key, client->now_ms);
}

struct entry *command_find_or_add(struct client *client, size_t index)
{
    struct key key = store_key(argument(client, index));
    struct entry *entry = store_find(&client->server->store, &key, client->now_ms);
    return entry != NULL ? entry : store_add(&client->server->store, &key);
}

/* ---- dispatch ---- */

static const struct command *find_command(struct bytes name)
{
    for (size_t i = 0; i < command_count; i++)
        if (bytes_spell(name, commands[i].name))
            return &commands[i];
    return NULL;
}

static uint64_t stripes_of(const struct client *client, const struct command *command)
{
    uint64_t stripes = 0;
    if (command->flags & COMMAND_ALL_KEYS)
        return STORE_ALL_STRIPES;
    if (command->first_key == 0)
        return 0;
    size_t last = command->last_key > 0 ? (size_t)command->last_key : argument_count(client) - 1;
    for (size_t i = (size_t)command->first_key; i <= last; i += (size_t)command->key_step) {
        struct key key = store_key(argument(client, i));
        stripes |= store_stripe(&key);
    }
    return stripes;
}

void command_execute(struct client *client)
{
    const struct command *command = find_command(argument(client, 0));
    size_t count = argument_count(client);
    if (command == NULL) {
        reply_unknown(client);
        return;
    }
    if (command->arity > 0 ? count != (size_t)command->arity : count < (size_t)-command->arity) {
        reply_wrong_arguments(client, command->name);
        return;
    }
    uint64_t stripes = stripes_of(client, command);
    store_lock(&client->server->store, stripes);
    command->function(client);
    store_unlock(&client->server->store, stripes);
}
