// ---- the page

function drawHead() {
	const count = list => list.reduce((a, b) => a + b, 0);
	const done = count(P.ok), confirmed = count(P.confirmed);
	document.getElementById('title').textContent = D.name;
	if (D.alternatives) document.getElementById('answer-h').textContent = 'Answer: the best';
	document.getElementById('meta').textContent = WHOLE.format(N) + ' points of ' + D.nets.length +
		(D.nets.length === 1 ? ' network' : ' networks') + ': ' + WHOLE.format(done) + ' done, ' +
		WHOLE.format(N - done) + ' failed, ' + count(P.best) + ' Pareto-optimal' +
		(confirmed ? ', ' + confirmed + ' confirmed on the Verilog' : '') + '. Objectives: ' +
		D.goals.map(g => (g.maximize ? 'most ' : 'least ') + g.name).join(', ') + '. Energy by ' + D.techs.map(t => t.name).join(', ') + '.';
}

function reasons() {
	const why = new Map();
	for (const e of P.errors) why.set(e.why, [...(why.get(e.why) || []), e.point]);
	if (why.size === 0) return [];
	return [node('h3', {}, 'Points that failed'), node('ul', {}, ...[...why].slice(0, 20).map(([text, list]) =>
		node('li', {}, text + ' (' + WHOLE.format(list.length) + ', the first is point ' + P.number[list[0]] + ')')))];
}

function drawAbout() {
	const lines = [
		['sweep', D.name + (D.file ? ', ' + D.file : '')], ['store', D.store], ['made by', 'joulet ' + D.tool],
		['backend, target', D.backend + ', ' + D.target],
		['energy by', D.techs.map(t => t.name +
			(t.absent ? ' (as the store has it: ' + t.absent + ')' : '')).join(', ')],
		...(HAS_ACCURACY ? [['accuracy over', [...new Set(D.nets.filter(n => n.data)
			.map(n => n.data + ' (' + WHOLE.format(n.dataSize) + ' inputs)'))].join(', ')]] : []),
		['where', D.where.join(', ') || 'every combination'], ['limits', D.limits.join(', ') || 'none'],
	];
	fill('about-text', ...reasons(), node('h3', {}, 'The sweep'),
		node('table', {}, node('tbody', {}, ...lines.map(([k, v]) =>
			node('tr', {}, node('th', {scope: 'row'}, k), node('td', {class: 'wrap'}, v))))),
		node('h3', {}, 'How to read it'),
		node('p', {class: 'hint'}, 'Every number is simulated; nothing is estimated. A point is Pareto-optimal if no ' +
			'other point of its network is better in one objective and not worse in the others. What cycles go to is ' +
			'explained in docs/explain.md; for points without details it is from the counters of the store, which ' +
			'split waiting between load, store and fetch a little differently. Limits and filters are of the form ' +
			'NAME <= NUMBER with a unit if you like (kB, KiB, us, ms, uJ, %), joined by commas.'),
		node('p', {class: 'hint'}, 'In the plane: arrow keys left and right go from point to point, up and down along ' +
			'the Pareto-optimal ones, Enter selects. In the table: up and down between rows, Enter selects.'));
}

function drawAll() {
	drawAnswer();
	drawPlane();
	drawFront();
	drawEffects();
	drawParallel();
	drawTable();
	drawDetail();
}

// ---- choices

function select(i, show) {
	if (i !== state.point) state.before = state.point;
	state.point = i;
	if (P.ok[i] && state.net >= 0 && P.net[i] !== state.net) {
		state.net = P.net[i];
		document.getElementById('net').value = state.net;
		drawPlane();
		drawEffects();
		drawParallel();
	}
	if (state.net < 0) drawEffects();
	drawAnswer();
	ringPoint();
	drawFront();
	if (shownColumns.length) drawLines();
	markRow();
	drawDetail();
	if (show) document.getElementById('point').scrollIntoView();
}

// Limits as the sweep has them were judged when the page was made; of others the
// page itself knows the simple ones.
function applyLimits() {
	const says = document.getElementById('limit-says'), text = document.getElementById('limit').value;
	const given = D.limits.join(', ');
	try {
		state.within = text === given ? limitsOfSweep() : conditions(text, false);
		const n = P.ok.reduce((sum, ok, i) => sum + (ok && state.within(i) ? 1 : 0), 0);
		says.className = '';
		says.textContent = text.trim() ? WHOLE.format(n) + ' points are within' : '';
	} catch (e) {
		says.className = 'bad';
		says.textContent = e.message;
		return;
	}
	drawAnswer();
	drawPlane();
	drawParallel();
}

function applyFilter() {
	const says = document.getElementById('filter-says');
	try {
		state.filter = conditions(document.getElementById('filter').value, true);
		says.className = '';
	} catch (e) {
		says.className = 'bad';
		says.textContent = e.message;
		return;
	}
	state.page = 0;
	drawTable();
}

function choice(id, list, now, then) {
	const e = fill(id, ...list.map(([v, s]) => node('option', {value: v}, s)));
	e.value = now;
	e.addEventListener('change', () => then(e.value));
}

function listen() {
	const axes = VARIED.map(a => D.axes[a].key)
		.filter(key => D.axes[AXIS[key]].values.every(v => typeof numeric(v) === 'number'));
	const names = [...MEASURED, ...axes].map(n => [n, n]);
	choice('net', [...(D.alternatives ? [-1] : []), ...D.nets.keys()].map(i => [i, netName(i)]), state.net, v => {
		state.net = Number(v);
		drawPlane();
		drawFront();
		drawEffects();
		drawParallel();
	});
	choice('x', names, state.x, v => { state.x = v; drawPlane(); });
	choice('y', names, state.y, v => { state.y = v; drawPlane(); });
	document.getElementById('log').addEventListener('change', e => {
		state.log = e.target.checked;
		drawPlane();
		drawParallel();
	});
	document.getElementById('limits').addEventListener('submit', e => {
		e.preventDefault();
		applyLimits();
	});
	document.getElementById('filter').addEventListener('input', applyFilter);
	document.getElementById('only-best').addEventListener('change', applyFilter);
	let last = window.innerWidth, later = 0;
	window.addEventListener('resize', () => {
		clearTimeout(later);
		later = setTimeout(() => {
			if (window.innerWidth !== last) drawAll();
			last = window.innerWidth;
		}, 100);
	});
	const print = on => () => { paper = on; drawAll(); };
	window.addEventListener('beforeprint', print(true));
	window.addEventListener('afterprint', print(false));
}

function start() {
	if (D.goals.length > 0) state.x = D.goals[0].name;
	state.y = D.goals.length > 1 ? D.goals[1].name
		: state.x === 'energy_uj' ? 'latency_us' : 'energy_uj';
	document.getElementById('limit').value = D.limits.join(', ');
	listen();
	drawHead();
	drawAbout();
	applyLimits();
	const first = find => CONTESTS.map(find).find(i => i >= 0) ?? -1;
	if (D.goals.length) state.point = first(k => bestOf(k, D.goals[0]));
	if (state.point < 0) state.point = first(k => nearestTo(ofNet(k), state.within));
	if (state.point >= 0) {
		state.net = D.alternatives ? -1 : P.net[state.point];
		document.getElementById('net').value = state.net;
	}
	drawAll();
	document.documentElement.dataset.ready = 'yes';
}

start();
