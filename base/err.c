/* err: see err.h */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

bool err_at(struct err *err, struct src src, const char *fmt, ...)
{
	assert(err && fmt);
	int n = 0;
	if (src.file && src.line)
		n = snprintf(err->msg, sizeof err->msg, "%s:%d: ", src.file,
		             src.line);
	else if (src.file)
		n = snprintf(err->msg, sizeof err->msg, "%s: ", src.file);
	if (n < 0 || (size_t)n >= sizeof err->msg)
		n = 0;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->msg + n, sizeof err->msg - (size_t)n, fmt, ap);
	va_end(ap);
	err->kind = ERR_DATA;
	return false;
}

bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	assert(err && fmt);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof err->msg, fmt, ap);
	va_end(ap);
	err->kind = kind;
	return false;
}
