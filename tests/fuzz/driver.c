/* driver.c: runs a fuzz target without libFuzzer: every file of a corpus folder, then mutations of them from a fixed seed.
 *
 * The same target under libFuzzer finds more; this finds the same things every time, in every build and sanitizer.
 * usage: fuzz_NAME CORPUS-FOLDER [COUNT [SEED]]
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUTS_MAX = 256, INPUT_BYTES_MAX = 1 << 20 };

struct input {
    uint8_t *bytes;
    size_t size;
};
static struct input inputs[INPUTS_MAX];
static size_t input_count;
static uint64_t random_state = 0x9e3779b97f4a7c15;

/* xorshift64* (Vigna 2016). */
static uint64_t random_next(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545f4914f6cdd1d;
}

static void input_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || input_count == INPUTS_MAX) {
        fprintf(stderr, "cannot read '%s'\n", path);
        exit(1);
    }
    uint8_t *bytes = malloc(INPUT_BYTES_MAX);
    size_t size = fread(bytes, 1, INPUT_BYTES_MAX, file);
    fclose(file);
    inputs[input_count++] = (struct input){bytes, size};
}

static void corpus_read(const char *folder)
{
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        fprintf(stderr, "cannot open the corpus '%s'\n", folder);
        exit(1);
    }
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        input_read(path);
    }
    closedir(directory);
}

/* One to eight changes: a flipped bit, an interesting byte, a cut, a removed or doubled run, a splice of another input. */
static size_t mutate(uint8_t *bytes, size_t size)
{
    static const uint8_t interesting[] = {0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x40, 0x10};
    for (uint64_t change = random_next() % 8 + 1; change > 0 && size > 0; change--) {
        size_t at = random_next() % size, run = random_next() % 64 + 1;
        switch (random_next() % 6) {
        case 0:
            bytes[at] ^= (uint8_t)(1u << random_next() % 8);
            break;
        case 1:
            bytes[at] = interesting[random_next() % sizeof interesting];
            break;
        case 2:
            size = at;
            break;
        case 3:
            run = run > size - at ? size - at : run;
            memmove(bytes + at, bytes + at + run, size - at - run);
            size -= run;
            break;
        case 4:
            run = run > size - at ? size - at : run;
            run = run > INPUT_BYTES_MAX - size ? INPUT_BYTES_MAX - size : run;
            memmove(bytes + at + run, bytes + at, size - at);
            size += run;
            break;
        default: {
            const struct input *other = &inputs[random_next() % input_count];
            if (other->size == 0)
                break;
            size_t from = random_next() % other->size;
            run = run > other->size - from ? other->size - from : run;
            run = run > size - at ? size - at : run;
            memcpy(bytes + at, other->bytes + from, run);
        }
        }
    }
    return size;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER [COUNT [SEED]]\n", argv[0]);
        return 3;
    }
    unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000;
    if (argc > 3)
        random_state = strtoull(argv[3], NULL, 0) | 1;
    corpus_read(argv[1]);
    if (input_count == 0) {
        fprintf(stderr, "the corpus '%s' is empty\n", argv[1]);
        return 1;
    }
    for (size_t i = 0; i < input_count; i++)
        LLVMFuzzerTestOneInput(inputs[i].bytes, inputs[i].size);
    for (unsigned long i = 0; i < count; i++) {
        const struct input *input = &inputs[random_next() % input_count];
        /* An exact allocation, so that a sanitizer sees a read one byte past the end. */
        static uint8_t work[INPUT_BYTES_MAX];
        memcpy(work, input->bytes, input->size);
        size_t size = mutate(work, input->size);
        uint8_t *exact = malloc(size ? size : 1);
        memcpy(exact, work, size);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    printf("%zu inputs, %lu mutations\n", input_count, count);
    return 0;
}
