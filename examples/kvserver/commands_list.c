/* Commands on lists. A list without elements is not kept: its key goes. */
#include "commands.h"
#include "number.h"

static void push(struct client *client, enum list_end end)
{
    struct entry *entry = command_find(client, 1);
    if (entry != NULL && entry->list == NULL) {
        reply_wrong_type(client);
        return;
    }
    if (entry == NULL) {
        entry = command_find_or_add(client, 1);
        gcrt_store(&entry->list, list_new());
    }
    for (size_t i = 2; i < argument_count(client); i++)
        list_push(entry->list, end, argument(client, i));
    reply_integer(&client->reply, (int64_t)entry->list->length);
}

void command_lpush(struct client *client)
{
    push(client, LIST_LEFT);
}

void command_rpush(struct client *client)
{
    push(client, LIST_RIGHT);
}

static void pop_many(struct client *client, struct list *list, enum list_end end, int64_t count)
{
    size_t many = (uint64_t)count < list->length ? (size_t)count : list->length;
    reply_array(&client->reply, many);
    while (many-- > 0)
        list_pop(list, end, &client->reply);
}

static void pop(struct client *client, enum list_end end, const char *name)
{
    int64_t count = 1;
    bool has_count = argument_count(client) == 3;
    if (argument_count(client) > 3) {
        reply_wrong_arguments(client, name);
        return;
    }
    if (has_count && (!number_parse(argument(client, 2), &count) || count < 0)) {
        reply_error(&client->reply, "ERR value is out of range, must be positive");
        return;
    }
    const struct entry *entry = command_find(client, 1);
    if (entry == NULL) {
        if (has_count)
            REPLY_NULL_ARRAY(&client->reply);
        else
            REPLY_NULL(&client->reply);
        return;
    }
    if (entry->list == NULL) {
        reply_wrong_type(client);
        return;
    }
    if (has_count)
        pop_many(client, entry->list, end, count);
    else
        list_pop(entry->list, end, &client->reply);
    if (entry->list->length == 0)
        store_remove(&client->server->store, entry);
}

void command_lpop(struct client *client)
{
    pop(client, LIST_LEFT, "lpop");
}

void command_rpop(struct client *client)
{
    pop(client, LIST_RIGHT, "rpop");
}

/* Negative indexes count from the end. */
static int64_t from_start(int64_t index, int64_t length)
{
    return index >= 0 ? index : index + length;
}

void command_lrange(struct client *client)
{
    int64_t start, stop;
    if (!command_number(client, 2, &start) || !command_number(client, 3, &stop))
        return;
    const struct entry *entry = command_find(client, 1);
    if (entry != NULL && entry->list == NULL) {
        reply_wrong_type(client);
        return;
    }
    int64_t length = entry != NULL ? (int64_t)entry->list->length : 0;
    start = from_start(start, length);
    stop = from_start(stop, length);
    if (start < 0)
        start = 0;
    if (stop >= length)
        stop = length - 1;
    size_t count = start <= stop ? (size_t)(stop - start) + 1 : 0;
    reply_array(&client->reply, count);
    if (count != 0)
        list_range(entry->list, (size_t)start, count, &client->reply);
}
