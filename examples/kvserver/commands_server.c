/* Commands about the server and the connection. */
#include "commands.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void command_ping(struct client *client)
{
    if (argument_count(client) > 2)
        reply_wrong_arguments(client, "ping");
    else if (argument_count(client) == 2)
        reply_bulk(&client->reply, argument(client, 1));
    else
        REPLY_TEXT(&client->reply, "+PONG\r\n");
}

void command_echo(struct client *client)
{
    reply_bulk(&client->reply, argument(client, 1));
}

void command_quit(struct client *client)
{
    client->is_leaving = true;
    REPLY_OK(&client->reply);
}

/* ---- INFO ---- */

enum { INFO_BYTES = 2048 };

struct info {
    size_t length;
    char bytes[INFO_BYTES];
};

__attribute__((format(printf, 2, 3))) static void info_add(struct info *info, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    info->length += (size_t)vsnprintf(info->bytes + info->length, INFO_BYTES - info->length, format, arguments);
    va_end(arguments);
}

static void add_server(struct info *info, const struct client *client)
{
    const struct server *server = client->server;
    info_add(info, "redis_mode:standalone\r\nprocess_id:%d\r\ntcp_port:%d\r\nuptime_in_seconds:%lld\r\n", (int)getpid(),
             server->port, (long long)(client->now_ms - server->started_ms) / 1000);
}

static void add_clients(struct info *info, const struct client *client)
{
    info_add(info, "connected_clients:%llu\r\n", (unsigned long long)client->server->client_count);
}

static void add_memory(struct info *info, const struct client *)
{
    struct gcrt_stats stats;
    gcrt_stats_read(&stats);
    info_add(info, "used_memory:%llu\r\nheap_goal:%llu\r\nheap_spans:%llu\r\n", (unsigned long long)stats.heap_bytes,
             (unsigned long long)stats.goal_bytes, (unsigned long long)stats.span_bytes);
    info_add(info, "collections:%llu\r\nstop_longest_usec:%llu\r\n", (unsigned long long)stats.cycle_count,
             (unsigned long long)stats.stop_longest_ns / 1000);
}

static void add_stats(struct info *info, const struct client *client)
{
    info_add(info, "total_connections_received:%llu\r\ntotal_commands_processed:%llu\r\n",
             (unsigned long long)client->server->accepted_count, (unsigned long long)client->server->command_count);
}

static void add_keyspace(struct info *info, const struct client *client)
{
    struct store *store = &client->server->store;
    size_t count = store_count(store);
    if (count != 0)
        info_add(info, "db0:keys=%zu,expires=%zu,avg_ttl=0\r\n", count, store_mortal_count(store));
}

static const struct {
    const char *name;
    void (*add)(struct info *info, const struct client *client);
} sections[] = {
    {"Server", add_server}, {"Clients", add_clients},   {"Memory", add_memory},
    {"Stats", add_stats},   {"Keyspace", add_keyspace},
};

static bool wants_section(const struct client *client, const char *name)
{
    if (argument_count(client) == 1)
        return true;
    for (size_t i = 1; i < argument_count(client); i++) {
        struct bytes wanted = argument(client, i);
        if (bytes_spell(wanted, name) || bytes_spell(wanted, "all") || bytes_spell(wanted, "everything") ||
            bytes_spell(wanted, "default"))
            return true;
    }
    return false;
}

void command_info(struct client *client)
{
    struct info info = {0};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        if (!wants_section(client, sections[i].name))
            continue;
        info_add(&info, "%s# %s\r\n", info.length == 0 ? "" : "\r\n", sections[i].name);
        sections[i].add(&info, client);
    }
    reply_bulk(&client->reply, (struct bytes){info.bytes, info.length});
}

/* ---- CONFIG ---- */

/* What clients ask for: all of it is fixed. */
static const struct {
    const char *name, *value;
} parameters[] = {
    {"appendonly", "no"}, {"databases", "1"}, {"maxmemory", "0"}, {"proto-max-bulk-len", "536870912"}, {"save", ""},
};
enum { PARAMETER_COUNT = sizeof parameters / sizeof *parameters, PATTERN_BYTES = 64 };

static bool matches_any(const struct client *client, const char *name)
{
    for (size_t i = 2; i < argument_count(client); i++) {
        char pattern[PATTERN_BYTES] = {0};
        struct bytes bytes = argument(client, i);
        if (bytes.length >= sizeof pattern)
            continue;
        memcpy(pattern, bytes.at, bytes.length);
        if (fnmatch(pattern, name, FNM_CASEFOLD) == 0)
            return true;
    }
    return false;
}

void command_config(struct client *client)
{
    struct bytes subcommand = argument(client, 1);
    if (!bytes_spell(subcommand, "GET")) {
        reply_error(&client->reply, "ERR unknown subcommand '%.*s'. Try CONFIG HELP.",
                    (int)(subcommand.length < 128 ? subcommand.length : 128), subcommand.at);
        return;
    }
    if (argument_count(client) == 2) {
        reply_wrong_arguments(client, "config|get");
        return;
    }
    bool matches[PARAMETER_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < PARAMETER_COUNT; i++)
        count += matches[i] = matches_any(client, parameters[i].name);
    reply_array(&client->reply, count * 2);
    for (size_t i = 0; i < PARAMETER_COUNT; i++) {
        if (!matches[i])
            continue;
        reply_string(&client->reply, parameters[i].name);
        reply_string(&client->reply, parameters[i].value);
    }
}

/* ---- COMMAND ---- */

static const struct {
    unsigned flag;
    const char *name;
} flag_names[] = {
    {COMMAND_WRITE, "write"}, {COMMAND_READONLY, "readonly"}, {COMMAND_FAST, "fast"}, {COMMAND_ADMIN, "admin"}};

static void reply_command(struct reply *reply, const struct command *command)
{
    reply_array(reply, 6);
    reply_string(reply, command->name);
    reply_integer(reply, command->arity);
    reply_array(reply, (size_t)__builtin_popcount(command->flags & ~(unsigned)COMMAND_ALL_KEYS));
    for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++) {
        if (!(command->flags & flag_names[i].flag))
            continue;
        REPLY_TEXT(reply, "+");
        reply_raw(reply, (struct bytes){flag_names[i].name, strlen(flag_names[i].name)});
        REPLY_TEXT(reply, "\r\n");
    }
    reply_integer(reply, command->first_key);
    reply_integer(reply, command->last_key);
    reply_integer(reply, command->key_step);
}

void command_command(struct client *client)
{
    struct bytes subcommand = argument_count(client) > 1 ? argument(client, 1) : (struct bytes){0};
    if (argument_count(client) == 1) {
        reply_array(&client->reply, command_count);
        for (size_t i = 0; i < command_count; i++)
            reply_command(&client->reply, &commands[i]);
    } else if (bytes_spell(subcommand, "COUNT")) {
        reply_integer(&client->reply, (int64_t)command_count);
    } else if (bytes_spell(subcommand, "DOCS")) {
        reply_array(&client->reply, 0); /* redis-cli asks for them; without, it completes no arguments */
    } else {
        reply_error(&client->reply, "ERR unknown subcommand '%.*s'. Try COMMAND HELP.",
                    (int)(subcommand.length < 128 ? subcommand.length : 128), subcommand.at);
    }
}
