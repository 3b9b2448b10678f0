/* Commands on texts. */
#include "commands.h"
#include "number.h"

static void reply_text(struct client *client, const struct text *text)
{
    reply_bulk(&client->reply, (struct bytes){text->bytes, text->length});
}

void command_get(struct client *client)
{
    const struct entry *entry = command_find(client, 1);
    if (entry == NULL)
        REPLY_NULL(&client->reply);
    else if (entry->text == NULL)
        reply_wrong_type(client);
    else
        reply_text(client, entry->text);
}

/* ---- SET ---- */

struct set_options {
    bool only_new, only_old, keeps_expiry, gives_former;
    bool has_expiry, is_ms, is_absolute;
    size_t expiry_index; /* of the argument */
};

static const struct {
    const char *word;
    bool is_ms, is_absolute;
} expiry_words[] = {{"EX", false, false}, {"PX", true, false}, {"EXAT", false, true}, {"PXAT", true, true}};

/* At *index; moves it behind. */
static bool parse_expiry_option(const struct client *client, size_t *index, struct set_options *options)
{
    for (size_t i = 0; i < sizeof expiry_words / sizeof *expiry_words; i++) {
        if (!bytes_spell(argument(client, *index), expiry_words[i].word))
            continue;
        if (options->has_expiry || options->keeps_expiry || *index + 1 == argument_count(client))
            return false;
        options->has_expiry = true;
        options->is_ms = expiry_words[i].is_ms;
        options->is_absolute = expiry_words[i].is_absolute;
        options->expiry_index = ++*index;
        return true;
    }
    return false;
}

static bool parse_set_options(const struct client *client, struct set_options *options)
{
    for (size_t i = 3; i < argument_count(client); i++) {
        struct bytes word = argument(client, i);
        if (bytes_spell(word, "NX") && !options->only_old)
            options->only_new = true;
        else if (bytes_spell(word, "XX") && !options->only_new)
            options->only_old = true;
        else if (bytes_spell(word, "GET"))
            options->gives_former = true;
        else if (bytes_spell(word, "KEEPTTL") && !options->has_expiry)
            options->keeps_expiry = true;
        else if (!parse_expiry_option(client, &i, options))
            return false;
    }
    return true;
}

/* False: has replied why not. */
static bool expiry_of(struct client *client, const struct set_options *options, int64_t *ret_expires_ms)
{
    int64_t time = 0;
    if (options->has_expiry && !command_number(client, options->expiry_index, &time))
        return false;
    if (options->has_expiry && (time <= 0 || (!options->is_ms && __builtin_mul_overflow(time, 1000, &time)) ||
                                (!options->is_absolute && __builtin_add_overflow(time, client->now_ms, &time)))) {
        reply_error(&client->reply, "ERR invalid expire time in 'set' command");
        return false;
    }
    *ret_expires_ms = time;
    return true;
}

static void reply_former(struct client *client, const struct entry *entry)
{
    if (entry == NULL)
        REPLY_NULL(&client->reply);
    else
        reply_text(client, entry->text);
}

void command_set(struct client *client)
{
    struct set_options options = {0};
    int64_t expires_ms;
    if (!parse_set_options(client, &options)) {
        reply_syntax_error(client);
        return;
    }
    if (!expiry_of(client, &options, &expires_ms))
        return;
    struct entry *entry = command_find(client, 1);
    if (options.gives_former && entry != NULL && entry->text == NULL) {
        reply_wrong_type(client);
        return;
    }
    if (options.gives_former)
        reply_former(client, entry);
    if ((options.only_new && entry != NULL) || (options.only_old && entry == NULL)) {
        if (!options.gives_former)
            REPLY_NULL(&client->reply);
        return;
    }
    if (entry == NULL)
        entry = command_find_or_add(client, 1);
    store_set_text(entry, argument(client, 2));
    if (!options.keeps_expiry)
        store_set_expiry(&client->server->store, entry, expires_ms);
    if (!options.gives_former)
        REPLY_OK(&client->reply);
}

/* ---- the others ---- */

void command_incr(struct client *client)
{
    struct entry *entry = command_find(client, 1);
    int64_t number = 0;
    if (entry != NULL && entry->text == NULL) {
        reply_wrong_type(client);
        return;
    }
    if (entry != NULL && !number_parse((struct bytes){entry->text->bytes, entry->text->length}, &number)) {
        reply_error(&client->reply, "ERR value is not an integer or out of range");
        return;
    }
    if (__builtin_add_overflow(number, 1, &number)) {
        reply_error(&client->reply, "ERR increment or decrement would overflow");
        return;
    }
    char digits[NUMBER_DIGITS_MAX];
    size_t length = (size_t)(number_format(digits, number) - digits);
    store_set_text(entry != NULL ? entry : command_find_or_add(client, 1), (struct bytes){digits, length});
    reply_integer(&client->reply, number);
}

void command_mget(struct client *client)
{
    reply_array(&client->reply, argument_count(client) - 1);
    for (size_t i = 1; i < argument_count(client); i++) {
        const struct entry *entry = command_find(client, i);
        if (entry == NULL || entry->text == NULL)
            REPLY_NULL(&client->reply);
        else
            reply_text(client, entry->text);
    }
}

void command_mset(struct client *client)
{
    if (argument_count(client) % 2 == 0) {
        reply_wrong_arguments(client, "mset");
        return;
    }
    for (size_t i = 1; i < argument_count(client); i += 2) {
        struct entry *entry = command_find_or_add(client, i);
        store_set_text(entry, argument(client, i + 1));
        store_set_expiry(&client->server->store, entry, 0);
    }
    REPLY_OK(&client->reply);
}
