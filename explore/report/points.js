// ---- what is chosen now

const state = {
	net: 0, // -1: all of them, where they are alternatives
	x: 'latency_us', y: 'energy_uj', log: true,
	point: -1, // selected, as index
	within: conditions('', false), // the limits
	before: -1, // selected before that
	sort: 'point', up: true, filter: conditions('', true), page: 0,
};

const worse = name => D.goals.some(g => g.name === name && g.maximize) ||
	name === 'utilization' || name === 'accuracy' ? -1 : 1;

// Networks whose points are compared with each other.
const CONTESTS = D.alternatives ? [-1] : D.nets.map((n, i) => i);

const netName = net => net < 0 ? 'all networks' : D.nets[net].name;

// The network of pictures that are of one only.
const oneNet = () => state.net >= 0 ? state.net : state.point >= 0 ? P.net[state.point] : 0;

function ofNet(net) {
	const list = [];
	for (let i = 0; i < N; i++)
		if ((net < 0 || P.net[i] === net) && P.ok[i]) list.push(i);
	return list;
}

// ---- answer

const HAS_ACCURACY = MEASURED.includes('accuracy');

// Of equal ones the one that is better by the other objectives, in their order.
function bestOf(net, goal) {
	const goals = [goal, ...D.goals.filter(g => g !== goal)];
	const better = (a, b) => {
		for (const g of goals) {
			const d = value(a, g.name) - value(b, g.name);
			if (d !== 0) return g.maximize ? d > 0 : d < 0;
		}
		return false;
	};
	let best = -1;
	for (const i of ofNet(net))
		if (state.within(i) && (best < 0 || better(i, best))) best = i;
	return best;
}

function spentOf(i) {
	const d = DETAIL.get(i);
	return d ? d.spent : P.spent.map(column => column[i]);
}

function boundText(i) {
	const spent = spentOf(i), cycles = value(i, 'cycles');
	const order = spent.map((v, c) => c).sort((a, b) => spent[b] - spent[a]);
	return order.slice(0, 2).map(c => D.causes[c] + ' ' + percent(spent[c], cycles))
		.join(', ');
}

function betterText(i) {
	const d = DETAIL.get(i);
	if (!d || !d.tried) return 'joulet explain says (below)';
	if (!d.better) return 'no neighbour is faster';
	return d.better.key + '=' + d.better.value + ': ' +
		percent(-d.better.saves, d.cycles).replace('-', '\u2212');
}

function pointButton(i, label) {
	return node('button', {type: 'button', class: 'link', onclick: () => select(i, true),
		'aria-label': 'show point ' + P.number[i]}, label || String(P.number[i]));
}

function answerRow(net, goal, first) {
	const i = bestOf(net, goal);
	const name = net < 0 ? (i < 0 ? '' : D.nets[P.net[i]].name) : first ? D.nets[net].name : '';
	const head = node('th', {scope: 'row'}, name);
	const what = (goal.maximize ? 'most ' : 'least ') + goal.name;
	if (i < 0) {
		const near = nearestTo(ofNet(net), state.within);
		const says = near < 0 ? 'no design is done' : 'no design is within the limits; the nearest misses ' +
			state.within.broken(near).join(', ');
		return [node('tr', {class: 'first'}, head, node('td', {colspan: HAS_ACCURACY ? 9 : 8}, says)),
			...(near < 0 ? [] : [answerCells(near, false, node('th', {scope: 'row'}), 'nearest')])];
	}
	return [answerCells(i, first, head, what)];
}

function answerCells(i, first, head, what) {
	return node('tr', {class: (first ? 'first' : '') + (i === state.point ? ' selected' : '')},
		head, node('td', {}, what), node('td', {class: 'num'}, pointButton(i)),
		node('td', {class: 'num'}, shown('latency_us', value(i, 'latency_us'))),
		node('td', {class: 'num'}, shown('energy_uj', value(i, 'energy_uj'))),
		node('td', {class: 'num'}, shown('peak_bytes', value(i, 'peak_bytes'))),
		...(HAS_ACCURACY ? [node('td', {class: 'num'}, shown('accuracy', value(i, 'accuracy')))] : []),
		node('td', {class: 'wrap'}, designShort(i)),
		node('td', {class: 'wrap narrow'}, boundText(i)),
		node('td', {class: 'wrap narrow'}, betterText(i)));
}

