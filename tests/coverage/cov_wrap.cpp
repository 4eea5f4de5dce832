// cov_wrap: rtl_wrap.cpp for a model built with --coverage: writes the counts
// when the process ends.
//
// coverage.py builds it in the place of rtl_wrap.cpp. COVERAGE_OUT names the
// folder that gets PID.dat, a file as verilator_coverage takes it.

#include <cstdlib>
#include <string>
#include <unistd.h>

#define joulet_rtl_api plain_rtl_api
#include "sim/rtl_wrap.cpp"
#undef joulet_rtl_api

#include "verilated_cov.h"

namespace
{

// Writing counts takes longer than most programs, so one model serves all of
// a process, after a reset, and is written at the end.
struct kept_model {
	rtl_model *m = nullptr;

	~kept_model()
	{
		const char *out = std::getenv("COVERAGE_OUT");
		if (!m || !out)
			return;
		const std::string path = std::string(out) + "/" +
		                         std::to_string(getpid()) + ".dat";
		m->top->contextp()->coveragep()->write(path.c_str());
	}
};

kept_model kept;

// As open() of rtl_wrap.cpp.
rtl_model *open_again(const rtl_host *host)
{
	if (!kept.m)
		return plain_rtl_api.open(host);
	rtl_model *m = kept.m;
	Vaccel *top = m->top.get();

	kept.m = nullptr;
	m->host = *host;
	m->now = m->moved = 0;
	m->sum = 0;
	m->stalled = false;
	top->rst_ni = 0;
	for (int i = 0; i < 2; i++) {
		top->clk_i = 0;
		top->eval();
		top->clk_i = 1;
		top->eval();
	}
	top->rst_ni = 1;
	top->eval();
	return m;
}

void close_and_keep(rtl_model *m)
{
	if (kept.m)
		plain_rtl_api.close(m);
	else
		kept.m = m;
}

rtl_api with_counts()
{
	rtl_api api = plain_rtl_api;
	api.open = open_again;
	api.close = close_and_keep;
	return api;
}

} // namespace

extern "C" __attribute__((visibility("default"))) const rtl_api joulet_rtl_api;
const rtl_api joulet_rtl_api = with_counts();
