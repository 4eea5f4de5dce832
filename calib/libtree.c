/* libtree: see libtree.h. */
#include "calib/libtree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

enum { MAX_FILE_BYTES = 256 << 20, MAX_DEPTH = 32 };

struct reader {
	struct src src;
	const char *at;
	struct err *err;
};

static bool fail(struct reader *r, const char *what)
{
	return err_at(r->err, r->src, "liberty: %s", what);
}

/* Blanks, comments and continued lines. */
static void skip(struct reader *r)
{
	for (; *r->at; r->at++) {
		if (*r->at == '\n')
			r->src.line++;
		if (r->at[0] == '/' && r->at[1] == '*') {
			const char *end = strstr(r->at + 2, "*/");
			for (; end && r->at < end; r->at++)
				r->src.line += *r->at == '\n';
			r->at += end ? 1 : (int)strlen(r->at) - 1;
		} else if (!isspace((unsigned char)*r->at) && *r->at != '\\') {
			return;
		}
	}
}

/* Text up to one of `stop`, quotes taken away, blanks at the ends too. */
static char *text_until(struct reader *r, const char *stop)
{
	struct buf b = {0};
	bool quoted = false;

	skip(r);
	buf_str(&b, "");
	for (; *r->at && (quoted || !strchr(stop, *r->at)); r->at++) {
		if (*r->at == '\n')
			r->src.line++;
		if (*r->at == '"')
			quoted = !quoted;
		else if (*r->at != '\\' && *r->at != '\n')
			buf_char(&b, *r->at);
	}
	while (b.len && isspace((unsigned char)b.data[b.len - 1]))
		b.data[--b.len] = 0;
	if (!b.data)
		return mem_str("");
	return b.data;
}

static char *word(struct reader *r)
{
	const char *from = r->at;

	while (isalnum((unsigned char)*r->at) || *r->at == '_')
		r->at++;
	return mem_strn(from, (size_t)(r->at - from));
}

static struct lib_node *read_node(struct reader *r, int depth);

static bool read_children(struct reader *r, struct lib_node *n, int depth)
{
	struct lib_node **tail = &n->child;

	r->at++; /* the brace */
	for (;;) {
		skip(r);
		if (*r->at == ';') {
			r->at++;
			continue;
		}
		if (*r->at == '}') {
			r->at++;
			return true;
		}
		*tail = read_node(r, depth + 1);
		if (!*tail)
			return false;
		tail = &(*tail)->next;
	}
}

static struct lib_node *read_node(struct reader *r, int depth)
{
	struct lib_node *n = mem_zero(1, sizeof *n);

	skip(r);
	n->name = word(r);
	skip(r);
	bool ok = depth < MAX_DEPTH && *n->name;
	if (ok && *r->at == ':') {
		r->at++;
		n->text = text_until(r, ";}\n");
	} else if (ok && *r->at == '(') {
		r->at++;
		n->text = text_until(r, ")");
		ok = *r->at == ')';
		r->at += ok;
		skip(r);
		if (ok && *r->at == '{')
			ok = read_children(r, n, depth);
		else if (!ok)
			fail(r, "no ')'");
	} else {
		ok = fail(r, depth < MAX_DEPTH ? "neither group nor attribute"
		                               : "nested too deeply");
	}
	if (!n->text)
		n->text = mem_str("");
	if (ok)
		return n;
	libtree_free(n);
	return NULL;
}

struct lib_node *libtree_read(const char *path, struct err *err)
{
	size_t size;
	char *text = file_read(path, MAX_FILE_BYTES, &size, err);

	if (!text)
		return NULL;
	struct reader r = {.src = {path, 1}, .at = text, .err = err};
	struct lib_node *n = read_node(&r, 0);
	free(text);
	return n;
}

void libtree_free(struct lib_node *n)
{
	while (n) {
		struct lib_node *next = n->next;
		libtree_free(n->child);
		free(n->name);
		free(n->text);
		free(n);
		n = next;
	}
}

const struct lib_node *libtree_next(const struct lib_node *group,
                                    const struct lib_node *after,
                                    const char *name)
{
	const struct lib_node *n = after ? after->next : group->child;

	while (n && strcmp(n->name, name) != 0)
		n = n->next;
	return n;
}

const char *libtree_text(const struct lib_node *group, const char *name)
{
	const struct lib_node *n = libtree_next(group, NULL, name);

	return n ? n->text : "";
}
