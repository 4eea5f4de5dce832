/* netlist: cells and nets of a design, out of yosys' BLIF.
 *
 * Hierarchical in the file (write_blif -conn -impltf -cname), flat here: nets
 * that are connected through ports are one. Every cell knows the module class
 * (a module's name, without parameters) that it stands in.
 */
#ifndef CALIB_NETLIST_H
#define CALIB_NETLIST_H

#include <stdint.h>
#include "calib/cells.h"

enum { NETLIST_CLASSES = 64, NET_NONE = 0, NET_LOW, NET_HIGH, NET_FIRST };

struct netlist_cell {
	const struct cell *cell; /* borrowed */
	int cls;
	uint32_t pin; /* first of cell->n_pins entries of netlist.net */
};

/* A memory (yosys' $mem_v2): read without a clock, written with one, bit by
 * bit. */
struct netlist_ram {
	char *path; /* of instances, "pad.bank[0].even." */
	uint32_t *raddr, *rdata, *waddr, *wdata, *wen;
	int addr_bits, data_bits;
};

struct netlist_port {
	const char *name; /* "sram_addr_o[3]"; the netlist's */
	uint32_t net;
};

struct netlist {
	char cls[NETLIST_CLASSES][CELL_NAME];
	int n_classes;
	struct netlist_cell *cell;
	uint32_t n_cells, cap_cells;
	uint32_t *net; /* of pins; NET_NONE: not connected */
	uint32_t n_pins, cap_pins;
	uint32_t n_nets; /* NET_FIRST and up are of the design */
	struct netlist_ram *ram;
	int n_rams;
	struct netlist_port *port; /* of the top */
	int n_ports;

	uint32_t *same; /* while it is read: nets that are one */
	struct models *models;
};

/* The module `top` (a class) of a file, and all below. ERR_NOINPUT; ERR_DATA
 * with the line. netlist_free in any case. */
bool netlist_read(struct netlist *n, const char *path, const char *top,
                  const struct cells *cells, struct err *err);
void netlist_free(struct netlist *n);

/* NET_NONE: there is no such port. */
uint32_t netlist_port(const struct netlist *n, const char *name);

#endif
