// ---- one point

const QUEUES = ['load', 'execute', 'store'];
const CONTENT = {w: ['weights', 1], o: ['operands', 0], r: ['results', 2]};

function facts(i) {
	const list = NAMES.map(name => [name, shown(name, value(i, name))]);
	list.push(['cycles go to', boundText(i)]);
	return node('dl', {class: 'facts'}, ...list.map(([k, v]) =>
		node('div', {}, node('dt', {}, k), node('dd', {}, v))));
}

// With the one selected before, if that is of the same network.
function comparison(i) {
	const b = state.before;
	if (b < 0 || b === i || !P.ok[i] || !P.ok[b] || P.net[b] !== P.net[i]) return [];
	return [node('p', {class: 'hint'}, 'What changes from the point selected before, and why:'),
		node('pre', {tabindex: 0}, 'joulet compare ' + P.number[b] + ' ' + P.number[i] +
			' \\\n    --store ' + quoted(D.store) + ' --sweep ' + quoted(D.name) + techOption(i))];
}

function reproduce(i) {
	const file = 'point' + P.number[i];
	const by = setting(i, 'backend') || D.backend;
	const backend = by && by !== 'fast' ? ' \\\n    --backend ' + by : '';
	return [node('h3', {}, 'To reproduce it'),
		node('p', {class: 'hint'}, 'The result, with a timeline for Perfetto:'),
		node('pre', {tabindex: 0}, 'joulet run' + options(i) + techOption(i) + backend +
			' \\\n    --trace ' + file + '.trace.json'),
		node('p', {class: 'hint'}, 'What bounds each layer, and what neighbouring designs take:'),
		node('pre', {tabindex: 0}, 'joulet explain' + options(i)),
		...comparison(i),
		node('details', {}, node('summary', {}, 'The resolved design, as a file for joulet run'),
			node('pre', {tabindex: 0}, '# ' + file + ' of ' + D.name + '\n' + designYaml(i)))];
}

// A tensor's name tells most at its end, and often has several parts.
function ending(name) {
	return name.split(';')[0].split('/').slice(-2).join('/');
}

function layerName(d, k) {
	return k + ' ' + ending(d.layers[k].name);
}

function layerBars(to, d) {
	const half = {clientWidth: to.clientWidth < 960 ? to.clientWidth : to.clientWidth / 2 - 12};
	const some = d.layers.map((l, k) => k).filter(k => d.layers[k].cycles > 0);
	const used = key => d.layers[0][key].map((v, c) => d.layers.some(l => l[key][c] > 0));
	const rows = key => some.map(k => ({name: layerName(d, k), parts: d.layers[k][key]}));
	const left = Math.min(190, 14 + Math.max(...some.map(k => inked(layerName(d, k)))));
	return node('div', {class: 'pair'},
		node('div', {}, node('h3', {}, 'Cycles of each layer, by cause'),
			legend(D.causes, used('spent')),
			stackedBars(half, rows('spent'), D.causes, 'cycles of each layer by cause',
				v => WHOLE.format(v), left)),
		node('div', {}, node('h3', {}, 'Energy of each layer, by unit'),
			legend(D.shares, used('shareUnits')),
			stackedBars(half, rows('shareUnits'), D.shares, 'energy of each layer by unit',
				energyText, left)));
}

function layerTable(d) {
	const heads = ['layer', 'operator', 'unit', 'cycles', 'MACs', 'bytes moved', 'bound', 'better with'];
	return node('details', {}, node('summary', {}, 'The layers as a table'),
		node('div', {class: 'scroll'}, node('table', {},
			node('thead', {}, node('tr', {}, ...heads.map((h, i) =>
				node('th', {scope: 'col', class: i >= 3 && i <= 5 ? 'num' : ''}, h)))),
			node('tbody', {}, ...d.layers.map((l, k) => node('tr', {},
				node('th', {scope: 'row'}, layerName(d, k)), node('td', {}, l.op), node('td', {}, l.unit),
				node('td', {class: 'num'}, WHOLE.format(l.cycles)),
				node('td', {class: 'num'}, WHOLE.format(l.macs)),
				node('td', {class: 'num'}, WHOLE.format(l.bytes)),
				node('td', {}, l.cycles ? D.causes[l.spent.indexOf(Math.max(...l.spent))] : '-'),
				node('td', {}, l.better ? l.better.key + '=' + l.better.value + ' saves ' +
					WHOLE.format(l.better.saves) : '-')))))));
}