function drawAnswer() {
	const heads = ['network', 'best by', 'point', 'latency', 'energy', 'peak SRAM',
		...(HAS_ACCURACY ? ['accuracy'] : []), 'design', 'cycles go to', 'next faster'];
	const body = node('tbody');
	for (const k of CONTESTS)
		// Where there is none, one row says so.
		(bestOf(k, D.goals[0]) < 0 ? D.goals.slice(0, 1) : D.goals).forEach((g, j) =>
			body.append(...answerRow(k, g, j === 0)));
	fill('answer-table', node('table', {}, node('thead', {}, node('tr', {},
		...heads.map((h, i) => node('th', {scope: 'col',
			class: i >= 2 && i <= (HAS_ACCURACY ? 6 : 5) ? 'num' : ''}, h)))), body));
}

// ---- plane

// A share that is near 1 mostly is nothing for a logarithm.
const logFor = name => state.log && name !== 'accuracy';

let shownPoints = null; // what the plane has: {list, px, py, svg, mark}

// The step line: no other point of the list is better in both.
function planeFront(list, x, y) {
	const wx = worse(state.x), wy = worse(state.y);
	const order = list.filter(state.within).sort((a, b) =>
		wx * (value(a, state.x) - value(b, state.x)) ||
		wy * (value(a, state.y) - value(b, state.y)));
	let best = Infinity, path = '';
	for (const i of order) {
		const v = wy * value(i, state.y);
		if (v >= best) continue;
		best = v;
		const px = x(value(i, state.x)).toFixed(1), py = y(value(i, state.y)).toFixed(1);
		path += path ? 'H' + px + 'V' + py : 'M' + px + ' ' + py;
	}
	return path;
}

function dotsPath(list, px, py) {
	let path = '';
	list.forEach(k => { path += 'M' + px[k].toFixed(1) + ' ' + py[k].toFixed(1) + 'h0'; });
	return path;
}

function drawDots(svg, list, px, py) {
	const plain = [], out = [], best = [];
	list.forEach((i, k) => (P.best[i] ? best : state.within(i) ? plain : out).push(k));
	const size = list.length > 3000 ? 4 : 6;
	svg.append(shape('path', {class: 'dots out', 'stroke-width': size, d: dotsPath(out, px, py),
		'data-points': out.length}));
	svg.append(shape('path', {class: 'dots', 'stroke-width': size, d: dotsPath(plain, px, py),
		'data-points': plain.length}));
	return best;
}

function drawMarks(svg, list, best, px, py) {
	for (const k of best)
		svg.append(shape('circle', {class: 'best' + (state.within(list[k]) ? '' : ' out'),
			cx: px[k].toFixed(1), cy: py[k].toFixed(1), r: 5, 'data-points': 1}));
	list.forEach((i, k) => {
		if (P.confirmed[i])
			svg.append(shape('circle', {class: 'confirmed', cx: px[k], cy: py[k], r: 7.5}));
	});
}

