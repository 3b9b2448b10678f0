#ifndef GCRT_STORE_H
#define GCRT_STORE_H

#endif