// ---- roofline

function drawRoofline(to, i, d) {
	const width = widthOf(to), height = 380;
	const box = {l: 62, t: 24, r: width - 16, b: height - 46};
	const cells = Number(setting(i, 'array.rows')) * Number(setting(i, 'array.cols'));
	const port = 2 * Number(setting(i, 'dma.bytes_per_cycle'));
	const spots = d.layers.map((l, k) => ({x: l.macs / l.bytes, y: l.macs / l.cycles, k}))
		.filter(s => s.x > 0 && s.y > 0 && Number.isFinite(s.x) && Number.isFinite(s.y));
	const others = ofNet(state.net).filter(k => P.macs[k] > 0 && P.bytes[k] > 0);
	const ox = k => P.macs[k] / P.bytes[k], oy = k => P.macs[k] / value(k, 'cycles');
	const xs = [...spots.map(s => s.x), ...others.map(ox), cells / port];
	const ys = [...spots.map(s => s.y), ...others.map(oy), cells];
	const x = scale(xs, true, box.l, box.r), y = scale(ys, true, box.b, box.t);
	const svg = picture(width, height, 'roofline: ' + spots.length + ' layers of point ' +
		P.number[i] + ' under a roof of ' + cells + ' multiply-accumulates a cycle');
	frame(svg, box, x, y, 'multiply-accumulates per byte moved', 'multiply-accumulates per cycle');
	const clip = shape('clipPath', {id: 'roof-box'}, shape('rect',
		{x: box.l, y: box.t, width: box.r - box.l, height: box.b - box.t}));
	const ridge = cells / port, low = Math.min(...xs) / 10, high = Math.max(...xs) * 10;
	svg.append(clip,
		shape('path', {class: 'dots out', 'stroke-width': 5,
			d: others.map(k => 'M' + x(ox(k)).toFixed(1) + ' ' + y(oy(k)).toFixed(1) + 'h0').join('')}),
		shape('path', {class: 'roof', 'clip-path': 'url(#roof-box)',
			d: 'M' + x(low) + ' ' + y(low * port) + 'L' + x(ridge) + ' ' + y(cells) + 'L' + x(high) + ' ' + y(cells)}));
	for (const s of spots)
		svg.append(shape('circle', {class: 'best', cx: x(s.x), cy: y(s.y), r: 5},
			shape('title', {}, layerName(d, s.k) + ': ' + digits(s.y) + ' MACs a cycle, ' +
				digits(s.x) + ' a byte')));
	placeLabels(svg, spots.map(s => [x(s.x), y(s.y), String(s.k)]), box);
	svg.append(shape('circle', {class: 'ring', cx: x(ox(i)), cy: y(oy(i)), r: 8},
		shape('title', {}, 'the whole network')));
	return [node('h3', {}, 'Roofline'), svg, node('p', {class: 'hint'},
		'Numbered dots are layers, the ring is the whole network, faint dots are the other designs. ' +
		'The roof of this design: ' + cells + ' cells, and ' + port +
		' bytes a cycle over both memory ports.')];
}

// Numbers beside dots, where no other is yet.
function placeLabels(svg, list, box) {
	const taken = list.map(([x, y]) => [x - 5, y - 5, x + 5, y + 5]);
	for (const [x, y, s] of list) {
		const w = inked(s) + 1;
		const tries = [[x + 7, y + 4], [x - 7 - w, y + 4], [x - w / 2, y - 8], [x - w / 2, y + 17],
			[x + 6, y - 6], [x + 6, y + 14], [x - 6 - w, y - 6], [x - 6 - w, y + 14]];
		const free = tries.find(([a, b]) => a > box.l && a + w < box.r && b - 10 > box.t && b < box.b &&
			!taken.some(t => a < t[2] && t[0] < a + w && b - 10 < t[3] && t[1] < b));
		if (!free) continue;
		taken.push([free[0], free[1] - 10, free[0] + w, free[1]]);
		svg.append(text(free[0], free[1], s));
	}
}

