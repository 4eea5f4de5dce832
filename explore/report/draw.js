// ---- pictures: SVG with as many units as pixels

const SVG = 'http://www.w3.org/2000/svg';

function shape(name, attributes, ...children) {
	const e = document.createElementNS(SVG, name);
	for (const [key, v] of Object.entries(attributes || {}))
		if (key.startsWith('on')) e.addEventListener(key.slice(2), v);
		else if (v !== null && v !== undefined) e.setAttribute(key, v);
	e.append(...children);
	return e;
}

function text(x, y, s, attributes) {
	return shape('text', {x, y, ...attributes}, s);
}

function picture(width, height, label, attributes) {
	return shape('svg', {
		viewBox: '0 0 ' + width + ' ' + height, width, height,
		role: 'img', 'aria-label': label, ...attributes,
	});
}

// Pixels of a text, nearly: for cutting and for margins.
const inked = s => 6.7 * s.length;

function cut(s, width) {
	const most = Math.max(1, Math.floor(width / 6.7));
	return s.length <= most ? s : s.slice(0, most - 1) + '\u2026';
}

// Widths that pictures are drawn for; paper is narrower than a screen.
let paper = false;
function widthOf(e) {
	return paper ? 660 : Math.max(280, Math.floor(e.clientWidth));
}

// ---- scales

function niceStep(span, most) {
	const raw = span / Math.max(1, most);
	const p = Math.pow(10, Math.floor(Math.log10(raw)));
	return [1, 2, 5, 10].map(k => k * p).find(s => s >= raw);
}

function linear(lo, hi, a, b) {
	if (lo === hi) { lo -= Math.abs(lo) / 10 || 1; hi += Math.abs(hi) / 10 || 1; }
	const f = v => a + (v - lo) / (hi - lo) * (b - a);
	f.ticks = most => {
		const step = niceStep(hi - lo, most), list = [];
		for (let v = Math.ceil(lo / step) * step; v <= hi * (1 + 1e-12); v += step)
			list.push(Number(v.toPrecision(12)));
		return list;
	};
	return f;
}

function logarithmic(lo, hi, a, b) {
	if (lo === hi) { lo /= 1.2; hi *= 1.2; }
	const l = Math.log(lo), h = Math.log(hi);
	const f = v => a + (Math.log(v) - l) / (h - l) * (b - a);
	f.ticks = most => {
		for (const steps of [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
			const list = [];
			for (let e = Math.floor(l / Math.LN10); e <= h / Math.LN10; e++)
				for (const s of steps) {
					const v = Number((s * Math.pow(10, e)).toPrecision(3));
					if (v >= lo && v <= hi) list.push(v);
				}
			if (list.length <= most && list.length > 1) return list;
			if (list.length <= 1)
				return linear(lo, hi, a, b).ticks(Math.min(most, 5));
		}
		return [lo, hi];
	};
	return f;
}

// A scale with a little room at both ends.
function scale(values, log, a, b) {
	let lo = Infinity, hi = -Infinity;
	for (const v of values) { if (v < lo) lo = v; if (v > hi) hi = v; }
	if (log && lo > 0) {
		const room = Math.pow(hi / lo, 0.04) || 1.05;
		return logarithmic(lo / room, hi * room, a, b);
	}
	const room = (hi - lo) * 0.04;
	return linear(lo - room, hi + room, a, b);
}

function tickText(v) {
	const a = Math.abs(v);
	if (a >= 1e6) return Number((v / 1e6).toPrecision(3)) + ' M';
	if (a >= 1e4) return Number((v / 1e3).toPrecision(3)) + ' k';
	return String(Number(v.toPrecision(4)));
}

// Frame, grid, ticks, names of both axes; box: {l, t, r, b}.
function frame(svg, box, sx, sy, nameX, nameY) {
	for (const v of sx.ticks(Math.max(2, Math.floor((box.r - box.l) / 80)))) {
		const x = sx(v);
		svg.append(shape('line', {class: 'grid', x1: x, x2: x, y1: box.t, y2: box.b}));
		svg.append(text(x, box.b + 16, tickText(v), {'text-anchor': 'middle', class: 'soft'}));
	}
	for (const v of sy.ticks(Math.max(2, Math.floor((box.b - box.t) / 45)))) {
		const y = sy(v);
		svg.append(shape('line', {class: 'grid', x1: box.l, x2: box.r, y1: y, y2: y}));
		svg.append(text(box.l - 6, y + 4, tickText(v), {'text-anchor': 'end', class: 'soft'}));
	}
	svg.append(shape('rect', {class: 'frame', x: box.l, y: box.t,
		width: box.r - box.l, height: box.b - box.t}));
	svg.append(text((box.l + box.r) / 2, box.b + 36, nameX, {'text-anchor': 'middle'}));
	svg.append(text(box.l, box.t - 8, nameY));
}

function legend(names, all) {
	return node('ul', {class: 'legend'}, ...names.map((name, i) => {
		if (all && !all[i]) return null;
		const key = shape('svg', {width: 12, height: 12, 'aria-hidden': 'true'},
			shape('rect', {class: 'f' + i, width: 12, height: 12}));
		return node('li', {}, key, name);
	}));
}

// Bars that begin at 0, each of several parts. rows: {name, tail, parts, title,
// pick, selected}; show(v) is a part's text. left: room for names.
function stackedBars(to, rows, names, label, show, left) {
	const width = widthOf(to), step = 22, right = 78;
	const sums = rows.map(r => r.parts.reduce((a, b) => a + b, 0));
	const most = Math.max(...sums, 1e-9);
	const svg = picture(width, rows.length * step + 4, label);
	rows.forEach((r, i) => {
		const y = 2 + i * step;
		const g = shape('g', {class: 'bar' + (r.selected ? ' selected' : ''),
			...(r.pick ? {tabindex: 0, role: 'button',
				'aria-label': r.title || r.name,
				onclick: r.pick,
				onkeydown: e => {
					if (e.key === 'Enter' || e.key === ' ') {
						e.preventDefault();
						r.pick();
					}
				}} : {})});
		g.append(shape('rect', {class: 'hit', x: 1, y, width: width - 2, height: step}));
		g.append(text(4, y + 15, cut(r.name, left - 8)));
		let x = left;
		r.parts.forEach((v, k) => {
			const w = v / most * (width - left - right);
			if (w > 0.2)
				g.append(shape('rect', {class: 'f' + k, x, y: y + 4,
					width: Math.max(0.3, w - (w > 3 ? 1 : 0)), height: step - 8},
				shape('title', {}, r.name + ': ' + names[k] + ' ' + show(v) +
					' (' + percent(v, sums[i]) + ')')));
			x += w;
		});
		g.append(text(x + 6, y + 15, r.tail || show(sums[i]), {class: 'soft'}));
		svg.append(g);
	});
	return svg;
}
