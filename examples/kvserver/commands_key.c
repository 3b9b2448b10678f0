/* Commands on keys of any type. */
#include "commands.h"

void command_del(struct client *client)
{
    int64_t count = 0;
    for (size_t i = 1; i < argument_count(client); i++) {
        const struct entry *entry = command_find(client, i);
        if (entry == NULL)
            continue;
        store_remove(&client->server->store, entry);
        count++;
    }
    reply_integer(&client->reply, count);
}

void command_exists(struct client *client)
{
    int64_t count = 0;
    for (size_t i = 1; i < argument_count(client); i++)
        count += command_find(client, i) != NULL;
    reply_integer(&client->reply, count);
}

void command_expire(struct client *client)
{
    int64_t time;
    if (!command_number(client, 2, &time))
        return;
    if (argument_count(client) > 3) {
        struct bytes option = argument(client, 3);
        reply_error(&client->reply, "ERR Unsupported option %.*s", (int)(option.length < 128 ? option.length : 128),
                    option.at);
        return;
    }
    if (__builtin_mul_overflow(time, 1000, &time) || __builtin_add_overflow(time, client->now_ms, &time)) {
        reply_error(&client->reply, "ERR invalid expire time in 'expire' command");
        return;
    }
    struct entry *entry = command_find(client, 1);
    if (entry != NULL && time <= client->now_ms)
        store_remove(&client->server->store, entry);
    else if (entry != NULL)
        store_set_expiry(&client->server->store, entry, time);
    reply_integer(&client->reply, entry != NULL);
}

void command_ttl(struct client *client)
{
    const struct entry *entry = command_find(client, 1);
    if (entry == NULL)
        reply_integer(&client->reply, -2);
    else if (entry->expires_ms == 0)
        reply_integer(&client->reply, -1);
    else
        reply_integer(&client->reply, (entry->expires_ms - client->now_ms + 500) / 1000);
}

void command_dbsize(struct client *client)
{
    reply_integer(&client->reply, (int64_t)store_count(&client->server->store));
}

void command_flushall(struct client *client)
{
    bool has_option = argument_count(client) == 2;
    if (argument_count(client) > 2 ||
        (has_option && !bytes_spell(argument(client, 1), "SYNC") && !bytes_spell(argument(client, 1), "ASYNC"))) {
        reply_syntax_error(client);
        return;
    }
    store_clear(&client->server->store); /* what was there is the collector's business */
    REPLY_OK(&client->reply);
}
