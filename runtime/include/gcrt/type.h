#ifndef GCRT_TYPE_H
#define GCRT_TYPE_H

#endif
