/* pager.h: the program that shows long text: GCTOOL_PAGER, else PAGER, else 'less -FRX', run by the shell; empty or 'cat': none. */
#ifndef GCTOOL_OUTPUT_PAGER_H
#define GCTOOL_OUTPUT_PAGER_H

#include <stdio.h>
#include <sys/types.h>

/* Starts the pager, which inherits standard output, and gives the stream to it. 0: there is none, and *file is as before. */
pid_t pager_open(FILE **file);

/* Closes the stream and waits until the reader has seen enough. */
void pager_close(pid_t pager, FILE *take_file);

#endif
