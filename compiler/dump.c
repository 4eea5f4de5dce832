/* dump: tilings and images as text. See emit.h; golden tests compare it. */
#include "compiler/emit.h"

#include <inttypes.h>
#include <string.h>
#include "isa/map.h"

/* ---- tiles ---- */

static void dump_buffer(FILE *f, const char *name, int bytes, int bank)
{
	if (bytes > 0)
		fprintf(f, " %s=%d@%d", name, bytes, bank);
}

static void dump_array(const struct tiler *t, const struct op *op, FILE *f)
{
	const struct tiling *g = &op->tiling;
	const struct window *w = &op->array.win;

	fprintf(f, "  %s", opcode_name(op->array.opcode));
	if (op->array.opcode == OP_ADD) {
		fprintf(f, " n=%" PRId64 " tile=%" PRId64, op->array.n, g->tn);
	} else {
		fprintf(f, " out=%dx%dx%d tile=%dx%dx%d", w->y1 - w->y0,
		        w->x1 - w->x0, w->oc, g->ty, g->tx, g->tc);
		if (g->kpiece)
			fprintf(f, " sum=%d%s", g->kpiece,
			        g->in_piece ? "+input" : "");
		fprintf(f, "%s%s%s%s%s%s",
		        g->chan_outer ? " channels-outer" : "",
		        g->out_whole ? " output-whole" : "",
		        g->keep ? " kept" : "", g->patches ? " patches" : "",
		        g->swap ? " chain=y" : "", g->reuse ? " strips" : "");
	}
	fprintf(f, " tiles=%d commands=%d\n   ", g->n_tiles, g->n_commands);
	dump_buffer(f, "in", g->in_bytes, g->in_bank);
	dump_buffer(f, "wgt", g->wgt_bytes, g->wgt_bank);
	dump_buffer(f, "par", g->par_bytes, g->par_bank);
	dump_buffer(f, "out", g->out_bytes, g->out_bank);
	fprintf(f,
	        "\n    execute=%" PRId64 " from=%" PRId64 " to=%" PRId64 "\n",
	        g->ex_cycles, g->begin, g->end);
	(void)t;
}

void tiles_dump(const struct tiler *t, FILE *f)
{
	const struct lowered *l = t->l;

	fprintf(f,
	        "tiles: %d banks of %u bytes, %u used at once; arena %u, "
	        "lower bound %u\n",
	        t->hw.banks, t->hw.bank_bytes, t->s->at.most_bytes,
	        l->arena_bytes, l->peak_bytes);
	for (int i = 0; i < l->g->n_nodes; i++) {
		const struct layer *y = &l->layer[i];
		fprintf(f, "layer %d %s %s '%s'\n", i, y->op, y->unit, y->name);
		for (int op = 0; op < l->n_ops; op++)
			if (l->op[op].layer == i &&
			    l->op[op].unit == UNIT_ARRAY)
				dump_array(t, &l->op[op], f);
	}
}

/* ---- image ---- */

static const char *const kernel_name[N_KERNELS] = {
#define KERNEL(name, params, doc) #name,
#include "isa/kernels.def"
};

static const void *at(const struct program *p, uint32_t addr)
{
	return p->image + (addr - MAP_FLASH);
}

static void dump_tensors(const struct program *p, const char *what,
                         uint32_t addr, uint32_t n, FILE *f)
{
	for (uint32_t i = 0; i < n; i++) {
		struct image_tensor x;
		memcpy(&x, at(p, addr + i * (uint32_t)sizeof(x)), sizeof(x));
		fprintf(f, "%s %u: 0x%08x, %u bytes\n", what, i, x.addr,
		        x.bytes);
	}
}

static void dump_job(const struct program *p, const struct image_step *s,
                     FILE *f)
{
	for (uint32_t i = 0; i < s->n; i++) {
		uint32_t words[COMMAND_WORDS];
		struct command c;
		char line[512];
		memcpy(words, at(p, s->arg + i * COMMAND_BYTES), sizeof(words));
		command_decode(words, &c);
		command_print(&c, line, sizeof(line));
		fprintf(f, "  %u %s\n", i, line);
	}
}

void image_dump(const struct program *p, FILE *f)
{
	struct image_header h;

	memcpy(&h, p->image, sizeof(h));
	fprintf(f, "image: version %u, %u bytes, %u layers, arena %u\n",
	        h.version, h.bytes, h.n_layers, h.arena_bytes);
	dump_tensors(p, "input", h.inputs, h.n_inputs, f);
	dump_tensors(p, "output", h.outputs, h.n_outputs, f);
	for (uint32_t i = 0; i < h.n_steps; i++) {
		struct image_step s;
		memcpy(&s, at(p, h.steps + i * (uint32_t)sizeof(s)), sizeof(s));
		if (s.kind == STEP_CPU) {
			fprintf(f, "step %u: layer %u, cpu %s at 0x%08x\n", i,
			        s.layer, kernel_name[s.n], s.arg);
			continue;
		}
		fprintf(f, "step %u: layer %u, %sjob of %u at 0x%08x\n", i,
		        s.layer,
		        s.kind == STEP_START  ? "start of "
		        : s.kind == STEP_WAIT ? "end of "
		                              : "",
		        s.n, s.arg);
		if (s.kind != STEP_WAIT)
			dump_job(p, &s, f);
	}
}
