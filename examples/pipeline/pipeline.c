/* pipeline: numbered documents go through goroutines and channels, their words are counted, and two mistakes are left in on purpose.
 *
 *     produce --documents--> count x WORKERS --results--> main
 *                               |
 *                               +-- remember(): keeps every tenth document in a list that nobody empties     (mistake 1)
 *     report_progress: receives from a channel that nobody closes                                           (mistake 2)
 *
 * What to try:
 *     gctool trace -o pipeline.gctrace examples/pipeline
 *     gctool report pipeline.gctrace --section alive,goroutines
 * The first ranks the documents, and the texts they hold, by who made them; the second shows report_progress, created by start_progress,
 * in a channel receive since the last document.
 *
 * Usage: pipeline [DOCUMENTS]        1000 when not said
 */
#include <gcrt/gcrt.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 3, REMEMBERED_EVERY = 10, DOCUMENTS_AT_FIRST = 1000, PROGRESS_EVERY = 100 };

struct document {
    struct document *older; /* in the list of the remembered */
    char *text;
    int64_t number;
};
GCRT_TYPE(document_type, struct document, older, text);

struct result {
    int64_t documents, words;
};
GCRT_TYPE_LEAF(result_type, struct result);

struct pipeline {
    struct gcrt_chan *documents;
    struct gcrt_chan *results;
    struct gcrt_chan *progress;
    int64_t document_count;
};
GCRT_TYPE(pipeline_type, struct pipeline, documents, results, progress);

/* Mistake 1: a global is a root, and this list only grows. */
static struct document *remembered;
static struct gcrt_mutex remembered_mutex;

static void remember(struct document *document)
{
    gcrt_mutex_lock(&remembered_mutex);
    gcrt_store(&document->older, remembered);
    gcrt_store(&remembered, document);
    gcrt_mutex_unlock(&remembered_mutex);
}

static char *write_text(int64_t number)
{
    char line[128];
    int length = snprintf(line, sizeof line, "document %lld has some words and %lld more", (long long)number,
                          (long long)(number % 7));
    char *text = gcrt_new_bytes((size_t)length + 1);
    memcpy(text, line, (size_t)length + 1);
    return text;
}

static struct document *write_document(int64_t number)
{
    struct document *document = gcrt_new(&document_type);
    document->number = number;
    gcrt_store(&document->text, write_text(number));
    return document;
}

static void produce(void *arg)
{
    struct pipeline *pipeline = arg;
    for (int64_t number = 0; number < pipeline->document_count; number++) {
        struct document *document = write_document(number);
        gcrt_chan_send(pipeline->documents, &document);
        if (number % PROGRESS_EVERY == 0)
            gcrt_chan_send(pipeline->progress, &number);
    }
    gcrt_chan_close(pipeline->documents); /* and `progress` is forgotten */
}

static int64_t count_words(const char *text)
{
    int64_t words = 0;
    for (bool inside = false; *text; text++) {
        words += *text != ' ' && !inside;
        inside = *text != ' ';
    }
    return words;
}

static void count(void *arg)
{
    struct pipeline *pipeline = arg;
    struct result result = {0};
    struct document *document;
    while (gcrt_chan_receive(pipeline->documents, &document)) {
        result.documents++;
        result.words += count_words(document->text);
        if (document->number % REMEMBERED_EVERY == 0)
            remember(document);
    }
    gcrt_chan_send(pipeline->results, &result);
}

/* Mistake 2: it would end when its channel is closed, and nobody does. */
static void report_progress(void *arg)
{
    struct gcrt_chan *progress = arg;
    int64_t number;
    while (gcrt_chan_receive(progress, &number))
        fprintf(stderr, "pipeline: document %lld\n", (long long)number);
}

static void start_progress(struct pipeline *pipeline)
{
    gcrt_store(&pipeline->progress, gcrt_chan_new(&gcrt_type_int64, 0));
    gcrt_go(report_progress, pipeline->progress);
}

static int run(void *arg)
{
    struct pipeline *pipeline = gcrt_new(&pipeline_type);
    pipeline->document_count = *(const int64_t *)arg;
    gcrt_store(&pipeline->documents, gcrt_chan_new(&gcrt_type_pointer, WORKERS));
    gcrt_store(&pipeline->results, gcrt_chan_new(&result_type, 0));
    start_progress(pipeline);
    for (int worker = 0; worker < WORKERS; worker++)
        gcrt_go(count, pipeline);
    gcrt_go(produce, pipeline);

    struct result total = {0};
    for (int worker = 0; worker < WORKERS; worker++) {
        struct result result;
        gcrt_chan_receive(pipeline->results, &result);
        total.documents += result.documents;
        total.words += result.words;
    }
    printf("%lld documents, %lld words\n", (long long)total.documents, (long long)total.words);
    return 0;
}

int main(int argc, char **argv)
{
    int64_t documents = argc > 1 ? strtoll(argv[1], NULL, 10) : DOCUMENTS_AT_FIRST;
    if (argc > 2 || documents < 1) {
        fprintf(stderr, "usage: pipeline [DOCUMENTS]\n");
        return 3;
    }
    return gcrt_run(NULL, run, &documents);
}