function drawPlane() {
	const to = document.getElementById('plot');
	const width = widthOf(to), height = paper ? 360 : 430;
	const box = {l: 62, t: 24, r: width - 16, b: height - 46};
	const list = ofNet(state.net).filter(i =>
		value(i, state.x) !== null && value(i, state.y) !== null);
	const name = netName(state.net);
	const svg = picture(width, height, list.length + ' points of ' + name + ': ' +
		state.x + ' across, ' + state.y + ' up. Arrow keys go from point to point, ' +
		'Enter selects.', {tabindex: 0, role: 'application', id: 'plane-svg'});
	if (list.length === 0) {
		fill('plot', node('p', {}, 'No point of this network is done.'));
		shownPoints = null;
		return;
	}
	const x = scale(list.map(i => value(i, state.x)), logFor(state.x), box.l, box.r);
	const y = scale(list.map(i => value(i, state.y)), logFor(state.y), box.b, box.t);
	frame(svg, box, x, y, labelled(state.x), labelled(state.y));
	const px = list.map(i => x(value(i, state.x)));
	const py = list.map(i => y(value(i, state.y)));
	const best = drawDots(svg, list, px, py);
	svg.append(shape('path', {class: 'step', d: planeFront(list, x, y)}));
	drawMarks(svg, list, best, px, py);
	const ring = shape('circle', {class: 'ring', r: 9, visibility: 'hidden'});
	const mark = shape('circle', {class: 'hover', r: 8, visibility: 'hidden'});
	const tip = node('div', {class: 'tip', hidden: true});
	svg.append(ring, mark);
	shownPoints = {list, px, py, ring, mark, tip, width, at: -1,
		order: list.map((i, k) => k).sort((a, b) => px[a] - px[b] || py[a] - py[b])};
	fill('plot', svg, tip, planeKey(list.length, best.length));
	listenPlane(svg);
	ringPoint();
}

function planeKey(all, best) {
	const item = (c, r, label) => node('li', {},
		shape('svg', {width: 18, height: 18, 'aria-hidden': 'true'},
			c === 'dots' || c === 'dots out'
				? shape('path', {class: c, d: 'M9 9h0', 'stroke-width': 6})
				: shape('circle', {class: c, cx: 9, cy: 9, r})), label);
	return node('ul', {class: 'legend'},
		item('dots', 0, WHOLE.format(all) + ' points'),
		item('dots out', 0, 'outside of the limits'),
		item('best', 5, best + ' Pareto-optimal by the objectives'),
		P.confirmed.some(c => c) ? item('confirmed', 7, 'confirmed on the Verilog') : null,
		item('ring', 7, 'selected'));
}

function ringPoint() {
	const s = shownPoints;
	if (!s) return;
	const k = s.list.indexOf(state.point);
	s.ring.setAttribute('visibility', k < 0 ? 'hidden' : 'visible');
	if (k >= 0) {
		s.ring.setAttribute('cx', s.px[k]);
		s.ring.setAttribute('cy', s.py[k]);
	}
}

function hover(k) {
	const s = shownPoints;
	s.at = k;
	s.mark.setAttribute('visibility', k < 0 ? 'hidden' : 'visible');
	s.tip.hidden = k < 0;
	if (k < 0) return;
	const i = s.list[k];
	s.mark.setAttribute('cx', s.px[k]);
	s.mark.setAttribute('cy', s.py[k]);
	s.tip.replaceChildren(
		node('b', {}, 'Point ' + P.number[i] + (P.best[i] ? ', Pareto-optimal' : '') +
			(P.confirmed[i] ? ', confirmed' : '')),
		(state.net < 0 ? D.nets[P.net[i]].name + ' ' : '') + designText(i), node('br'),
		shown(state.x, value(i, state.x)) + ', ' + shown(state.y, value(i, state.y)),
		node('br'), boundText(i));
	const left = s.px[k] > s.width / 2;
	s.tip.style.left = left ? '' : s.px[k] + 14 + 'px';
	s.tip.style.right = left ? s.width - s.px[k] + 14 + 'px' : '';
	s.tip.style.top = Math.max(0, s.py[k] - 30) + 'px';
	document.getElementById('plot-says').textContent = 'Point ' + P.number[i] + ': ' +
		state.x + ' ' + shown(state.x, value(i, state.x)) + ', ' + state.y + ' ' +
		shown(state.y, value(i, state.y)) + '; ' + designText(i);
}

