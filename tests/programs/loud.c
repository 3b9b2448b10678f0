/* loud: writes to standard output before and while it runs, to show that what a program writes stays apart from its recording. */
#include <gcrt/gcrt.h>

#include <stdio.h>

enum { LINES = 1000, LINE_BYTES = 32 };

static int run(void *)
{
    for (int line = 0; line < LINES; line++) {
        char *text = gcrt_new_bytes(LINE_BYTES);
        snprintf(text, LINE_BYTES, "%030d", line);
        puts(text);
    }
    return 0;
}

int main(void)
{
    puts("beginning");
    fflush(stdout);
    return gcrt_run(NULL, run, NULL);
}
