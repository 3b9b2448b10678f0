/* make_heap: writes a sample heap dump, always the same bytes: for transcripts, for the corpus of the fuzz target, for other readers.
 *
 * usage: make_heap story|future FILE | make_heap noise SEED OBJECTS FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/sample_heap.h"

int main(int argc, char **argv)
{
    struct sample_trace heap;
    if (argc == 3 && strcmp(argv[1], "story") == 0)
        heap = sample_heap_story();
    else if (argc == 3 && strcmp(argv[1], "future") == 0)
        heap = sample_heap_header(2, 0);
    else if (argc == 5 && strcmp(argv[1], "noise") == 0)
        heap = sample_heap_noise(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    else {
        fputs("usage: make_heap story|future FILE | make_heap noise SEED OBJECTS FILE\n", stderr);
        return 3;
    }
    sample_write_file(&heap, argv[argc - 1]);
    sample_free(&heap);
    return 0;
}
