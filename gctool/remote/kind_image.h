/* kind_image.h: the program's table of kinds, and the descriptions of types that it leads to. */
#ifndef GCTOOL_REMOTE_KIND_IMAGE_H
#define GCTOOL_REMOTE_KIND_IMAGE_H

struct remote;

/* Fills kinds and types of remote->heap, and the snapshot's types. 0, -ENOMEM, or -ENODATA: the table is not there. */
[[nodiscard]] int kind_image_read(struct remote *remote);

#endif
