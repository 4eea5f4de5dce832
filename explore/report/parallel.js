// ---- parallel coordinates: a line is a point, across all axes and objectives

const brush = new Map(); // name: [low, high], as columnValue has them
let shownColumns = []; // {name, x, y, values, low, high}

const PARALLEL = [...VARIED.map(a => D.axes[a].key), ...D.goals.map(g => g.name),
	...['latency_us', 'energy_uj', 'accuracy', 'peak_bytes'].filter(n => MEASURED.includes(n))]
	.filter((name, i, all) => all.indexOf(name) === i);

// Of an axis the place of the value, of a metric the number; null: none.
function columnValue(i, name) {
	return name in AXIS ? P.values[AXIS[name]][i] : value(i, name);
}

function columnText(name, v) {
	return name in AXIS ? D.axes[AXIS[name]].values[Math.round(v)] : shown(name, v);
}

function brushed(i) {
	for (const [name, [low, high]] of brush) {
		const v = columnValue(i, name);
		if (v === null || v < low || v > high) return false;
	}
	return true;
}

// Values that are there, ascending: steps of the keyboard.
function columnOf(name, x, box, list) {
	const values = [...new Set(list.map(i => columnValue(i, name)))].sort((a, b) => a - b);
	const y = name in AXIS
		? linear(0, D.axes[AXIS[name]].values.length - 1, box.b - 6, box.t + 6)
		: scale(values, logFor(name) && values[0] > 0, box.b, box.t);
	return {name, x, y, values, low: values[0], high: values[values.length - 1]};
}

function columnTicks(c, height) {
	if (!(c.name in AXIS))
		return c.y.ticks(Math.max(2, Math.floor(height / 50))).map(v => [v, tickText(v)]);
	const names = D.axes[AXIS[c.name]].values;
	const every = Math.ceil(names.length / Math.max(2, Math.floor(height / 18)));
	return names.map((s, k) => [k, s]).filter(t => t[0] % every === 0);
}

function linePath(i) {
	return shownColumns.map((c, k) => (k ? 'L' : 'M') + c.x.toFixed(1) + ' ' +
		c.y(columnValue(i, c.name)).toFixed(1)).join('');
}

function drawLines() {
	const part = {out: [], plain: [], best: []};
	for (const i of shownLines())
		part[!brushed(i) || !state.within(i) ? 'out' : P.best[i] ? 'best' : 'plain'].push(i);
	for (const name of ['out', 'plain', 'best']) {
		const path = document.getElementById('lines-' + name);
		path.setAttribute('d', part[name].map(linePath).join(''));
		path.setAttribute('stroke-opacity', name === 'best' ? 1
			: Math.max(0.15, Math.min(0.9, 60 / part[name].length)));
		path.dataset.points = part[name].length;
	}
	const mine = state.point >= 0 && shownLines().includes(state.point);
	document.getElementById('lines-selected').setAttribute('d', mine ? linePath(state.point) : '');
}

// Points with a value in every column.
function shownLines() {
	return ofNet(state.net).filter(i => PARALLEL.every(name => columnValue(i, name) !== null));
}

function drawColumn(svg, c, box, width) {
	const g = shape('g', {class: 'column', tabindex: 0, role: 'slider', 'data-column': c.name,
		'aria-orientation': 'vertical', 'aria-label': labelled(c.name),
		'aria-valuemin': c.low, 'aria-valuemax': c.high});
	g.append(shape('rect', {class: 'hit', x: c.x - 16, y: box.t - 8, width: 32,
		height: box.b - box.t + 16}));
	g.append(shape('line', {class: 'frame', x1: c.x, x2: c.x, y1: box.t, y2: box.b}));
	g.append(shape('rect', {class: 'brush', x: c.x - 6, width: 12, y: box.t, height: 0}));
	for (const [v, s] of columnTicks(c, box.b - box.t))
		g.append(text(c.x - 9, c.y(v) + 4, cut(s, width * 0.55), {'text-anchor': 'end', class: 'soft'}));
	// Names of neighbours stand in two rows, so that they have room.
	const down = shownColumns.indexOf(c) % 2;
	const name = c.name in AXIS ? D.axes[AXIS[c.name]].label : c.name;
	g.append(text(c.x, down ? 32 : 14, cut(name, 2 * width - 12), {'text-anchor': 'middle', class: 'title'}));
	listenColumn(g, c, box);
	svg.append(g);
	c.mark = g.querySelector('.brush');
	c.group = g;
	showBrush(c);
}

function showBrush(c) {
	const [low, high] = brush.get(c.name) || [c.low, c.high];
	const on = brush.has(c.name);
	c.mark.setAttribute('visibility', on ? 'visible' : 'hidden');
	c.mark.setAttribute('y', c.y(high) - 4);
	c.mark.setAttribute('height', Math.max(8, c.y(low) - c.y(high) + 8));
	c.group.setAttribute('aria-valuenow', high);
	c.group.setAttribute('aria-valuetext', columnText(c.name, low) + ' to ' + columnText(c.name, high));
}

