/* topics.h: what 'gctool help TOPIC' tells beside the verbs: exit codes, environment variables, file formats. */
#ifndef GCTOOL_TOPICS_H
#define GCTOOL_TOPICS_H

struct rows;

struct topic {
    const char *name;
    const char *summary;
    const char *text;                       /* paragraphs that stand before the entries */
    void (*put_entries)(struct rows *rows); /* two columns of text: what, and what it means */
};

/* Up to {NULL}. */
extern const struct topic topics[];

/* The topic of this name, or NULL. */
const struct topic *topics_find(const char *name);

/* The entries with their columns; rows_free() them. */
void topic_rows(const struct topic *topic, struct rows *ret_rows);

#endif
