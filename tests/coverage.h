/* coverage: included before everything else in `make coverage`, so that processes which end by _exit(2) write their
 * counts too. */
#ifndef VNETGEN_COVERAGE_H
#define VNETGEN_COVERAGE_H

#include <stdlib.h>
#include <unistd.h>

void __gcov_dump(void); /* libgcov's */

static inline _Noreturn void count_and_exit(int status)
{
	__gcov_dump();
	_exit(status);
}
#define _exit count_and_exit

#endif
