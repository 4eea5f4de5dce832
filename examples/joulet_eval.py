"""Points evaluated by `joulet eval`, for programs that propose them.

    with Evaluator("joulet", "sweep.yaml", "store.db") as e:
        answers = e.evaluate([{"array.rows": 8, ...}, ...])

Lines of one call are run together, by all workers. Answers are those of
docs/search.md, in the order of the points.
"""

import json
import subprocess


class Evaluator:
    def __init__(self, joulet, sweep, store):
        command = [joulet, "eval", sweep, "--store", store]
        space = subprocess.run(command + ["--space"], check=True,
                               capture_output=True, text=True).stdout
        self.space = json.loads(space)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def axes(self):
        """{axis: values}, one for every dimension: axes that move together
        (zip) are one, and those with one value are no choice."""
        of = {}
        for axis in self.space["axes"]:
            if len(axis["values"]) > 1:
                of.setdefault(axis["dimension"], axis)
        return {axis["key"]: axis["values"] for axis in of.values()}

    def goals(self):
        """[(metric, maximize)] of the sweep file."""
        return [(g["metric"], g["maximize"])
                for g in self.space["objectives"]]

    def evaluate(self, points):
        lines = "".join(json.dumps({"id": i, "parameters": p}) + "\n"
                        for i, p in enumerate(points))
        self.process.stdin.write(lines)
        self.process.stdin.flush()
        answers = [json.loads(self.process.stdout.readline())
                   for _ in points]
        for a in answers:
            if a["state"] == "error":
                raise ValueError(a["error"])
        return answers


def allowed(answer):
    """It is a design, the network fits, and no limit is broken."""
    return answer["state"] == "done" and not answer["breaks"]