function nearest(x, y) {
	const s = shownPoints;
	let best = -1, least = 40 * 40;
	for (let k = 0; k < s.list.length; k++) {
		const d = (s.px[k] - x) ** 2 + (s.py[k] - y) ** 2;
		if (d < least || (d === least && P.best[s.list[k]])) { least = d; best = k; }
	}
	return best;
}

function stepPoint(by) {
	const s = shownPoints;
	let at = s.order.indexOf(s.at >= 0 ? s.at : s.list.indexOf(state.point));
	at = at < 0 ? (by > 0 ? 0 : s.order.length - 1)
		: Math.min(s.order.length - 1, Math.max(0, at + by));
	hover(s.order[at]);
}

// Along the Pareto-optimal points.
function stepBest(by) {
	const s = shownPoints;
	const best = s.order.filter(k => P.best[s.list[k]]);
	if (best.length === 0) return;
	const from = s.at >= 0 ? s.at : s.list.indexOf(state.point);
	const at = best.indexOf(from);
	hover(at < 0 ? best[0] : best[Math.min(best.length - 1, Math.max(0, at + by))]);
}

function listenPlane(svg) {
	const where = e => {
		const r = svg.getBoundingClientRect();
		const k = shownPoints.width / r.width;
		return nearest((e.clientX - r.left) * k, (e.clientY - r.top) * k);
	};
	svg.addEventListener('pointermove', e => hover(where(e)));
	svg.addEventListener('pointerleave', () => hover(-1));
	svg.addEventListener('click', e => {
		const k = where(e);
		if (k >= 0) select(shownPoints.list[k]);
	});
	const keys = {
		ArrowRight: () => stepPoint(1), ArrowLeft: () => stepPoint(-1),
		ArrowDown: () => stepBest(1), ArrowUp: () => stepBest(-1),
		Home: () => stepPoint(-N), End: () => stepPoint(N),
		Escape: () => hover(-1),
		Enter: () => { if (shownPoints.at >= 0) select(shownPoints.list[shownPoints.at]); },
	};
	svg.addEventListener('keydown', e => {
		if (!keys[e.key]) return;
		e.preventDefault();
		keys[e.key]();
	});
}

// ---- Pareto points: what their cycles and energy go to

function drawFront() {
	const to = document.getElementById('front-bars');
	const list = ofNet(state.net).filter(i => P.best[i])
		.sort((a, b) => value(a, 'latency_us') - value(b, 'latency_us')).slice(0, 40);
	const half = n => ({clientWidth: to.clientWidth < 960 ? to.clientWidth : to.clientWidth / 2 - 12});
	const rows = parts => list.map(i => ({
		name: String(P.number[i]), parts: parts(i), selected: i === state.point,
		title: 'point ' + P.number[i] + ': ' + designText(i), pick: () => select(i),
	}));
	const used = lists => lists[0].map((v, k) => lists.some(l => l[k] > 0));
	const cycles = list.map(spentOf);
	const energy = list.map(i => P.shareUnits.map(c => c[i]));
	if (list.length === 0) {
		fill('front-bars', node('p', {}, ofNet(state.net).length ? 'No point of this network is within the limits of the sweep.'
			: 'No point of this network is done.'));
		return;
	}
	fill('front-bars',
		node('div', {}, node('h3', {}, 'Cycles by cause'), legend(D.causes, used(cycles)),
			stackedBars(half(), rows(spentOf), D.causes,
				'cycles of the Pareto points by cause', v => WHOLE.format(v), 52)),
		node('div', {}, node('h3', {}, 'Energy by unit'), legend(D.shares, used(energy)),
			stackedBars(half(), rows(i => P.shareUnits.map(c => c[i])), D.shares,
				'energy of the Pareto points by unit', energyText, 52)));
}

// From units of 10 pJ.
function energyText(units) {
	return units >= 1e5 ? digits(units / 1e5) + ' \u00b5J' : digits(units / 100) + ' nJ';
}

// ---- effects

