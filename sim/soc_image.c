/* soc_image: the program image as the simulator sees it. */
#include <stdio.h>
#include <string.h>
#include "isa/map.h"
#include "sim/soc_priv.h"

/* A table of `n` entries at a flash address, inside the image; NULL if not. */
static const void *table(const struct mem *mem, const struct image_header *h,
                         uint32_t addr, uint32_t n, size_t size)
{
	uint32_t at = addr - MAP_FLASH;

	if (n == 0)
		return mem->bytes[MEM_FLASH];
	if (at % 4 || at > h->bytes || n > (h->bytes - at) / size)
		return NULL;
	return mem->bytes[MEM_FLASH] + at;
}

static bool check_header(const struct image_header *h, const struct design *d,
                         const struct mem *mem, size_t bytes, struct err *err)
{
	uint64_t hash = design_hash(d);

	if (h->magic != IMAGE_MAGIC)
		return err_set(err, ERR_DATA, "image: not a program image");
	if (h->version != IMAGE_VERSION)
		return err_set(err, ERR_DATA, "image: version %u, not %d",
		               h->version, IMAGE_VERSION);
	if (h->bytes > bytes)
		return err_set(err, ERR_DATA, "image: %u bytes of %zu",
		               h->bytes, bytes);
	if (h->design_lo != (uint32_t)hash ||
	    h->design_hi != (uint32_t)(hash >> 32))
		return err_set(err, ERR_DATA,
		               "image: compiled for another design than %s",
		               d->name);
	if (h->n_layers == 0)
		return err_set(err, ERR_DATA, "image: no layers");
	if (h->arena_bytes > mem->size[MEM_SRAM] - FW_SRAM_BYTES)
		return err_set(err, ERR_DATA,
		               "image: arena of %u bytes; sram.kib = %d leaves "
		               "%u",
		               h->arena_bytes, d->sram_kib,
		               mem->size[MEM_SRAM] - FW_SRAM_BYTES);
	return true;
}

static bool check_steps(const struct soc_image *im, struct err *err)
{
	const struct image_header *h = &im->header;

	for (uint32_t i = 0; i < h->n_steps; i++)
		if (im->step[i].layer >= h->n_layers)
			return err_set(err, ERR_DATA,
			               "image: step %u is of layer %u of %u", i,
			               im->step[i].layer, h->n_layers);
	return true;
}

static bool check_tensors(const struct soc_image *im, const char *what,
                          const struct image_tensor *t, uint32_t n,
                          struct err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = t[i].addr - MAP_SRAM - FW_SRAM_BYTES;

		if (at > im->header.arena_bytes ||
		    t[i].bytes > im->header.arena_bytes - at)
			return err_set(err, ERR_DATA,
			               "image: %s %u, %u bytes at 0x%08x, is "
			               "not in the arena",
			               what, i, t[i].bytes, t[i].addr);
	}
	return true;
}

bool soc_image_open(struct soc_image *im, const struct design *d,
                    const struct mem *mem, size_t image_bytes, struct err *err)
{
	struct image_header *h = &im->header;

	if (image_bytes < sizeof *h)
		return err_set(err, ERR_DATA, "image: cut off");
	memcpy(h, mem->bytes[MEM_FLASH], sizeof *h);
	if (!check_header(h, d, mem, image_bytes, err))
		return false;
	im->step = table(mem, h, h->steps, h->n_steps, sizeof *im->step);
	im->in = table(mem, h, h->inputs, h->n_inputs, sizeof *im->in);
	im->out = table(mem, h, h->outputs, h->n_outputs, sizeof *im->out);
	if (!im->step || !im->in || !im->out)
		return err_set(err, ERR_DATA,
		               "image: a table lies outside of it");
	return check_steps(im, err) &&
	       check_tensors(im, "input", im->in, h->n_inputs, err) &&
	       check_tensors(im, "output", im->out, h->n_outputs, err);
}

size_t soc_image_bytes(const struct image_tensor *t, uint32_t n)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < n; i++)
		bytes += t[i].bytes;
	return bytes;
}

void soc_image_put(const struct soc *s, const void *in)
{
	const uint8_t *from = in;

	for (uint32_t i = 0; i < s->image.header.n_inputs; i++) {
		const struct image_tensor *t = &s->image.in[i];

		memcpy(s->mem.bytes[MEM_SRAM] + (t->addr - MAP_SRAM), from,
		       t->bytes);
		from += t->bytes;
	}
}

void soc_image_get(const struct soc *s, void *out)
{
	uint8_t *to = out;

	for (uint32_t i = 0; i < s->image.header.n_outputs; i++) {
		const struct image_tensor *t = &s->image.out[i];

		memcpy(to, s->mem.bytes[MEM_SRAM] + (t->addr - MAP_SRAM),
		       t->bytes);
		to += t->bytes;
	}
}