// A range, or null for all of it; then what depends on it.
function setBrush(c, range) {
	if (range) brush.set(c.name, range);
	else brush.delete(c.name);
	showBrush(c);
	drawLines();
	state.page = 0;
	drawTable();
	const n = shownLines().filter(brushed).length;
	document.getElementById('parallel-says').textContent = (brush.size === 0 ? '' :
		[...brush].map(([name, [low, high]]) => name + ' ' + columnText(name, low) + ' to ' +
			columnText(name, high)).join(', ') + ': ') + WHOLE.format(n) + ' points';
}

// The values that are between two places of the mouse; null: none.
function between(c, y0, y1) {
	const inside = c.values.filter(v => c.y(v) >= Math.min(y0, y1) - 3 && c.y(v) <= Math.max(y0, y1) + 3);
	return inside.length ? [inside[0], inside[inside.length - 1]] : null;
}

function listenColumn(g, c, box) {
	let from = null;
	const at = e => {
		const r = g.ownerSVGElement.getBoundingClientRect();
		return Math.min(box.b, Math.max(box.t, (e.clientY - r.top) * box.height / r.height));
	};
	g.addEventListener('pointerdown', e => {
		from = at(e);
		g.setPointerCapture(e.pointerId);
	});
	g.addEventListener('pointermove', e => {
		if (from !== null && Math.abs(at(e) - from) > 4) setBrush(c, between(c, from, at(e)));
	});
	g.addEventListener('pointerup', e => {
		if (from !== null && Math.abs(at(e) - from) <= 4) setBrush(c, null);
		from = null;
	});
	g.addEventListener('click', e => e.stopPropagation());
	g.addEventListener('keydown', e => keyOnColumn(e, c));
}

// Arrows move the upper end by a value that is there, with Shift the lower one.
function keyOnColumn(e, c) {
	const by = {ArrowUp: 1, ArrowDown: -1}[e.key];
	if (e.key === 'Escape') setBrush(c, null);
	if (by) {
		const now = (brush.get(c.name) || [c.low, c.high]).map(v => c.values.indexOf(v));
		const end = e.shiftKey ? 0 : 1;
		now[end] = Math.min(c.values.length - 1, Math.max(0, now[end] + by));
		if (now[0] <= now[1]) setBrush(c, now.map(k => c.values[k]));
	}
	if (by || e.key === 'Escape') e.preventDefault();
}

// The line nearest to a click, if it is near.
function nearestLine(x, y) {
	let k = 0;
	while (k < shownColumns.length - 2 && shownColumns[k + 1].x < x) k++;
	const a = shownColumns[k], b = shownColumns[k + 1];
	const t = (x - a.x) / (b.x - a.x);
	let best = -1, least = 14;
	for (const i of shownLines()) {
		if (!brushed(i)) continue;
		const d = Math.abs((1 - t) * a.y(columnValue(i, a.name)) + t * b.y(columnValue(i, b.name)) - y);
		if (d < least) { least = d; best = i; }
	}
	return best;
}

function drawParallel() {
	const to = document.getElementById('lines');
	const list = shownLines();
	if (PARALLEL.length < 2 || list.length === 0) {
		fill('lines', node('p', {}, 'No point of this network is done.'));
		shownColumns = [];
		return;
	}
	const width = widthOf(to), height = paper ? 300 : 340;
	const box = {l: 64, r: width - 56, t: 50, b: height - 12, height};
	const step = (box.r - box.l) / (PARALLEL.length - 1);
	const svg = picture(width, height, 'Parallel coordinates of ' + list.length + ' points of ' +
		netName(state.net) + '. Each column is a range to choose: arrow up and down move its upper end, ' +
		'with Shift its lower end, Escape lets go.', {id: 'parallel-svg', role: 'group'});
	shownColumns = PARALLEL.map((name, k) => columnOf(name, box.l + k * step, box, list));
	svg.append(shape('path', {id: 'lines-out', class: 'lines out'}),
		shape('path', {id: 'lines-plain', class: 'lines'}),
		shape('path', {id: 'lines-best', class: 'lines best-line'}),
		shape('path', {id: 'lines-selected', class: 'lines selected-line'}));
	fill('lines', svg);
	for (const c of shownColumns) drawColumn(svg, c, box, step);
	svg.addEventListener('click', e => {
		const r = svg.getBoundingClientRect();
		const i = nearestLine((e.clientX - r.left) * width / r.width, (e.clientY - r.top) * height / r.height);
		if (i >= 0) select(i);
	});
	drawLines();
}