// ---- over time: one scale for timeline, data memory and scratchpad

const LEFT = 76;

function timeScale(d, width) {
	return linear(0, d.cycles, LEFT, width - 16);
}

function timeAxis(svg, x, d, y, i) {
	const mhz = Number(setting(i, 'clock.mhz'));
	for (const v of x.ticks(8)) {
		if (v > d.cycles) continue;
		svg.append(shape('line', {class: 'frame', x1: x(v), x2: x(v), y1: y, y2: y + 4}));
		svg.append(text(x(v), y + 17, WHOLE.format(v), {'text-anchor': 'middle', class: 'soft'}));
	}
	svg.append(text(x(d.cycles), y + 33, 'cycles; all are ' +
		shown('latency_us', d.cycles / mhz), {'text-anchor': 'end', class: 'soft'}));
}

function drawTimeline(to, i, d) {
	const width = widthOf(to), step = 26, rows = ['layers', ...QUEUES];
	const svg = picture(width, rows.length * step + 44, 'timeline of point ' + P.number[i] +
		': layers and the three queues over ' + d.cycles + ' cycles');
	const x = timeScale(d, width);
	rows.forEach((name, r) => svg.append(text(LEFT - 8, r * step + 17, name, {'text-anchor': 'end'})));
	let at = 0;
	d.layers.forEach((l, k) => {
		const a = x(at), b = x(at + l.cycles);
		at += l.cycles;
		if (b - a < 0.3) return;
		svg.append(shape('rect', {class: k % 2 ? 'band' : 'even', x: a, y: 3,
			width: b - a, height: step - 7}, shape('title', {}, layerName(d, k) + ' (' + l.op + '): ' +
				WHOLE.format(l.cycles) + ' cycles')));
		const s = cut(layerName(d, k), b - a - 6);
		if (b - a > 16) svg.append(text(a + 4, 17, b - a > 40 ? s : cut(String(k), b - a - 4)));
	});
	for (const [q, layer, from, until, n] of d.commands)
		svg.append(shape('rect', {class: 'f' + [1, 0, 2][q], x: x(from), y: (q + 1) * step + 3,
			width: Math.max(0.4, x(until) - x(from)), height: step - 7},
		shape('title', {}, QUEUES[q] + ', layer ' + layerName(d, layer) + ': ' + n +
			(n > 1 ? ' commands, ' : ' command, ') + WHOLE.format(from) + ' to ' + WHOLE.format(until))));
	timeAxis(svg, x, d, rows.length * step, i);
	return [node('h3', {}, 'Timeline'), svg];
}

function drawTensors(to, i, d) {
	const width = widthOf(to), height = 240, box = {t: 8, b: height - 40};
	const end = Math.max(...d.tensors.map(t => t[1] + t[2])), begin = Math.min(...d.tensors.map(t => t[1]));
	const svg = picture(width, height, 'data memory of point ' + P.number[i] + ': ' +
		d.tensors.length + ' tensors over time');
	const x = timeScale(d, width), y = linear(begin, end, box.b, box.t);
	for (const v of linear(0, (end - begin) / 1024, 0, 1).ticks(5)) {
		const at = y(begin + v * 1024);
		svg.append(shape('line', {class: 'grid', x1: LEFT, x2: width - 16, y1: at, y2: at}));
		svg.append(text(LEFT - 8, at + 4, v + ' KiB', {'text-anchor': 'end', class: 'soft'}));
	}
	for (const [name, at, size, from, until] of d.tensors) {
		const w = x(until) - x(from), h = y(at) - y(at + size);
		svg.append(shape('rect', {class: 'tensor', x: x(from), y: y(at + size), width: w, height: Math.max(h, 0.5)},
			shape('title', {}, name + ': ' + bytes(size) + ' at ' + bytes(at) + ', cycles ' +
				WHOLE.format(from) + ' to ' + WHOLE.format(until))));
		if (h > 15 && w > 30)
			svg.append(text(x(from) + 4, y(at + size) + 13, cut(bytes(size) + ' ' + ending(name), w - 6)));
	}
	timeAxis(svg, x, d, box.b, i);
	return [node('h3', {}, 'Data memory: tensors over time'), svg, node('p', {class: 'hint'},
		'Above the first ' + bytes(begin) + ', which are the firmware\u2019s.')];
}

