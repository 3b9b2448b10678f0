/* dump_trace: what our reader reads, a line each, in the form of tests/format/read_gctrace.py. usage: dump_trace FILE */
#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "tracer/format/trace_reader.h"

static void dump_event(const struct trace_event *event)
{
    printf("event %" PRIu32 " %" PRIu64 " %016" PRIx64, event->worker, event->time_ns, event->word);
    for (uint32_t i = 0; i < event->payload_words; i++)
        printf(" %" PRIx64, event->payload[i]);
    putchar('\n');
}

static void dump_notes(const struct trace_reader *reader)
{
    static const char *const names[] = {"program", "argument", "folder"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text;
        for (size_t nth = 0; (text = trace_reader_note(reader, names[i], nth)) != NULL; nth++)
            printf("note %s %s\n", names[i], text);
    }
}

static void dump_contexts(struct trace_reader *reader)
{
    for (uint32_t id = 1; id < trace_reader_context_count(reader); id++) {
        struct ring_context node;
        const struct trace_frame *frames;
        if (!trace_reader_context(reader, id, &node))
            continue;
        size_t count = trace_reader_symbol(reader, node.pc, &frames);
        printf("context %" PRIu32 " %" PRIu32 " %" PRIx64 " ", id, node.parent, node.pc);
        for (size_t at = 0; at < count; at++)
            printf("%s%s:%s:%" PRIu32, at > 0 ? " " : "", frames[at].function, frames[at].file, frames[at].line);
        putchar('\n');
    }
}

static void dump_completeness(const struct trace_completeness *found)
{
    if (found->has_end)
        printf("end %d %" PRId32 " %" PRIu64 " %" PRIu64 "\n", (int)found->end.ending, found->end.wait_status,
               found->end.lost_events, found->end.lost_contexts);
    else
        puts("end none");
    printf("gaps %" PRIu64 " %" PRIu64 " %" PRIu64 " header %d\n", found->gap_count, found->gap_bytes,
           found->missing_blocks, found->header_damaged);
    printf("read %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " lost %" PRIu64 "\n", found->blocks, found->events,
           found->contexts, found->symbols, found->lost_events);
    printf("rest %" PRIu64 "\n", found->unused_bytes + found->trailing_bytes);
}

int main(int argc, char **argv)
{
    struct trace_reader *reader;
    struct error error;
    if (argc != 2 || trace_reader_open(argv[1], &reader, &error) < 0) {
        fputs(argc != 2 ? "usage: dump_trace FILE\n" : error.message, stderr);
        return 1;
    }
    const struct trace_file_header *header = trace_reader_header(reader);
    printf("header %u %u %" PRIu32 " %" PRIu64 "\n", header->major, header->minor, header->pid, header->start_wall_ns);
    struct trace_event event;
    while (trace_reader_next(reader, &event, NULL) > 0)
        dump_event(&event);
    dump_notes(reader);
    dump_contexts(reader);
    dump_completeness(trace_reader_completeness(reader));
    trace_reader_close(reader);
    return 0;
}
