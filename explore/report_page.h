/* report_page: explore/report/page.*, built into the program by embed.cmake. */
#ifndef EXPLORE_REPORT_PAGE_H
#define EXPLORE_REPORT_PAGE_H

#include <stddef.h>

enum report_part { PART_BODY, PART_CSS, PART_JS, N_PARTS };

struct report_page {
	const unsigned char *text;
	size_t bytes;
	const char *sha256; /* hex */
};

extern const struct report_page report_part[N_PARTS];

#endif