function drawScratchpad(to, i, d) {
	const width = widthOf(to), rows = d.scratchpad.length, high = 3, height = rows * high + 52;
	const svg = picture(width, height, 'scratchpad of point ' + P.number[i] + ': what it holds over time');
	const size = Number(setting(i, 'scratchpad.kib')) * 1024, x = timeScale(d, width), base = 8 + rows * high;
	const paths = {w: '', o: '', r: ''};
	let columns = 0;
	d.scratchpad.forEach((row, k) => {
		let at = 0;
		const runs = row.match(/[.wor]\d+/g);
		columns = runs.reduce((sum, run) => sum + Number(run.slice(1)), 0);
		for (const run of runs) {
			const n = Number(run.slice(1));
			const a = LEFT + at / columns * (width - 16 - LEFT);
			const w = n / columns * (width - 16 - LEFT);
			if (run[0] !== '.')
				paths[run[0]] += 'M' + a.toFixed(1) + ' ' + (base - (k + 1) * high) + 'h' +
					w.toFixed(1) + 'v' + high + 'h-' + w.toFixed(1) + 'z';
			at += n;
		}
	});
	for (const [key, [name, c]] of Object.entries(CONTENT))
		svg.append(shape('path', {class: 'f' + c, d: paths[key]}, shape('title', {}, name)));
	svg.append(shape('rect', {class: 'frame', x: LEFT, y: 8, width: width - 16 - LEFT, height: rows * high}));
	for (const f of [0, 0.5, 1])
		svg.append(text(LEFT - 8, base - f * rows * high + 4, digits(f * size / 1024) + ' KiB',
			{'text-anchor': 'end', class: 'soft'}));
	timeAxis(svg, x, d, base, i);
	const names = [];
	for (const [name, c] of Object.values(CONTENT)) names[c] = name;
	return [node('h3', {}, 'Scratchpad: what it holds over time'), legend(names), svg];
}

// ---- all of it

function missing(i) {
	const net = D.nets[P.net[i]];
	if (net.absent)
		return node('p', {}, 'No layers, timeline or memory here: when this page was made, the point could not be run again (' +
			net.absent + ').');
	return node('p', {}, 'Layers, timeline and memory are on this page for Pareto-optimal points. ' +
		'For this one the commands above print them.');
}

function drawDetail() {
	const i = state.point, to = document.getElementById('detail');
	const head = document.getElementById('point-h');
	if (i < 0) {
		head.textContent = 'Point';
		to.replaceChildren(node('p', {}, 'Select a point in the plane, the bars or the table.'));
		return;
	}
	head.textContent = 'Point ' + P.number[i] + ' of ' + D.nets[P.net[i]].name +
		(P.best[i] ? ', Pareto-optimal' : '') + (P.confirmed[i] ? ', confirmed on the Verilog' : '');
	const d = DETAIL.get(i);
	if (!P.ok[i]) {
		const why = P.errors.find(e => e.point === i);
		to.replaceChildren(node('p', {}, designText(i)),
			node('p', {class: 'bad'}, 'Failed: ' + (why ? why.why : '?')), ...reproduce(i));
		return;
	}
	to.replaceChildren(node('p', {}, designText(i)), facts(i), ...reproduce(i),
		...(d ? [layerBars(to, d), layerTable(d), ...drawRoofline(to, i, d), ...drawTimeline(to, i, d),
			...drawTensors(to, i, d), ...drawScratchpad(to, i, d)] : [missing(i)]));
}