function drawEffects() {
	const to = document.getElementById('effects');
	const groups = [];
	D.axes.forEach((a, i) => {
		if (a.values.length < 2) return;
		const g = groups.find(x => x.group === a.group);
		if (g) g.names.push(a.key);
		else groups.push({group: a.group, names: [a.key], axis: a});
	});
	if (groups.length === 0) {
		fill('effects', node('p', {}, 'The sweep has no axis with two values.'));
		return;
	}
	const width = widthOf(to);
	const across = Math.max(1, Math.min(groups.length, Math.floor(width / 190)));
	const parts = D.goals.map((goal, g) => {
		const effects = D.effects[oneNet()][g];
		let far = 0.01;
		for (const x of groups)
			for (const v of effects[x.group]) if (v) far = Math.max(far, Math.abs(Math.log(v)));
		return node('div', {}, node('h3', {}, labelled(goal.name) +
			(state.net < 0 ? ' of ' + netName(oneNet()) : '')),
			effectPicture(groups, effects, far, width, across, goal.name));
	});
	fill('effects', ...parts);
}

function effectPicture(groups, effects, far, width, across, name) {
	const w = width / across, h = 150;
	const svg = picture(width, Math.ceil(groups.length / across) * h, 'effects on ' + name + ': ' +
		groups.map(g => g.names.join(' and ') + ' ' + spread(effects[g.group])).join(', '));
	groups.forEach((g, k) => {
		const x0 = (k % across) * w, y0 = Math.floor(k / across) * h;
		const box = {l: x0 + 52, r: x0 + w - 12, t: y0 + 26, b: y0 + h - 22};
		const y = v => (box.t + box.b) / 2 - Math.log(v) / far * (box.b - box.t) / 2;
		const ratios = effects[g.group], n = ratios.length;
		const x = i => n < 2 ? (box.l + box.r) / 2 : box.l + 8 + i / (n - 1) * (box.r - box.l - 16);
		svg.append(text(box.l - 44, y0 + 13, cut(g.names.join(', '), w - 70), {class: 'title'}));
		svg.append(text(box.r, y0 + 13, spread(ratios), {'text-anchor': 'end', class: 'soft'}));
		svg.append(shape('rect', {class: 'frame', x: box.l, y: box.t,
			width: box.r - box.l, height: box.b - box.t}));
		svg.append(shape('line', {class: 'zero', x1: box.l, x2: box.r, y1: y(1), y2: y(1)}));
		for (const f of [far, 0, -far])
			svg.append(text(box.l - 4, y(Math.exp(f * 0.96)) + 4, change(Math.exp(f)),
				{'text-anchor': 'end', class: 'soft'}));
		const some = ratios.map((v, i) => [v, i]).filter(p => p[0]);
		svg.append(shape('path', {class: 'line', d: some.map((p, i) =>
			(i ? 'L' : 'M') + x(p[1]).toFixed(1) + ' ' + y(p[0]).toFixed(1)).join('')}));
		const every = Math.ceil(n / Math.max(1, Math.floor((box.r - box.l) / 34)));
		ratios.forEach((v, i) => {
			if (v)
				svg.append(shape('circle', {class: 'best', r: 4, cx: x(i), cy: y(v)},
					shape('title', {}, g.axis.key + '=' + g.axis.values[i] + ': ' + change(v))));
			if (i % every === 0)
				svg.append(text(x(i), box.b + 15, g.axis.values[i],
					{'text-anchor': 'middle', class: 'soft'}));
		});
	});
	return svg;
}

function change(ratio) {
	if (ratio >= 10) return '\u00d7' + ratio.toFixed(0);
	const p = 100 * (ratio - 1);
	if (Math.abs(p) < 0.05) return '0%';
	return (p > 0 ? '+' : p < 0 ? '\u2212' : '') + Math.abs(p).toFixed(Math.abs(p) < 10 ? 1 : 0) + '%';
}

// The largest over the smallest.
function spread(ratios) {
	const some = ratios.filter(v => v);
	return some.length < 2 ? '-' : '\u00d7' + (Math.max(...some) / Math.min(...some)).toFixed(2);
}
