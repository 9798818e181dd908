#ifndef IOTCRED_TESTS_SIZES_H
#define IOTCRED_TESTS_SIZES_H

enum { SIZES_COUNT = 28 };

#endif
