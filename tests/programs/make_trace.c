/* make_trace: writes a sample recording, always the same bytes: for transcripts, for the corpus of the fuzz target, for other readers.
 *
 * usage: make_trace story|tiny FILE | make_trace noise SEED EVENTS FILE      'plain' after the command: payloads are not compressed
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/sample_trace.h"

static int usage(void)
{
    fputs("usage: make_trace [plain] story|tiny FILE | make_trace [plain] noise SEED EVENTS FILE\n", stderr);
    return 3;
}

int main(int argc, char **argv)
{
    bool plain = argc > 1 && strcmp(argv[1], "plain") == 0;
    argv += plain;
    argc -= plain;
    struct sample_trace trace;
    if (argc == 3 && strcmp(argv[1], "story") == 0)
        trace = sample_story();
    else if (argc == 3 && strcmp(argv[1], "tiny") == 0)
        trace = sample_tiny();
    else if (argc == 5 && strcmp(argv[1], "noise") == 0)
        trace = sample_noise(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10), NULL);
    else
        return usage();
    if (plain) {
        struct sample_trace compressed = trace;
        trace = sample_plain(&compressed);
        sample_free(&compressed);
    }
    sample_write_file(&trace, argv[argc - 1]);
    sample_free(&trace);
    return 0;
}
